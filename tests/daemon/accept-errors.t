# SPDX-License-Identifier: ISC
#
# If this fails, an accept that goes wrong ends the service, burns a processor
# in a loop, floods the log, makes its worker deaf to signals, or stops the
# service for longer than its cause lasts.
use strict;
use warnings;

use Test::More;

use Echod;
use EchodInject;
use EchodProc;

EchodInject::needs();

# A single worker: whatever comes, it meets the fault.
my $d = Echod->start(
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        workers = { start = 1; min_spare = 1; max_spare = 1; max = 1; };\n),
    log => 'info',
);
$d->expect_log(qr/: warning: workers at max /,
    qr/: warning: accept failed .*trying again/);
my ($worker) = $d->workers;

# The system has run out of something, or a security module leaves a client in
# the queue: wait, say so once, and go on when it is over.
for my $error ('EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EPERM') {
    my $from  = $d->mark;
    my $fault = EchodInject->attach($worker, 'accept4', "error=$error");
    my $cpu   = EchodProc::cpu($worker) + EchodProc::cpu($d->pid);
    my $begin = Echod::now();
    my $s     = $d->connect;
    syswrite $s, 'waits';
    ok($d->wait_log(qr/: warning: accept failed .*trying again/,
        from => $from), "$error: the log says so");
    is(Echod::receive($s, 1, timeout => 2 / Echod::scale()), '',
        "$error: the client has to wait");
    my @calls = $fault->calls;
    # Up to 0.8 s from one to the next.
    cmp_ok(scalar @calls, '<=', 5 + (Echod::now() - $begin) / 0.8,
        "$error: few tries in two seconds");
    cmp_ok(EchodProc::cpu($worker) + EchodProc::cpu($d->pid) - $cpu, '<',
        0.1, "$error: which cost nothing");
    is($d->count_log(qr/: warning: accept failed/, from => $from), 1,
        "$error: said once");
    $fault->detach;
    my $start = Echod::now();
    is(Echod::receive($s, 5), 'waits', "$error: the client is served");
    my $took = Echod::now() - $start;
    Echod::soon($start, "$error: soon after the end of it");
    note sprintf '%s: after %.3f s', $error, $took;
    close $s;
    ok($d->wait_log(qr/: connection ended /, from => $from),
        "$error: and its end is seen");
}

# An error of one connection, or of the network: its own affair.  Every second
# call fails.
for my $error (qw(ECONNABORTED ECONNRESET EPROTO ENOPROTOOPT ENETDOWN
    ENETUNREACH ENONET EHOSTDOWN EHOSTUNREACH EOPNOTSUPP ETIMEDOUT EINTR)) {
    my $from  = $d->mark;
    my $fault = EchodInject->attach($worker, 'accept4',
        "error=$error:when=1+2");
    my $good = grep { Echod::echo_once($d->port, "x$_") eq "x$_" } 1 .. 10;
    my $failed = grep { /INJECTED/ } $fault->calls;
    $fault->detach;
    is($good, 10, "$error: all clients are served");
    cmp_ok($failed, '>=', 10, "$error: though accept failed each time");
    is($d->count_log(qr/accept/, from => $from), 0,
        "$error: without a word");
}
is_deeply([ $d->workers ], [$worker], 'it is the same worker all the time');

# Something is wrong with the worker: it leaves, and the next one serves.
for my $error ('EBADF', 'EINVAL', 'ENOTSOCK') {
    ($worker) = $d->workers;
    my $from  = $d->mark;
    my $fault = EchodInject->attach($worker, 'accept4', "error=$error");
    my $start = Echod::now();
    is(Echod::echo_once($d->port, 'x'), 'x', "$error: the client is served");
    Echod::soon($start, "$error: at once");
    my @calls = $fault->calls;
    $fault->detach;
    ok(Echod::until(sub { !EchodProc::alive($worker) }),
        "$error: by another worker");
    cmp_ok(scalar @calls, '<=', 10, "$error: after few tries");
    ok($d->wait_log(qr/^echod\[$worker\]: error: accept failed .*, leaving:/,
        from => $from), "$error: the log says why");
    ok($d->wait_log(qr/: error: worker died pid=$worker status=71/,
        from => $from), "$error: and that it is gone");
}
$d->expect_log(qr/: error: accept failed .*, leaving:/,
    qr/: error: worker died pid=\d+ status=71/);

# An error that leaves the client in the queue, so that there is always one to
# accept: a worker that is to leave hears of it nevertheless.
($worker) = $d->workers;
my $fault  = EchodInject->attach($worker, 'accept4', 'error=ECONNABORTED');
my $client = $d->connect;
syswrite $client, 'x';
ok(Echod::until(sub { $fault->calls > 20 }), 'accept fails for ever');
kill 'TERM', $worker;
ok(Echod::until(sub { !EchodProc::alive($worker) }), 'TERM is heard');
$fault->detach;
is(Echod::receive($client, 1), 'x', 'the next worker serves the client');
close $client;
$d->finish;

# The same for ever and in every worker: no spin.
$d = Echod->start(
    prefix => [ 'strace', '-f', '-o', '/dev/null', '-e', 'trace=accept4',
        '-e', 'inject=accept4:error=EBADF' ],
    # It cannot look for leaks under strace.
    env => { ASAN_OPTIONS => join ':', $ENV{ASAN_OPTIONS} || (),
        'detect_leaks=0' },
    options => [ '-o', 'workers.max=8' ],
    log     => 'info',
);
my $s = $d->connect;
syswrite $s, 'x';
ok($d->wait_log(qr/: error: worker died .*status=71/), 'every accept fails');
my $since = Echod::now();
my $before = $d->count_log(qr/: error: worker died/);
is(Echod::receive($s, 1, timeout => 3 / Echod::scale()), '',
    'nobody can serve the client');
# Steps of 0.1, 0.2, 0.4, 0.8, 1.6 s, each with what there is of a pool; one
# more if it took us longer.
my $died = $d->count_log(qr/: error: worker died/) - $before;
cmp_ok($died, '<', Echod::now() - $since < 4 ? 50 : 60,
    'the workers are not replaced as fast as they die');
my $start = Echod::now();
$d->signal('TERM');
$d->wait_end;
Echod::soon($start, 'TERM is obeyed');
$d->expect_log(qr/: error: /, qr/: warning: /);
$d->finish(unseen => 1);
done_testing;
