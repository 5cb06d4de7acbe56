# SPDX-License-Identifier: ISC
# rows: 120, 122
#
# If this fails, echod cannot do its work with the rights that its unit files
# leave it, or they leave it more rights than they say.
#
# root: the manager has a control group and namespaces of its own
use strict;
use warnings;

use File::Spec;
use Test::More;

use Client;
use Clock;
use Files;
use Log;
use Machine;
use Manager;
use Namespace;
use Process;

use constant SBIN => '/usr/local/sbin';

my $source = ($ENV{ECHOD_SRCDIR} // '.') . '/etc/systemd';
my ($build) = File::Spec->rel2abs($Machine::ECHOD) =~ m{^(.*)/};

plan skip_all => 'the units do not expect a sanitizer or a wrapper'
    if Machine::has_sanitizer() || @Machine::WRAPPER;
Machine::needs('root', 'mount');
Namespace::needs_network();

# What an installation makes: programs, and the user of the workers.
my $etc = Files::new_dir();
chmod 0755, "$etc";
for (['passwd', "echod:x:987:987::/:/bin/false\n"],
    ['group', "echod:x:987:\n"]) {
    my ($file, $entry) = @$_;
    Files::spew("$etc/$file", Files::slurp("/etc/$file") . $entry);
    Namespace::quietly('mount', '--bind', "$etc/$file", "/etc/$file")
        or plan(skip_all => "cannot have an /etc/$file of our own");
}
mkdir SBIN;
Namespace::quietly('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', SBIN)
    or plan(skip_all => 'cannot have a folder for programs of our own');
my @programs = grep { -x "$build/$_" }
    qw(echod echod-load echod-report echodctl);
my $reports = grep { $_ eq 'echod-report' } @programs;
Namespace::quietly('cp', (map { "$build/$_" } @programs), SBIN)
    or die "cannot copy the programs\n";

my $m = Manager->start;
# That of the system is open to all users.
chmod 0755, Manager::SETUP, Manager::SETUP . '/systemd';
chmod 0777, Manager::SETUP . '/systemd/notify';
my $file = '/run/echod-test.conf';
my $log = $m->{logs}{echod} = Log->new($m->dir . '/echod.log');

# configure(TEXT): the configuration, which is not where an operator's may be.
sub configure {
    Files::spew($file, $_[0]);
    chmod 0644, $file;
    return;
}

# shipped(NAME): a file as it is in the source tree, for that configuration.
sub shipped {
    my ($name) = @_;
    my $text = Files::slurp("$source/$name");
    $text =~ s/(echod -F)/$1 -c $file/;
    # It is for a target that is not there.
    $text =~ s/^\[Install\].*//ms;
    return $text;
}

sub install {
    my ($drop_in) = @_;
    unlink $_ for glob $m->dir . '/echod.service.d/*';
    $m->unit('echod.service', shipped('echod.service'));
    $m->unit("echod.service.d/$drop_in", shipped($drop_in)) if $drop_in;
    # The manager of a user has its sockets in /run/user, which this would hide.
    $m->unit('echod.service.d/test.conf', "[Service]\nProtectHome=no\n"
        . "StandardError=append:" . $m->dir . "/echod.log\n");
    return;
}

# rights(PID): the ids and capabilities of a process.
sub rights {
    my $pid = shift;
    my %is = map { $_ => Process::status($pid, $_) // '' }
        qw(Uid Gid Groups CapPrm CapEff CapAmb NoNewPrivs Seccomp);
    s/\t.*//, s/ +$// for values %is;
    return \%is;
}

sub worker {
    return (grep { (Process::status($_, 'Name') // '') eq 'echod:worker' }
        $m->processes('echod'))[0];
}

# echo_listeners(PID): those of the service itself.
sub echo_listeners {
    my $all = Process::listeners($_[0]);
    return { map { $_ => $all->{$_} } grep { /:7$/ } keys %$all };
}

use constant { NET_BIND => 1 << 10, NONE => '0' x 16 };
my $five = sprintf '%016x', NET_BIND | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 18;
my $one = sprintf '%016x', NET_BIND;
my $entry = qq(listen = ( { address = "127.0.0.1"; port = 7; } );\n)
    . ($reports ? "metrics = { port = 9107; };\n" : '');

# metrics(): as echodctl has them.
sub metrics {
    my ($status, $text) = $m->run(SBIN . '/echodctl', '-s',
        Manager::SETUP . '/echod/control', 'metrics');
    return $status == 0 ? $text : "status $status\n$text";
}

# fetch(PATH): the first line of an answer of the reporter.
sub fetch {
    my ($path) = @_;
    my $s = Client::connect('127.0.0.1', 9107) or return "$@";
    my $answer = Client::echo($s, "GET $path HTTP/1.0\r\n\r\n", eof => 1);
    return ($answer =~ /^(.*?)\r?\n/)[0];
}

# run(WHAT, DROP_IN): what holds for each of them.
sub run {
    my ($what, $drop_in) = @_;
    install($drop_in);
    configure($entry);
    if ($drop_in eq 'socket.conf') {
        $m->unit('echod.socket', shipped('echod.socket'));
        $m->unit('echod.socket.d/metrics.conf',
            "[Socket]\nListenStream=127.0.0.1:9107\n") if $reports;
        is $m->systemctl('start', 'echod.socket'), 0, "$what: the sockets";
        is Client::echo_once(7, 'hello', host => '::1'), 'hello',
            "$what: a client has the service started";
    }
    is $m->systemctl('start', 'echod'), 0, "$what: it is started";
    my $master = $m->main_pid('echod');
    is Client::echo_once(7, 'hello'), 'hello', "$what: it serves port 7";
    my $is = rights(worker());
    my $group = $drop_in eq '' ? '' : $is->{Gid};
    is_deeply [@$is{qw(Groups CapPrm CapEff CapAmb NoNewPrivs Seccomp)}],
        [$group, NONE, NONE, NONE, 1, 2], "$what: a worker has no right";
    isnt $is->{Uid}, 0, "$what: and is not root";
    ok metrics() =~ /^echod_build_info\{/m, "$what: echodctl has its metrics";
    SKIP: {
        skip 'there is no reporter', 1 if !$reports;
        ok Clock::until(sub { fetch('/metrics') =~ m{^HTTP/1\.[01] 200 } }),
            "$what: its reporter answers" or diag fetch('/metrics');
    }

    # A reload, and one of a bad file.
    my $from = $log->mark;
    is $m->systemctl('reload', 'echod'), 0, "$what: it is reloaded";
    is $log->count_log(qr/: reload done /, from => $from), 1,
        "$what: and that is waited for";
    configure("backlog = 0;\n");
    isnt $m->systemctl('reload', 'echod'), 0,
        "$what: a reload of a bad file fails";
    $log->expect_log(qr/reload failed, nothing has changed: /);
    like $m->show('echod', 'StatusText'), qr/backlog: 0 is out of range/,
        "$what: and the status says why";
    configure($entry);

    # A crash: the same listener, and no client is refused.  One that is being
    # served may go on, but not for so long that the others wait in vain.
    my $before = echo_listeners($master);
    $from = $log->mark;
    my $held = Client::connect('127.0.0.1', 7);
    is Client::echo($held, 'hello'), 'hello', "$what: a client is being served";
    kill KILL => $master;
    ok Clock::until(sub { !Process::is_alive($master) }), "$what: it crashes";
    is Client::echo($held, 'still'), 'still', "$what: the client is still served";
    is Client::echo_once(7, 'hello', timeout => 20), 'hello',
        "$what: another one waits for it";
    close $held;
    ok $log->wait_log(qr/: ready /, from => $from), "$what: it is restarted";
    is_deeply echo_listeners($m->main_pid('echod')), $before,
        "$what: with the same sockets";
    return $m->main_pid('echod');
}

my $master = run('echod.service', '');
my $is = rights($master);
is_deeply [@$is{qw(Uid CapEff)}], [0, $five], 'its master is root with five rights';
is rights(worker())->{Uid}, 987, 'its workers are echod';
my $metrics = metrics();
ok $metrics =~ /^echod_$_ [1-9]/m, "it has the metric echod_$_"
    for qw(resident_memory_bytes open_fds);
is $m->systemctl('stop', 'echod'), 0, 'it is stopped';

$master = run('unprivileged.conf', 'unprivileged.conf');
$is = rights($master);
is_deeply [@$is{qw(Uid Gid CapPrm CapEff)}], [987, 987, $one, $one],
    'its master is echod, with one right';
is $m->systemctl('stop', 'echod'), 0, 'it is stopped';

$master = run('socket.conf', 'socket.conf');
$is = rights($master);
is_deeply [@$is{qw(CapPrm CapEff)}], [NONE, NONE], 'its master has no right';
isnt $is->{Uid}, 0, 'and is not root';
is_deeply [map { (split /:/)[0] =~ /(\S+)/ }
    grep { /:/ } split /\n/, Files::slurp("/proc/$master/net/dev")], ['lo'],
    'and has no network but its own loopback';
isnt readlink "/proc/$master/ns/net", readlink "/proc/$$/ns/net",
    'which is not that of its clients';
is $m->systemctl('stop', 'echod.service'), 0, 'it is stopped';
my $waiting = Client::connect('127.0.0.1', 7);
ok $waiting, 'a client can connect still';
is Client::echo($waiting, 'hello'), 'hello', 'and has it started again';
close $waiting;
is $m->systemctl('stop', 'echod.socket', 'echod.service'), 0, 'both are stopped';

# Another start does not mend a configuration, so there is none.
install('');
configure("backlog = 0;\n");
isnt $m->systemctl('start', 'echod'), 0, 'a start with a bad file fails';
is $m->show('echod', 'ExecMainStatus'), 78, 'with its status';
is_deeply [map { $m->show('echod', $_) } qw(ActiveState NRestarts)],
    ['failed', 0], 'and is not tried again';
$m->systemctl('reset-failed', 'echod');
$m->finish;
done_testing;
