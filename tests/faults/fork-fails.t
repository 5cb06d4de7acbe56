# SPDX-License-Identifier: ISC
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
use Process;
use Tracer;

Tracer::needs();

# One echod for each error, both at the same time.
my @cases = map { { error => $_, d => Echod->start(log => 'notice') } }
  qw(EAGAIN ENOMEM);

for my $case (@cases) {
    my ($error, $d) = @$case{qw(error d)};
    $d->expect_log(qr/: warning: worker died /,
        qr/: warning: cannot fork a worker/,
        qr/: warning: .* before (?:it|they) served? anybody/);

    $case->{fault} =
      Tracer->attach([$d->pid], 'clone,clone3', "error=$error");
    my @workers = $d->workers;
    $case->{cpu}   = Process::cpu($d->pid);
    $case->{start} = Clock::now();
    kill 'KILL', @workers[ 0 .. 2 ];
    ok($d->wait_log(qr/: warning: worker died /, count => 3),
        "$error: three of five workers die");
    ok($d->wait_log(qr/: warning: cannot fork a worker: .*, next try in/),
        "$error: they cannot be replaced, as the log says");
    is(Client::echo_once($d->port, 'x'), 'x', "$error: the others serve");
}

# 0.1, 0.2, 0.4, 0.8, ... seconds, less up to a quarter.
Clock::until(sub {
    for my $case (grep { !$_->{took} } @cases) {
        $case->{took} = Clock::now() - $case->{start}
          if $case->{d}->count_log(qr/: warning: cannot fork a worker/) >= 5;
    }
    return !grep { !$_->{took} } @cases;
}, 20);

for my $case (@cases) {
    my ($error, $d, $fault, $took) = @$case{qw(error d fault took)};
    my $master = $d->pid;
    ok($took, "$error: it is tried again by itself");
    my @calls = $fault->calls;
    # The line about a call comes after it, through the logger.
    my @steps;
    Clock::until(sub {
        @steps = map { /next try in ([\d.]+) s$/ ? $1 : () } $d->log_lines;
        return @calls <= @steps;
    }, 3);
    cmp_ok($took, '>=', 1.5 * 0.75, "$error: at growing intervals")
      or diag "@steps";
    is_deeply([ @steps[ 0 .. 3 ] ], [ sort { $a <=> $b } @steps[ 0 .. 3 ] ],
        "$error: that are told");
    cmp_ok(scalar @calls, '<=', @steps + 1, "$error: one try a step")
      or diag scalar(@calls), " calls, steps @steps";
    cmp_ok(Process::cpu($master) - $case->{cpu}, '<', 0.1 + 0.05 * $took,
        "$error: which costs nothing");
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
    # The current step of the back-off may be one of 3.2 s.
    ok(Clock::until(sub { $d->idle_workers >= 5 }, 20),
        "$error: when it is over, the pool is full again by itself")
      or diag scalar $d->idle_workers;
    like($d->reload, qr/: reload done /, "$error: and a reload is done");
    is(Client::echo_once($d->port, 'x'), 'x', "$error: it serves");
    $d->finish;
}
done_testing;
