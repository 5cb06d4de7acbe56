# SPDX-License-Identifier: ISC
# rows: 5
#
# If this fails, workers that crash at their start are forked in a busy loop,
# which uses all CPUs, floods the log, and keeps the master from reacting to
# signals.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Tracer;

Tracer::needs();
plan skip_all => 'the master and the workers wait by the same system call'
    if (POSIX::uname())[4] ne 'x86_64';

# Where a new worker crashes: while it prepares itself, or when it waits for
# its first client.  And how many such deaths are replaced without a pause: all
# that were forked in one step; or ten, and those who are on their way then.
my @cases = map {
    my ($call, $when, $free) = @$_;
    { call => $call, when => $when, free => $free, d => Echod->start };
} ['epoll_create1', 'before it is ready', 5],
    ['epoll_pwait', 'before its first client', 10 + 5];

for my $case (@cases) {
    my $d = $case->{d};
    my $sock = $case->{sock} = $d->connect;
    is(Client::echo($sock, 'hello'), 'hello', 'a client');
    # It is no victim of ours.
    Clock::until(sub { $d->busy_workers });

    # From here on, each forked worker crashes.
    $case->{fault} = Tracer->attach([$d->forker], $case->{call}, 'signal=SEGV',
        '-f');
    $d->expect_log(qr/worker died/, qr/a worker died before it was ready/,
        qr/workers die before they serve a client/,
        qr/reload failed/, qr/workers at max/);

    $case->{from} = $d->mark;
    $case->{start} = Clock::now();
    kill KILL => $d->idle_workers;
}

# A pause each of 0.1, 0.2, 0.4, 0.8 s, less a quarter; then the fifth begins.
Clock::until(sub {
    for my $case (grep { !$_->{took} } @cases) {
        $case->{took} = Clock::now() - $case->{start}
            if $case->{d}->count_log(qr/next try in/) >= 5;
    }
    return !grep { !$_->{took} } @cases;
});
for my $case (@cases) {
    my ($d, $when, $sock) = @$case{qw(d when sock)};
    ok($d->wait_log(qr/ signal=SIGSEGV/), "a worker that crashes $when");
    ok($d->wait_log(qr/next try in/, from => $case->{from}, count => 5),
        'is not replaced in a hurry, as the log says');
    cmp_ok($case->{took} // 0, '>=', 1.5 * 0.75 - 0.01,
        'but after pauses that grow');
    cmp_ok($d->count_log(qr/signal=SIGSEGV/), '<=', $case->{free} + 6,
        'one death for each');
    is(Client::echo($sock, 'still here'), 'still here',
        'a client who is served does not notice');
    $d->signal('USR1');
    ok($d->wait_log(qr/: status generation=1 /),
        'the master answers');

    # The cause has gone: the pool recovers by itself, or by a reload at once.
    $case->{fault}->detach;
    like($d->reload, qr/reload done/, 'the cause is gone: a reload');
    my $back = Client::echo_once($d->port, 'hello');
    is($back, 'hello', 'serves new clients at once');
    is(Client::echo($sock, 'bye', eof => 1), 'bye', 'and the old one');
    close $sock;
    $d->finish;
}
done_testing;
