# SPDX-License-Identifier: ISC
# rows: 18
#
# If this fails, a worker that was taken over chooses by what it writes into the
# memory that it shares whom the master signals: with the rights of root, any
# process of the machine.
use strict;
use warnings;

use Test::More;
use Clock;
use Hostile;
use Process;
use Tracer;

use constant ROUNDS => 5;

Tracer::needs();
my $hostile = Hostile->build;
my $seed = $ENV{ECHOD_SEED} // time;
note "the first seed is $seed (ECHOD_SEED)";

my $d = $hostile->start(options => ['-o', 'workers.max=60']);
$d->expect_log(qr/: warning: /);
my $trace = Tracer->attach([$d->pid], undef, undef, '-e', 'trace=kill,tkill,'
    . 'tgkill,pidfd_send_signal,rt_sigqueueinfo,rt_tgsigqueueinfo,wait4,waitid');
for my $round (1 .. ROUNDS) {
    is($hostile->order($d, 'scribble', $seed + $round), 'ok',
        "round $round: rubbish in all shared memory");
    # Each worker of before is signalled.
    like($d->reload, qr/: reload done /, "round $round: a reload is done");
}
is($hostile->order($d, 'scribble', $seed), 'ok', 'and once more before a stop');
$d->finish(unseen => 1);
ok(Clock::until(sub { !Process::is_alive($trace->{pid}) }),
    'all of it was seen');
$trace->detach;

# A child is whom the kernel has reported as one.
my (%child, @signals, @others);
for ($trace->calls) {
    $child{$_} = 1 for /\bsi_pid=(\d+)/, /^wait4\(.* = (\d+)$/;
    push @signals, $1 if /^kill\((-?\d+),/;
    push @others, $_ if !/^(?:kill|wait4|waitid)\(/;
}
cmp_ok(scalar @signals, '>=', 5 * ROUNDS, 'the master has sent signals');
is_deeply([grep { !$child{$_} } @signals], [], 'and to its children alone');
is_deeply(\@others, [], 'in no other way');
done_testing;
