# SPDX-License-Identifier: ISC
#
# If this fails, workers that are killed take with them what they had counted,
# or it is counted twice: a counter that goes down looks like a restart.
use strict;
use warnings;

use List::Util qw(min shuffle sum0);
use Test::More;

use Clock;
use EchocBench;
use Echod;
use Snapshot;

use constant { CLIENTS => 30, KILLED => 10, SIZE => 500 };

# The many workers that are idle at the end may stay.
my $d = Echod->start(log => 'notice',
    Snapshot::asked('-o', 'workers.max_spare=100'));
$d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL/,
    qr/: warning: .* before (?:it|they) served? anybody/);
my $before = Snapshot::of($d);
my $bench = EchocBench->start(['-c', CLIENTS, '-d', '1.2s', '-s', SIZE,
    '--reconnect=50'], '127.0.0.1:' . $d->port);
$bench->measures;

# Each killed worker is replaced before the next one dies.
my ($last, @down) = $before;
for my $n (1 .. KILLED) {
    my ($busy) = shuffle $d->busy_workers;
    kill 'KILL', $busy // ($d->workers)[0];
    ok($d->wait_log(qr/: warning: worker died/, count => $n), "death $n");
    my $now = Snapshot::of($d);
    my %more = Snapshot::difference($last, $now);
    push @down, map { "$_ by $more{$_}" } grep {
        $more{$_} < 0 && !/^workers\.|\.active$|^oldest|^process\.(?!cpu)/
    } keys %more;
    $last = $now;
}
is("@down", '', 'no counter goes down');
my $r = $bench->wait;
my $after;
ok(Clock::until(sub {
    $after = Snapshot::of($d);
    return $after->{connections}{active} == 0;
}), 'in the end no connection is open');

my %more = Snapshot::difference($before, $after);
my $connect = $r->{json}{connect};
my $made = $connect->{established} + $connect->{reconnects};
my $verified = $r->{json}{messages}{bytes_verified};
my $accepted = $more{'connections.accepted'};
note "$made connections, $verified bytes";

# A worker may die after accept and before it has counted.
cmp_ok($accepted, '<=', $made, 'no connection is counted twice');
cmp_ok($accepted, '>=', $made - KILLED, 'and none is lost with a worker');
is(sum0(map { $more{$_} } grep { /^closed\./ } keys %more), $accepted,
    'each has one end');
cmp_ok($more{'closed.died'} // 0, '<=', KILLED, 'some of them with the worker');
cmp_ok($more{'closed.died'} // 0, '>', 0, 'at least one');
is(sum0(map { $more{$_} } grep { /^duration\./ } keys %more), $accepted,
    'and one length');
# What they had under way is one message, received and perhaps not yet sent, or
# sent and perhaps not yet counted.
for my $way (qw(in out)) {
    my $off = $more{"connections.bytes_$way"} - $verified;
    cmp_ok(abs $off, '<=', KILLED * SIZE,
        "bytes_$way is right, but for what the dead had under way: $off");
}
is($more{'exited.signal'}, KILLED, 'the dead are counted');
$d->finish;
done_testing;
