# SPDX-License-Identifier: ISC
# rows: 121
#
# If this fails, a start script cannot rely on the exit status: the command
# returns before the service is ready, reports success for a failed start, does
# not print the reason, or a failed start leaves something behind.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Namespace;
use Process;
use Syslog;

Namespace::needs_dev();

my $syslog = Syslog->start;

# When the command has returned, everything is there: no waiting here.
for my $round (1 .. 5) {
    my $d = Echod->start(
        mode   => 'background',
        config => qq(listen = ( { address = "127.0.0.1"; port = 0; },
            { address = "127.0.0.2"; port = 0; } );\n),
        wait => 0,
    );
    is($d->{start_status}, 0, "round $round: it returns 0");
    my $pid = Files::slurp($d->pid_file) // '';
    like($pid, qr/\A\d+\n\z/, 'the pid file is written');
    chomp $pid;
    my @listeners = keys %{ Process::listeners($pid) };
    is(scalar @listeners, 2, 'both addresses are listened on');
    is(scalar $d->workers, 5, 'the workers are ready');
    $d->wait_ready;
    isnt($pid, $d->{launched}, 'it is another process');
    my ($port) = map { /^127\.0\.0\.1:(\d+)/ ? $1 : () } @listeners;
    is(Client::echo_once($port, 'x'), 'x', 'it answers');
    is(Files::slurp($d->dir . '/log'), '', 'nothing on standard error');
    is(readlink "/proc/$pid/cwd", '/', 'it holds no folder');
    my $fds = Process::descriptors($pid);
    is_deeply([ @$fds{ 0 .. 2 } ], [ ('/dev/null') x 3 ],
        'nor a terminal or a file of its starter');
    my ($session) = (split ' ', Files::slurp("/proc/$pid/stat") =~ s/.*\) //r)[3];
    is($session, $pid, 'it has a session of its own');
    ok(Clock::until(sub { $syslog->count_log(qr/\[$pid\]: ready /) }),
        'the log goes to syslog');
    is($d->stop, 0, 'stopped');
    $d->finish;
}

# A start that fails: status, reason, and nothing left.
my $taken = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0,
    Listen => 1);
my $port = $taken->sockport;
my $good = qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);
my @failures = (
    [ 69, 'an address in use',
        qq(listen = ( { address = "127.0.0.2"; port = 0; },
            { address = "127.0.0.1"; port = $port; } );\n),
        qr/127\.0\.0\.1\S*$port.*Address already in use/ ],
    [ 78, 'a syntax error', "$good user = ;\n",
        qr/echod\.conf:\d+: .*syntax/ ],
    [ 78, 'an unknown key', "$good colour = 1;\n",
        qr/echod\.conf:2: .*colour/ ],
    [ 78, 'a user who does not exist', qq($good user = "no-such-user";\n),
        qr/no-such-user/ ],
);
for my $case (@failures) {
    my ($status, $what, $config, $reason) = @$case;
    SKIP: {
        skip 'only root becomes another user', 4
          if $what =~ /user/ && $> != 0;
        my $d = Echod->start(mode => 'background', config => $config,
            wait => 0);
        is($d->{start_status}, $status, "$what: it returns $status");
        my @text = split /\n/, Files::slurp($d->dir . '/log');
        is(scalar @text, 1, "$what: one line on standard error");
        like($text[0] // '', qr/^echod: .*$reason/, "$what: the reason");
        ok(!-e $d->pid_file, "$what: no pid file is left");
        $d->{status} = $status;
        $d->expect_log(qr/./);
        ok(Clock::until(sub { !$d->left_over }),
            "$what: no process is left");
    }
}

# The reason of a worker, which only the log would tell.
SKIP: {
    skip 'no root that may not chroot here', 5
      if $> != 0 || !Machine::has('setpriv') || @Machine::WRAPPER;
    my $d = Echod->start(
        mode   => 'background',
        config => qq($good chroot = "/usr";\n),
        wait   => 0,
        prefix => [ 'setpriv', '--bounding-set=-sys_chroot',
            '--inh-caps=-sys_chroot' ],
    );
    is($d->{start_status}, 77, 'no right to chroot: it returns 77');
    is(Files::slurp($d->dir . '/log'),
        'echod: the forker died before it was ready: '
          . "cannot chroot to /usr: Operation not permitted\n",
        'no right to chroot: the reason, in one line');
    ok(!-e $d->pid_file, 'no right to chroot: no pid file is left');
    $d->{status} = $d->{start_status};
    $d->expect_log(qr/./);
    ok(Clock::until(sub { !$d->left_over }),
        'no right to chroot: no process is left');
    ok(Clock::until(sub {
        $syslog->count_log(qr/worker cannot start: cannot chroot/);
    }), 'no right to chroot: and the log has it');
}

# A pid file that cannot be made, and one that another echod holds.
my $d = Echod->start(mode => 'background', config => $good, wait => 0);
is($d->{start_status}, 0, 'one echod');
$d->wait_ready;
my ($again, undef, $text) =
  Echod->run(args => [ '-c', $d->config_file, '-p', $d->pid_file ]);
is($again, 75, 'a second one with the same pid file returns 75');
like($text, qr/^echod: .*already running as pid @{[ $d->pid ]}\b/,
    'and says who runs');
is(Files::slurp($d->pid_file), $d->pid . "\n", 'whose pid file it leaves alone');
is(Client::echo_once($d->port, 'x'), 'x', 'as it does the service');
($again, undef, $text) =
  Echod->run(args => [ '-c', $d->config_file, '-p', '/nonexistent/pid' ]);
is($again, 71, 'a pid file that cannot be made is a failure of the system');
like($text, qr{^echod: .*/nonexistent/pid: No such file}, 'which is named');
$d->finish;
done_testing;
