# SPDX-License-Identifier: ISC
# If this fails, an open loop continues after the drain, so that it takes
# longer than it reports and late messages count as sent.
use strict;
use warnings;

use Test::More;

use Clock;
use EchocBench;
use Files;
use Peer;

my $scale = Clock::scale();
my $dir = Files::new_dir();

# The first exchange of a connection, and a message.
use constant SIZE => 64;

# Each connection has one message, and its server closes it when the drain is
# over; until then all others wait.
use constant { WINDOW => 0.3, DRAIN => 0.2, CLOSED => 0.7 };

# late(): how many messages were sent clearly after the drain.
sub late {
    my (undef, @lines) = split /\n/, Files::slurp("$dir/log") // '';
    my $most = (WINDOW + DRAIN + CLOSED) / 2;
    return scalar grep { (split /\t/)[1] / 1e9 > $most } @lines;
}

# load(CONNECTIONS, ARGUMENTS): the result, and how many more connected.
sub load {
    my ($n, @args) = @_;
    my $peer = Peer->new;
    my $bench = EchocBench->start(['-c', $n, '--reconnect', 1, '-d', WINDOW,
            '-W', DRAIN, '--warmup', 0, '--max-error-rate', 100, '--log',
            "$dir/log", @args], $peer);
    my @first = map { $peer->accept } 1 .. $n;
    for my $bytes (SIZE, 2 * SIZE) {
        for my $c (@first) {
            $c->take($bytes);
            $c->give($c->waiting);
        }
    }
    # The load has begun with the first of these.
    my ($begin) = sort { $a <=> $b } map { $_->came(2 * SIZE) // () } @first;
    $_->ended for @first;
    my $over = sub { !$bench->is_running };
    $peer->serve(sub { $over->() || Clock::now() - $begin >= CLOSED })
        if defined $begin;
    # One by one, and one of them stays: the end of all ends the run.
    for my $c (@first[1 .. $#first]) {
        my $from = Clock::now();
        $c->close;
        $peer->serve(sub { $over->() || Clock::now() - $from >= 0.03 });
    }
    $peer->serve($over);
    return ($bench->wait, $peer->served);
}

for (
    ['few', 4, 30, '-t', 1, '-R', 100],
    ['many', 4, 600, '-t', 1, '-R', 2000],
    ['two threads', 6, 300, '-t', 2, '-R', 1000],
) {
    my ($name, $n, $due, @args) = @$_;
    my ($r, $more, $late);
    # When the client stood still it had no chance to be on time.
    for my $try (1 .. 5) {
        ($r, $more) = load($n, @args);
        $late = late();
        last unless $more || $late;
        note("$name, try $try: $more connect, $late are sent");
    }
    is($more, 0, "$name: nothing connects after the drain");
    is($late, 0, "$name: nor is anything sent");
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    cmp_ok($r->{seconds}, '<', 10 * $scale, "$name: it ends soon");
    my $m = $r->{json}{messages};
    is($m->{due}, $due, "$name: all were due");
    cmp_ok($m->{not_sent}, '>', 0, "$name: some are not sent");
    is($m->{sent} + $m->{not_sent}, $m->{due}, "$name: and so are counted")
        or diag(EchocBench::figures($r));
    like($r->{stdout}, qr/^$m->{sent} of $m->{due} messages due were sent$/m,
        "$name: the report tells it");
    EchocBench::balances($r, $name);
}
done_testing;
