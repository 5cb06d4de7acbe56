# SPDX-License-Identifier: ISC
# If this fails, a load of so many messages ends before it has sent them all,
# though the server is well, or its window is not that of its messages, so that
# the rate is wrong.
use strict;
use warnings;

use List::Util qw(max);
use Test::More;

use Echod;
use Echoc;
use EchocBench;
use EchocServer;

my $scale = Echod::scale();

# What a server that stands still loses shall not be what fails.
my @tolerant = ('--warmup', 0, '--max-error-rate', 100);

# A server that never closes has a second for it, which is longer than -W.
for (
    ['--reconnect 1', 3, '-c', 1, '--reconnect', 1],
    ['--reconnect 2, two of them', 8, '-c', 2, '--reconnect', 2],
) {
    my ($name, $n, @args) = @$_;
    my $server = EchocServer->start(fault => 'no_close');
    my $r = EchocBench::run([@tolerant, '-n', $n, '-W', '0.2s', @args],
        $server);
    $name = "a server that does not close, $name";
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($r->{json}{messages}{sent}, $n, "$name: all are sent");
    EchocBench::balances($r, $name);
}

# The client stood still, for longer than an echo may take.
for my $rate (20, 200) {
    my $n = 2 * $rate;
    my $server = EchocServer->start;
    my $bench = EchocBench->start([@tolerant, '-c', 1, '-R', $rate, '-n', $n,
            '-W', '0.3s'], $server);
    my $name = "stopped for a while, -R $rate";
    ok($bench->measures(2), "$name: it measures");
    $bench->signal('STOP');
    Echod::until(sub { 0 }, 0.7 / $scale);
    $bench->signal('CONT');
    my $r = $bench->wait;
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    my $m = $r->{json}{messages};
    is($m->{due}, $n, "$name: all were due");
    # A server may stand still as well.
    is($m->{not_sent}, 0, "$name: and all are sent") unless $m->{timeouts};
    EchocBench::balances($r, $name);
}

# The window ends with the last outcome, and not when the server has closed.
my $dir = Echod::new_dir();
for (
    ['-n 10', 0], ['-n 10 -R 1000', 0, '-R', 1000],
    ['-n 10 -t 2 -c 2', 0, '-t', 2, '-c', 2],
    ['-n 10, interrupted', 1],
    ['-n 10 -R 1000, interrupted', 1, '-R', 1000],
) {
    my ($name, $interrupted, @args) = @$_;
    my $server = EchocServer->start(fault => 'no_close');
    my $log = "$dir/log";
    my $r;
    for my $try (1 .. 20) {
        my $bench = EchocBench->start(['-c', 1, @tolerant, '-n', 10, '-W', 20,
                '--interval', '10ms', '--log', $log, @args], $server);
        # There is a second for that, which may be over before we see it.
        Echod::until(sub { is_shut($bench) }) && $bench->signal('INT')
            if $interrupted;
        $r = $bench->wait;
        last if !$interrupted || $r->{json}{interrupted};
    }
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    EchocBench::balances($r, $name);
    my $m = $r->{json}{messages};
    is($m->{echoed}, 10, "$name: all came back");
    ok($r->{json}{interrupted}, "$name: it was") if $interrupted;
    my (undef, @lines) = split /\n/, Echod::slurp($log);
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
    my $r = EchocBench::run(['-c', 1, @tolerant, '-n', 1000, '-W', $scale,
            '--interval', '20ms'],
        sub {
            EchocServer->start(fault => $fault, at => 64 * 50, most => 1);
        });
    cmp_ok($r->{json}{messages}{echoed}, '>', 0, "$name: some came back");
    cmp_ok($r->{json}{messages}{echoed}, '<', 50, "$name: most did not");
    within_window($r, $name);
    EchocBench::balances($r, $name);
}

# One of two connections is reset while most of what it was to send waits, and
# cannot be made again: that goes on the other one.
for my $n (12, 30) {
    my $name = "-n $n, one of two is lost";
    my $server = EchocServer->start(fault => 'reset', at => 5 << 20,
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
    my $server = EchocServer->start(fault => 'stall', at => 4 << 20,
        for => 600, only => 1, most => 2);
    my $r = EchocBench::run(['-c', 2, '-t', 2, '-n', $n, '-P', 4, '-s', '4m',
            '-W', 4 * $scale, '--warmup', 0, '--max-error-rate', 60], $server,
        timeout => 60);
    my $m = $r->{json}{messages};
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($m->{sent}, $n, "$name: all are sent");
    is($m->{not_sent}, 0, "$name: none is left out");
    EchocBench::balances($r, $name);
}

# Connections that have to wait for their turn, longer than for an echo, do not
# mean that the server has gone.  That it stands still might, now and then.
{
    my $name = '--connect-rate 1 --reconnect 1';
    my $r;
    for my $try (1 .. 20) {
        $r = EchocBench::run([@tolerant, '--reconnect', 1, '--connect-rate', 1,
                '-W', '0.6s', '-c', 1, '-n', 3], EchocServer->start);
        last if $r->{status} == 0;
    }
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($r->{json}{messages}{sent}, 3, "$name: all are sent");
    EchocBench::balances($r, $name);
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

# is_shut(BENCH): whether one of its connections waits for the server's end, or
# it has ended.
sub is_shut {
    my $bench = shift;
    my %own = reverse Echod::descriptors($bench->pid);
    return !$bench->client->is_running || grep {
        my ($state, $inode) = (split)[3, 9];
        $state =~ /^0[45]\z/ && $own{"socket:[$inode]"}    # FIN_WAIT
    } split /\n/, Echod::slurp('/proc/net/tcp');
}
done_testing;
