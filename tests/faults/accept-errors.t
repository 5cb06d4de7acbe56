# SPDX-License-Identifier: ISC
# rows: 28, 29, 31, 32
#
# If this fails, a failing accept() ends the service, uses a CPU in a busy
# loop, floods the log, makes its worker ignore signals, or stops the service
# for longer than its cause lasts.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Tracer;

Tracer::needs();

# A single worker: whatever comes, it meets the fault.
sub single {
    my $d = Echod->start(
        config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );
            workers = { start = 1; min_spare = 1; max_spare = 1; max = 1; };\n),
        log => 'info',
    );
    $d->expect_log(qr/: warning: workers at max /,
        qr/: warning: accept failed .*trying again/);
    return $d;
}

# One in which every accept fails for ever, beside the others.
my $doomed = Echod->start(
    prefix => [ 'strace', '-f', '-o', '/dev/null', '-e', 'trace=accept4',
        '-e', 'inject=accept4:error=EBADF' ],
    options => [ '-o', 'workers.max=8' ],
    log     => 'info',
);
my $doom = Clock::now();
my $nobodys = $doomed->connect;
syswrite $nobodys, 'x';

# The system has run out of something, or a security module leaves a client in
# the queue: wait, say so once, and go on when it is over.  All of them at the
# same time, each in an echod of its own.
my @short = map { { error => $_, d => single() } }
  qw(EMFILE ENFILE ENOMEM ENOBUFS EPERM);
for my $case (@short) {
    my $d = $case->{d};
    my ($worker) = $d->workers;
    $case->{worker} = $worker;
    $case->{fault} =
      Tracer->attach([$worker], 'accept4', "error=$case->{error}");
    $case->{cpu} = Process::cpu($worker) + Process::cpu($d->pid);
    $case->{begin} = Clock::now();
    $case->{client} = $d->connect;
    syswrite $case->{client}, 'waits';
}
# Until each has been tried five times, with 0.1, 0.2, 0.4 and 0.8 s between
# them, and the doomed one has made five pauses of 0.1, 0.2, 0.4, 0.8 and 1.6 s,
# less a quarter, of which the last one only begins.
my ($pauses, $fifth) = (5, 0);
Clock::until(sub {
    for my $case (grep { !$_->{took} } @short) {
        $case->{took} = Clock::now() - $case->{begin}
          if $case->{fault}->calls >= 5;
    }
    $fifth ||= Clock::now() - $doom
      if $doomed->count_log(qr/: warning: .*, next try in/) >= $pauses;
    return $fifth && !grep { !$_->{took} } @short;
});
for my $case (@short) {
    my ($error, $d, $worker, $fault) = @$case{qw(error d worker fault)};
    ok($d->wait_log(qr/: warning: accept failed .*trying again/),
        "$error: the log says so");
    cmp_ok($case->{took} // 0, '>=', 1.49, "$error: few tries");
    ok(!Client::readable($case->{client}, 0),
        "$error: the client has to wait");
    cmp_ok(Process::cpu($worker) + Process::cpu($d->pid) - $case->{cpu},
        '<', 0.1, "$error: which costs nothing");
    is($d->count_log(qr/: warning: accept failed/), 1, "$error: said once");
    $fault->detach;
    my $start = Clock::now();
    is(Client::receive($case->{client}, 5), 'waits',
        "$error: the client is served");
    my $took = Clock::now() - $start;
    Clock::soon($start, "$error: soon after the end of it");
    note sprintf '%s: after %.3f s', $error, $took;
    close $case->{client};
    ok($d->wait_log(qr/: connection ended /), "$error: and its end is seen");
}
my $d = (shift @short)->{d};
$_->{d}->finish for @short;
my ($worker) = $d->workers;

# An error of one connection, or of the network: its own affair.  Every second
# call fails.
for my $error (qw(ECONNABORTED ECONNRESET EPROTO ENOPROTOOPT ENETDOWN
    ENETUNREACH ENONET EHOSTDOWN EHOSTUNREACH EOPNOTSUPP ETIMEDOUT EINTR)) {
    my $from  = $d->mark;
    my $fault = Tracer->attach([$worker], 'accept4',
        "error=$error:when=1+2");
    my $good = grep { Client::echo_once($d->port, "x$_") eq "x$_" } 1 .. 10;
    my $failed = grep { /INJECTED/ } $fault->calls;
    $fault->detach;
    is($good, 10, "$error: all clients are served");
    cmp_ok($failed, '>=', 10, "$error: though accept failed each time");
    is($d->count_log(qr/accept/, from => $from), 0,
        "$error: without a word");
}
is_deeply([ $d->workers ], [$worker], 'it is the same worker all the time');

# Something is wrong with the worker: it leaves, and the next one serves.  (EINVAL
# is a listener that was closed, which the master opens again.)
for my $error ('EBADF', 'ENOTSOCK') {
    ($worker) = $d->workers;
    my $from  = $d->mark;
    my $fault = Tracer->attach([$worker], 'accept4', "error=$error");
    my $start = Clock::now();
    is(Client::echo_once($d->port, 'x'), 'x', "$error: the client is served");
    Clock::soon($start, "$error: at once");
    my @calls = $fault->calls;
    $fault->detach;
    ok(Clock::until(sub { !Process::is_alive($worker) }),
        "$error: by another worker");
    cmp_ok(scalar @calls, '<=', 10, "$error: after few tries");
    ok($d->wait_log(qr/ echod\[$worker\]: error: accept failed .*, leaving:/,
        from => $from), "$error: the log says why");
    ok($d->wait_log(qr/: error: worker died pid=$worker status=71/,
        from => $from), "$error: and that it is gone");
}
$d->expect_log(qr/: error: accept failed .*, leaving:/,
    qr/: error: worker died pid=\d+ status=71/);

# An error that leaves the client in the queue, so that there is always one to
# accept: a worker that is to leave hears of it nevertheless.
($worker) = $d->workers;
my $fault  = Tracer->attach([$worker], 'accept4', 'error=ECONNABORTED');
my $client = $d->connect;
syswrite $client, 'x';
ok(Clock::until(sub { $fault->calls > 20 }), 'accept fails for ever');
kill 'TERM', $worker;
ok(Clock::until(sub { !Process::is_alive($worker) }), 'TERM is heard');
$fault->detach;
is(Client::receive($client, 1), 'x', 'the next worker serves the client');
close $client;
$d->finish;

# Where it fails for ever and in every worker: no spin.
my $died = 0;
for my $line ($doomed->log_lines) {
    $died++ if $line =~ /: error: worker died/;
    last if $line =~ /, next try in/ && --$pauses == 0;
}
cmp_ok($died, '>', 0, 'workers that cannot accept die');
cmp_ok($died, '<=', 50, 'and are not replaced as fast as they die');
cmp_ok($fifth, '>=', 1, 'but after pauses that grow');
ok(!Client::readable($nobodys, 0), 'nobody can serve the client');
my $start = Clock::now();
$doomed->signal('TERM');
$doomed->wait_end;
Clock::soon($start, 'TERM is obeyed');
$doomed->expect_log(qr/: error: /, qr/: warning: /);
$doomed->finish(unseen => 1);
done_testing;
