# SPDX-License-Identifier: ISC
# If this fails, an open loop sends more messages on a connection than
# --reconnect says, so that it measures fewer accepts than it reports.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocBench;
use Echod;
use Snapshot;

# What a message and the first exchange are, in bytes.
use constant SIZE => 64;

my $d = Echod->start(log => 'info', Snapshot::asked('-o', 'workers.start=10',
        '-o', 'workers.min_spare=10', '-o', 'workers.max_spare=64'));

# A connection on which nothing was sent has no line at its end.
sub empty { return Snapshot::of($d)->{connections}{empty} }

# With more than can go at once: what is due meanwhile waits.
for (
    [1, '-c', 1, '-R', 2000], [1, '-c', 4, '-R', 2000],
    [3, '-c', 2, '-R', 5000], [7, '-c', 3, '-t', 2, '-R', 20_000],
    [3, '-c', 2, '-P', 5],
) {
    my ($most, @args) = @$_;
    my $name = "--reconnect $most @args";
    my ($count) = "@args" =~ /-c (\d+)/;
    my $mark = $d->mark;
    my $before = empty();
    my $r = EchocBench::run(['--reconnect', $most, '-n', 300, '-W', 20,
            '--warmup', 0, @args], '127.0.0.1:' . $d->port);
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($r->{json}{messages}{echoed}, 300, "$name: all came back");
    EchocBench::balances($r, $name);

    my $made = $r->{json}{connect}{reconnects} + $count;
    ok(Clock::until(sub {
        return $d->count_log(qr/ connection ended /) + empty() - $before >=
            $made;
    }), "$name: the server has seen the end of all");
    my @lines = $d->log_lines;
    my @bytes = map { / connection ended .* in_bytes=(\d+) / ? $1 : () }
        @lines[$mark .. $#lines];
    is(@bytes + empty() - $before, $made, "$name: it counts the same connections");
    # The first ones had their first exchange besides.
    my @more = grep { $_ > SIZE * $most } @bytes;
    cmp_ok(scalar @more, '<=', $count, "$name: none has more messages");
    is("@{[grep { $_ > SIZE * ($most + 1) } @more]}", '',
        "$name: but the first one for their first exchange");
    cmp_ok(scalar @bytes, '>=', 300 / $most,
        "$name: so there were so many connections");
}
$d->finish;
done_testing;
