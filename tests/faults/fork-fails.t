# SPDX-License-Identifier: ISC
# rows: 16, 17
#
# If this fails, a temporary lack of processes ends the service, leaves the
# pool too small afterwards, or makes the master loop or fill the log
# meanwhile.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Tracer;

# Tries of an episode: one for each of three workers, and then one at a time
# after 0.1, 0.2, 0.4, 0.4 and 0.4 s, less up to a quarter.
use constant { TRIES => 3 + 5, LEAST => 1.5 * 0.75 };

Tracer::needs();

# One echod for each error, both at the same time.
my @cases = map { { error => $_, d => Echod->start(log => 'notice') } }
  qw(EAGAIN ENOMEM);

for my $case (@cases) {
    my ($error, $d) = @$case{qw(error d)};
    $d->expect_log(qr/: warning: worker died /,
        qr/: warning: cannot fork a worker/);

    $case->{fault} =
      Tracer->attach([$d->pid, $d->forker], 'clone,clone3', "error=$error");
    my @workers = $d->workers;
    $case->{cpu}   = $d->cpu;
    $case->{start} = Clock::now();
    kill 'KILL', @workers[ 0 .. 2 ];
    ok($d->wait_log(qr/: warning: worker died /, count => 3),
        "$error: three of five workers die");
    ok($d->wait_log(qr/: warning: cannot fork a worker: .*, trying again$/),
        "$error: they cannot be replaced, as the log says");
    is(Client::echo_once($d->port, 'x'), 'x', "$error: the others serve");
}
Clock::until(sub {
    for my $case (grep { !$_->{took} } @cases) {
        $case->{took} = Clock::now() - $case->{start}
          if $case->{fault}->calls >= TRIES;
    }
    return !grep { !$_->{took} } @cases;
}, 20);

for my $case (@cases) {
    my ($error, $d, $fault, $took) = @$case{qw(error d fault took)};
    ok($took, "$error: it is tried again by itself");
    cmp_ok($took // 0, '>=', LEAST, "$error: without hurry");
    cmp_ok($d->cpu - $case->{cpu}, '<', 0.1 + 0.05 * ($took // 0),
        "$error: which costs nothing");
    is($d->count_log(qr/: warning: cannot fork/), 1, "$error: nor a line");
    is(Client::echo_once($d->port, 'x'), 'x', "$error: the others serve");

    # It answers to its signals.
    my $from = $d->mark;
    $d->signal('USR1');
    ok($d->wait_log(qr/: status generation=1 .*workers=2 /, from => $from),
        "$error: USR1 reports the two");
    $d->signal('HUP');
    ok($d->wait_log(qr/: error: reload failed, nothing has changed: .*fork/,
        from => $from), "$error: HUP fails, and changes nothing");
    $d->expect_log(qr/: error: reload failed.*fork/);
    $fault->detach;
}

for my $case (@cases) {
    my ($error, $d) = @$case{qw(error d)};
    ok(Clock::until(sub { $d->idle_workers >= 5 }),
        "$error: when it is over, the pool is full again by itself")
      or diag scalar $d->idle_workers;
    ok($d->wait_log(qr/: workers are forked again seconds=\d+\.\d$/),
        "$error: as the log says");
    like($d->reload, qr/: reload done /, "$error: and a reload is done");
    is(Client::echo_once($d->port, 'x'), 'x', "$error: it serves");
    $d->finish;
}
done_testing;
