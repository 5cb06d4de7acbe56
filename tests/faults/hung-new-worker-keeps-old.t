# SPDX-License-Identifier: ISC
# rows: 79
#
# If this fails, a new worker that never becomes ready, or the forker that is to
# make it, is cut off before its reload gives up, so that the reload counts as
# complete, and the old workers end without a replacement.
#
# slow: waits for ten seconds, when the reload gives up
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Shim;
use Tracer;

Tracer::needs();

my $shim = Shim->build;

# The forker hangs, or the worker that it has made; both at the same time.
my @cases = map { { call => $_, d => Echod->start(env => $shim->env,
    options => [ map { ('-o', "workers.$_=1") } 'start', 'min_spare' ]) } }
  'pdeathsig', 'prctl';

for my $case (@cases) {
    my $d = $case->{d};
    $case->{workers}   = [ $d->workers ];
    $case->{listeners} = Process::listeners($d->pid);
    # A fork that takes its time sets the two deadlines apart: that of the
    # worker begins before it, that of the reload after it.
    $case->{slow} = Tracer->attach([$d->pid], 'clone,clone3',
        'delay_exit=300000');
}
for my $case (@cases) {
    my ($call, $d) = @$case{qw(call d)};
    $shim->on("hold-$call");
    $d->signal('HUP');
    ok(Clock::until(sub { ($case->{new}) = $shim->entered($call) }),
        "a new process hangs before $call");
}
for my $case (@cases) {
    my ($call, $d) = @$case{qw(call d)};
    # READY_MS in reload.c, which no build stretches.
    my $line = $d->wait_log(qr/: reload (?:done|failed)/,
        timeout => 10 + Clock::SOON);
    like($line // '', qr/: error: reload failed, .* not ready after 10 s$/,
        "$call: the reload fails after 10 s");
    $case->{slow}->detach;
}
$shim->off("hold-$_->{call}") for @cases;
for my $case (@cases) {
    my ($call, $d, $new) = @$case{qw(call d new)};
    my @workers = @{ $case->{workers} };
    is(Client::echo_once($d->port, 'x'), 'x', "$call: the old one serves on");
    is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
        'the same one');
    is_deeply(Process::listeners($d->pid), $case->{listeners},
        'at the same socket');
    ok(Clock::until(sub { !Process::is_alive($new) }), 'the new one leaves');

    like($d->reload, qr/: reload done .*workers=1 /,
        'the next reload is done');
    ok(Clock::until(sub { !grep { Process::is_alive($_) } @workers }),
        'and the old one leaves');
    $d->expect_log(qr/: error: reload failed, nothing has changed/);
    $d->finish;
}
done_testing;
