# SPDX-License-Identifier: ISC
# If this fails, a load makes more connections at a time than
# --connect-concurrency allows, so that it overflows the accept queue of the
# server, or what it reports about connecting is wrong.
use strict;
use warnings;

use List::Util qw(min);
use Test::More;

use Clock;
use EchocBench;
use Echod;
use Peer;
use Server;
use Snapshot;

# In progress are connections whose first echo is missing: of a server that
# never answers it is as many as it sees.
for (
    [1, 20], [7, 20], [256, 20], [8, 20, '-t', 2], [2, 20, '-t', 2],
    [2, 20, '-t', 3], [1, 20, '-t', 4], [5, 20, '-t', 3],
) {
    my ($most, $connections, @args) = @$_;
    my $name = "--connect-concurrency $most -c $connections @args";
    my $server = Server->start(fault => 'silent');
    my $bench = EchocBench->start(['--connect-concurrency', $most, '-c',
            $connections, '-W', 60, @args], $server);
    my $wanted = min($most, $connections);
    Clock::until(sub { $server->connections >= $wanted });
    my $seen = $server->connections;
    # It has as many sockets as that, and sleeps.
    ok(Peer::connecting($bench, $seen),
        "$name: it waits for these");
    cmp_ok($server->connections, '<=', $wanted, "$name: no more than that");
    cmp_ok($seen, '>=', 1, "$name: but some");
    is($seen, $wanted, "$name: as many as that") if $most % 2 == 0
        || !@args;
    $bench->signal('INT');
    $bench->wait;
}

# A batch that fails makes room for the next one.
my $server = Server->start(fault => 'silent');
my $patience = 0.2 * Clock::scale();
my $from = Clock::now();
my $r = EchocBench::run(['--connect-concurrency', 4, '-c', 10, '-W',
        $patience], $server);
is($r->{status}, 5, 'all batches failed: status 5');
is_deeply($r->{json}{connect}{failed}, { timeout => 10 },
    '... all of them are told');
# The client may have given them up before the server has accepted them, and
# the server may have accepted the first ones late.
Clock::until(sub { $server->connections >= 10 });
my @at = map { $_->[0] - $from } $server->accepted;
is(scalar @at, 10, '... each was tried once');
cmp_ok($at[4], '>=', 0.9 * $patience, '... after the one before');
cmp_ok($at[8], '>=', 1.8 * $patience, '... each of them');

# So many a second, from the first one on; the server cannot see one before
# it was made.
my @rated = map {
    my $good = Server->start;
    [$_, $good, Clock::now(), EchocBench->start(['--connect-rate', 100, '-c',
            41, '-n', 41, @$_], $good)];
} [], ['-t', 2], ['-t', 4, '--connect-concurrency', 2];
for (@rated) {
    my ($args, $good, $from, $bench) = @$_;
    my $name = "--connect-rate 100 @$args";
    $r = $bench->wait;
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    my @at = map { $_->[0] - $from } $good->accepted;
    is(scalar @at, 41, "$name: all are made");
    my @early = grep { $at[$_] < $_ / 100 - 0.001 } 0 .. $#at;
    is("@early", '', "$name: none comes before its time")
        or diag(join ' ', map { sprintf '%.3f', $_ } @at);
    cmp_ok($at[-1] // 0, '>=', 0.39, "$name: it takes so long");
    my $took = ($r->{json}{connect}{total_time_us} // 0) / 1e6;
    cmp_ok($took, '<=', 0.4 + Clock::SOON * Clock::scale(),
        "$name: and not for ever");
}

# Also of those that come later.  What was not used before is not made up for,
# so the time is long enough for a pause of the machine.
my $good = Server->start;
$from = Clock::now();
$r = EchocBench::run(['--connect-rate', 200, '-c', 10, '-d', '0.8s',
        '--warmup', 0, '--reconnect', 1], $good);
is($r->{status}, 0, '--connect-rate 200 --reconnect 1: status 0');
my @again = map { $_->[0] - $from } $good->accepted;
my @early = grep { $again[$_] < $_ / 200 - 0.001 } 0 .. $#again;
is("@early", '', '... none comes before its time')
    or diag(join ' ', map { sprintf '%.3f', $_ } @again);
cmp_ok(scalar @again, '>=', 50, '... but they come');
EchocBench::balances($r, '--connect-rate 200 --reconnect 1');

# Also when all of them are lost at once, after a time without any: whatever
# thread they belong to.
for my $threads (1, 4) {
    my $name = "--connect-rate 16 -t $threads, all are lost";
    my $peer = Peer->new;
    my $bench = EchocBench->start(['--connect-rate', 16, '-c', 4, '-t',
            $threads, '-d', '60s', '-R', 20, '-W', 20, '--warmup', 0], $peer);
    my $idle;
    $peer->serve(sub {
        return 0 if $peer->served < 4;
        $idle //= Clock::now();
        $from = Clock::now();
        return $from >= $idle + 0.4;
    }, 20);
    is($peer->served, 4, "$name: all were there");
    # The connections of serve() have been closed since then.
    my (@again, @conn);
    while (@again < 4) {
        push @conn, $peer->accept_now(10) // last;
        push @again, Clock::now() - $from;
    }
    is(scalar @again, 4, "$name: all come again");
    my @early = grep { $again[$_] < $_ / 16 - 0.001 } 0 .. $#again;
    is("@early", '', "$name: none comes before its time")
        or diag(join ' ', map { sprintf '%.3f', $_ } @again);
    $bench->signal('INT');
    @conn = ();
    $bench->wait;
}

# A new connection for each message: how many a second, and how long that
# takes.
my $d = Echod->start(log => 'info', Snapshot::asked('-o',
        'workers.min_spare=10', '-o', 'workers.max_spare=64'));

# A connection on which nothing was sent has no line at its end.
sub empty { return Snapshot::of($d)->{connections}{empty} }

for my $most (1, 7) {
    my $name = "--reconnect $most";
    my ($mark, $before);
    for (1 .. 5) {
        $mark = $d->mark;
        $before = empty();
        $r = EchocBench->start(['--reconnect', $most, '-c', 4, '-d', '0.5s',
                '--warmup', 0], '127.0.0.1:' . $d->port)->wait;
        my $all = 4 + $r->{json}{connect}{reconnects};
        # The server has seen so many.
        Clock::until(sub {
            return $d->count_log(qr/ connection ended /) + empty() - $before >=
                $all;
        });
        # A busy machine may have had no time for more.
        last if $all > 4 + 20;
    }
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    EchocBench::balances($r, $name);
    my ($connect, $m) = @{ $r->{json} }{qw(connect messages)};
    my $times = $connect->{handshake};
    my $n = $connect->{reconnects};
    cmp_ok($n, '>', 20, "$name: there were many");
    is($times->{count}, 4 + $n, "$name: each has its time");
    isnt($times->{percentiles_us}{p50}, undef, "$name: with percentiles");
    my $seconds = $m->{window_us} / 1e6;
    my $rate = $connect->{reconnect_rate_per_s};
    cmp_ok($rate, '>', 0, "$name: the rate");
    cmp_ok($rate * $seconds, '<=', $n + 0.5,
        "$name: is that of those within the window");
    cmp_ok($rate * $seconds, '>=', $n - 8,
        "$name: of all of them, but those around it");
    like($r->{stdout}, qr/^connections 4 of 4 [^\n]*, $n later \([\d.]+\/s\)$/m,
        "$name: the report has the rate");
    like($r->{stdout}, qr/^connect +p50 [\d.]+ [mun]?s, p99 [^\n]*, max /m,
        "$name: and the latency");

    # The server has seen the same, with so much on each.
    my @lines = $d->log_lines;
    my @bytes = map { / connection ended .* in_bytes=(\d+) / ? $1 : () }
        @lines[$mark .. $#lines];
    is(@bytes + empty() - $before, 4 + $n, "$name: as many");
    # The first ones had the first exchange besides.
    my $more = grep { $_ > 64 * $most } @bytes;
    cmp_ok($more, '<=', 4, "$name: each has so many messages at most");
    is(scalar(grep { $_ > 64 * ($most + 1) } @bytes), 0,
        "$name: and the first ones their first exchange");
    my $full = grep { $_ >= 64 * $most } @bytes;
    cmp_ok($full, '>=', @bytes - 9, "$name: and not less");
}
$d->finish;
done_testing;
