# SPDX-License-Identifier: ISC
# If this fails, a load of N messages ends before it has sent all of them,
# although the server works, or its window is not that of its messages, so that
# the rate is wrong.
use strict;
use warnings;

use List::Util qw(max);
use Test::More;

use Clock;
use Echoc;
use EchocBench;
use Files;
use Peer;
use Server;

my $scale = Clock::scale();

# What a server that stands still loses shall not be what fails.
my @tolerant = ('--warmup', 0, '--max-error-rate', 100);

# Those that wait, for a time-out or for the end of a connection, begin before
# all others, and are looked at in the end.
my %begun;
my $dir = Files::new_dir();

# A server that never closes has a second for it, which is longer than -W.
my @unclosed = (
    ['--reconnect 1', 3, '-c', 1, '--reconnect', 1],
    ['--reconnect 2, two of them', 8, '-c', 2, '--reconnect', 2],
);
for (@unclosed) {
    my ($name, $n, @args) = @$_;
    $begun{$name} = EchocBench->start([@tolerant, '-n', $n, '-W', '0.2s',
            @args], Server->start(fault => 'no_close'));
}

# The server does not answer after some messages.
for my $fault ('early', 'reset') {
    $begun{$fault} = EchocBench->start(['-c', 1, @tolerant, '-n', 1000, '-W',
            $scale, '--interval', '20ms'],
        Server->start(fault => $fault, at => 64 * 50, most => 1));
}

# One of two threads loses its connection.
$begun{'two threads'} = EchocBench->start(['-c', 2, '-t', 2, '-n', 30, '-P', 4,
        '-s', '4m', '-W', 2 * $scale, '--warmup', 0, '--max-error-rate', 60],
    Server->start(fault => 'stall', at => 4 << 20, for => 600, only => 1,
        most => 2), timeout => 60);

# The server does not close when the messages are over.
my @ends = (
    ['-n 10', 0], ['-n 10 -R 1000', 0, '-R', 1000],
    ['-n 10 -t 2 -c 2', 0, '-t', 2, '-c', 2],
    ['-n 10, interrupted', 1],
    ['-n 10 -R 1000, interrupted', 1, '-R', 1000],
);

sub begin_end {
    my ($server, $name, $interrupted, @args) = @_;
    return EchocBench->start(['-c', 1, @tolerant, '-n', 10, '-W', 20,
            '--interval', '10ms', '--log', "$dir/$name", @args], $server);
}
for (grep { !$_->[1] } @ends) {
    $begun{ $_->[0] } = begin_end(Server->start(fault => 'no_close'), @$_);
}

# The client stood still, for longer than an echo may take: so long that another
# one, which has more time for its echo, gives up.
my %stopped = map {
    $_ => EchocBench->start([@tolerant, '-c', 1, '-R', $_, '-n', 1.5 * $_,
            '-W', '0.3s'], Server->start);
} 20, 200;
for my $rate (sort keys %stopped) {
    ok($stopped{$rate}->measures(2),
        "stopped for a while, -R $rate: it measures");
    $stopped{$rate}->signal('STOP');
}
is(Echoc::run(args => ['send', '-m', 'x', '-W', '0.6s',
            Server->start(fault => 'silent')->target])->{status}, 5,
    'stopped for a while: longer than an echo may take');
for my $rate (sort keys %stopped) {
    $stopped{$rate}->signal('CONT');
    my $n = 1.5 * $rate;
    my $name = "stopped for a while, -R $rate";
    my $r = $stopped{$rate}->wait;
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    my $m = $r->{json}{messages};
    is($m->{due}, $n, "$name: all were due");
    # A server may stand still as well.
    is($m->{not_sent}, 0, "$name: and all are sent") unless $m->{timeouts};
    EchocBench::balances($r, $name);
}

# The window ends with the last outcome, and not when the server has closed.
for (@ends) {
    my ($name, $interrupted) = @$_;
    my $log = "$dir/$name";
    my $r;
    if ($interrupted) {
        # It waits a second for the end, which may be over before we see that.
        for my $try (1 .. 5) {
            $r = shut_and_interrupted(@$_);
            last if $r->{json}{interrupted};
        }
    } else {
        $r = $begun{$name}->wait;
    }
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    EchocBench::balances($r, $name);
    my $m = $r->{json}{messages};
    is($m->{echoed}, 10, "$name: all came back");
    ok($r->{json}{interrupted}, "$name: it was") if $interrupted;
    my (undef, @lines) = split /\n/, Files::slurp($log);
    my @last = map { (split /\t/)[2] / 1e9 } @lines;
    # By the log, which counts from the begin of the window.
    cmp_ok(abs($m->{window_us} / 1e6 - max(@last)), '<', 1e-3,
        "$name: the window ends with the last") or diag("@last");
    within_window($r, $name);
    cmp_ok(abs($m->{rate_per_s} * $m->{window_us} / 1e6 - 10), '<', 0.1,
        "$name: the rate is that of the window");
}

# Nobody answers after some of them: the intervals do not go on until all that
# was under way is given up.
for my $fault ('early', 'reset') {
    my $name = "the server has gone, $fault";
    my $r = $begun{$fault}->wait;
    cmp_ok($r->{json}{messages}{echoed}, '>', 0, "$name: some came back");
    cmp_ok($r->{json}{messages}{echoed}, '<', 50, "$name: most did not");
    within_window($r, $name);
    EchocBench::balances($r, $name);
}

# One of two connections is reset while most of what it was to send waits, and
# cannot be made again: that goes on the other one.
for my $n (12, 30) {
    my $name = "-n $n, one of two is lost";
    my $server = Server->start(fault => 'reset', at => 5 << 20,
        only => 1, most => 2, rcvbuf => 65536);
    my $r = EchocBench::run(['-c', 2, '-t', 1, '-n', $n, '-P', 4, '-s', '4m',
            '-W', 8 * $scale, '--warmup', 0, '--max-error-rate', 60], $server,
        timeout => 60);
    my $m = $r->{json}{messages};
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($m->{sent}, $n, "$name: all are sent");
    is($m->{not_sent}, 0, "$name: none is left out");
    cmp_ok($m->{errors}, '>', 0, "$name: what was under way is lost");
    EchocBench::balances($r, $name);
}

# The same with a thread for each: that of the good one has nothing to send any
# more when the other one gives back what it did not.
{
    my $n = 30;
    my $name = "-n $n, one of two threads loses its connection";
    my $r = $begun{'two threads'}->wait;
    my $m = $r->{json}{messages};
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($m->{sent}, $n, "$name: all are sent");
    is($m->{not_sent}, 0, "$name: none is left out");
    EchocBench::balances($r, $name);
}

# What the servers that do not close have come to.
for (@unclosed) {
    my ($name, $n) = @$_;
    my $r = $begun{$name}->wait;
    $name = "a server that does not close, $name";
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($r->{json}{messages}{sent}, $n, "$name: all are sent");
    EchocBench::balances($r, $name);
}

# Connections that have to wait for their turn, longer than for an echo, do not
# mean that the server has gone.  That it stands still might, now and then.
{
    my $name = '--connect-rate 2 --reconnect 1';
    my $r;
    for my $try (1 .. 20) {
        $r = EchocBench::run([@tolerant, '--reconnect', 1, '--connect-rate', 2,
                '-W', '0.3s', '-c', 1, '-n', 3], Server->start);
        last if $r->{status} == 0;
    }
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($r->{json}{messages}{sent}, 3, "$name: all are sent");
    EchocBench::balances($r, $name);
}

# shut_and_interrupted(END): the result of a load that is interrupted as soon as
# its only connection waits for the server's end.
sub shut_and_interrupted {
    my $peer = Peer->new;
    my $bench = begin_end($peer, @_);
    my $c = $peer->accept;
    # The first exchange, and the ten messages.
    for (1 .. 11) {
        $c->take(64 * $_);
        $c->give($c->waiting);
    }
    $c->ended;
    $bench->signal('INT');
    return $bench->wait;
}

# within_window(RESULT, NAME): one test that no interval ends after it.
sub within_window {
    my ($r, $name) = @_;
    my @intervals = @{ $r->{json}{intervals} };
    my $end = max(0, map { $_->{begin_us} + $_->{length_us} } @intervals);
    cmp_ok($end, '<=', $r->{json}{messages}{window_us} + 1,
        "$name: the intervals end with the window");
    return;
}
done_testing;
