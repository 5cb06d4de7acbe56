# SPDX-License-Identifier: ISC
# If this fails, an open loop hides the delays that users of a server would
# see: it waits while the server stalls, attributes its own pauses to the
# server, leaves messages out, or sends them in bursts.
#
# alone: compares times and rates with those of the clock, which others change
use strict;
use warnings;

use List::Util qw(max);
use Test::More;

use Clock;
use EchocBench;
use Echod;
use Files;
use Server;

use constant RATE => 1000;

my $scale = Clock::scale();
my $dir = Files::new_dir();

# log_of(FILE): each message as [due, sent, done], in seconds.
sub log_of {
    my (undef, @lines) = split /\n/, Files::slurp($_[0]) // '';
    return map { [map { $_ / 1e9 } (split /\t/)[0 .. 2]] } @lines;
}

# expected(PERCENTILE, WINDOW, STALLS): of the response times at a steady
# rate: each stall makes those that are due in it wait for its end, and the
# others hardly wait.
sub expected {
    my ($percentile, $window, @stalls) = @_;
    my $above = (1 - $percentile / 100) * $window;
    # So many seconds' worth of messages wait longer than t: in each stall
    # those that are due more than t before its end.
    my ($low, $high) = (0, max(@stalls));
    for (1 .. 60) {
        my $t = ($low + $high) / 2;
        my $longer = 0;
        $longer += max(0, $_ - $t) for @stalls;
        if ($longer > $above) {
            $low = $t;
        } else {
            $high = $t;
        }
    }
    return $low;
}

# odd(NAME, IS, LEAST, MOST): a text if it is not between them.
sub odd {
    my ($name, $is, $least, $most) = @_;
    return () if defined $is && $is >= $least && $is <= $most;
    return sprintf '%s: %s, not %.6g to %.6g', $name, $is // 'none', $least,
        $most;
}

# is_busy: whether this process has to wait for a processor, as others have it.
sub is_busy {
    my ($from, $used) = (Clock::now(), (times)[0]);
    1 while (times)[0] - $used < 0.1;
    return Clock::now() - $from > 0.14;
}

# timed(NAME, CODE): CODE returns what is odd about the times of a load.  A
# moment in which the machine was busy with something else is no reason to
# fail.
sub timed {
    my ($name, $code) = @_;
    my ($busy, @odd) = (0);
    for my $try (1 .. 10) {
        @odd = $code->() or last;
        note("$name, try $try: $_") for @odd;
        $busy++ if is_busy();
    }
  SKIP: {
        skip "$name: the machine is too busy", 1 if @odd && $busy >= 5;
        ok(!@odd, "$name: the times are right")
            or diag(map { "$_\n" } @odd);
    }
    return;
}

# percentiles(RESULT, STALLS): those of the response time are what follows from
# the stalls.  The server needs a moment for what has piled up.
sub percentiles {
    my ($r, @stalls) = @_;
    my $window = $r->{json}{messages}{window_us} / 1e6;
    my $times = $r->{json}{response_time}{percentiles_us};
    return map {
        my $wanted = expected($_, $window, @stalls);
        my $slack = (0.15 + 0.1 * $wanted) * $scale;
        odd("p$_ in s", ($times->{"p$_"} // -1) / 1e6, $wanted - $slack,
            $wanted + $slack);
    } 50, 75, 90, 95, 99;
}

# status(NAME, RESULT): it is good, but for echoes that did not come in time;
# those are odd.
sub status {
    my ($name, $r) = @_;
    is($r->{json}{messages}{errors}, 0, "$name: no errors")
        or diag($r->{plain}, EchocBench::figures($r));
    return odd('the exit status', $r->{status}, 0, 0);
}

# all_sent(NAME, RESULT): each message that was due was sent or could not be.
sub all_sent {
    my ($name, $r) = @_;
    my $m = $r->{json}{messages};
    my $wanted = $r->{json}{config}{rate_per_s} * $m->{window_us} / 1e6;
    cmp_ok(abs($m->{sent} + $m->{not_sent} - $wanted), '<=', 1,
        "$name: each message that was due is accounted for")
        or diag(EchocBench::figures($r), " wanted $wanted");
    EchocBench::balances($r, $name);
    return;
}

# A server that stops half a second in each two.
timed('two stalls', sub {
    my $server = Server->start(stall => 0.5, period => 2);
    my $r = EchocBench::run(['-R', RATE, '-c', 10, '-d', '4s', '--warmup', 0],
        $server);
    my @status = status('two stalls', $r);
    all_sent('two stalls', $r);
    my ($response, $service) = map { $r->{json}{$_}{percentiles_us}{p99} }
        qw(response_time service_time);
    # The messages left on time, so both columns agree.
    return (@status, percentiles($r, 0.5, 0.5),
        odd('p99 of the service time', $service, 0.9 * $response, $response));
});

# A closed loop waits with it: a bad sample for each message in flight, when
# by the clock it would be hundreds.
timed('two stalls, closed loop', sub {
    my $server = Server->start(stall => 0.5, period => 2);
    my $r = EchocBench::run(['-c', 10, '-d', '4s', '--warmup', 0, '--log',
            "$dir/closed"], $server);
    my @status = status('two stalls, closed loop', $r);
    like($r->{stdout}, qr/^closed loop\b/m, '... the report says what it is');
    unlike($r->{stdout}, qr/response time/,
        '... and does not call that a response time');
    my @bad = grep { $_->[2] - $_->[1] > 0.1 } log_of("$dir/closed");
    return (@status,
        odd('messages that have seen a stall', scalar @bad, 10, 60),
        odd('p99', $r->{json}{response_time}{percentiles_us}{p99}, 0, 250e3));
});

# Workers of the daemon that are stopped.
timed('stopped workers', sub {
    my $d = Echod->start(options => ['-o', 'workers.max_spare=64']);
    my $bench = EchocBench->start(['-R', RATE, '-c', 10, '-d', '2.5s',
            '--warmup', 0], '127.0.0.1:' . $d->port);
    $d->expect_log(qr/: warning: worker stopped /);
    my $measures = $bench->measures(4);
    my @workers = $d->busy_workers;
    my $from = Clock::now();
    kill STOP => @workers;
    Clock::until(sub { Clock::now() - $from >= 0.5 });
    kill CONT => @workers;
    my $stall = Clock::now() - $from;
    my $r = $bench->wait;
    my @status = status('stopped workers', $r);
    all_sent('stopped workers', $r);
    $d->finish;
    return 'it was over before they were stopped' unless $measures;
    return (@status, odd('workers that serve', scalar @workers, 10, 10),
        percentiles($r, $stall));
});

# The rate is kept when the server keeps up, and nothing comes in bursts.
for ([100, '2s', 1], [5000, '1s', 1], [RATE, '1s', 2]) {
    my ($rate, $duration, $threads) = @$_;
    # Several threads may have to share a processor with the server.
    my ($slack, $few) = $threads > 1 ? (0.1, 0.75) : (0.01, 0.5);
    my $name = "$rate/s, threads: $threads";
    timed($name, sub {
        my $d = Echod->start(options => ['-o', 'workers.start=210',
                '-o', 'workers.max_spare=300', '-o', 'workers.max=400']);
        my $r = EchocBench::run(['-R', $rate, '-c', 200, '-t', $threads,
                '-d', $duration, '--warmup', '0.2s', '--log', "$dir/log"],
            '127.0.0.1:' . $d->port);
        my @status = status($name, $r);
        all_sent($name, $r);
        $d->finish;
        my @all = log_of("$dir/log");

        # The messages of all threads together are due one by one.
        my @due = sort { $a <=> $b } map { $_->[0] } @all;
        my @uneven = grep { abs(($due[$_] - $due[$_ - 1]) * $rate - 1) > 0.01 }
            1 .. $#due;
        is(scalar @uneven, 0, "$name: they are due at even distances");
        # And so they leave, but for moments when the client could not; what
        # is in flight at the end is not within the window.
        my @sent = sort { $a <=> $b } map { $_->[1] } @all;
        my @close = grep { ($sent[$_] - $sent[$_ - 1]) * $rate < 0.1 }
            1 .. $#sent;
        my @late = sort { $a <=> $b } map { $_->[1] - $_->[0] } @all;
        my $is = $r->{json}{messages}{rate_per_s};
        return (
            @status,
            odd('the rate', $is, (1 - $slack) * $rate - 1, 1.01 * $rate),
            odd('messages in bursts', scalar @close, 0, $few * @sent),
            odd('half of them are late by', $late[@late / 2], 0,
                max($few * 2 / $rate, 0.0003) * $scale),
        );
    });
}

# What a stall in the warm-up has piled up is no part of the result.
timed('a stall in the warm-up', sub {
    my $d = Echod->start(options => ['-o', 'workers.max_spare=64']);
    my $from = Clock::now();
    my $bench = EchocBench->start(['-R', RATE, '-c', 10, '-d', '0.5s',
            '--warmup', 2, '--log', "$dir/warm"], '127.0.0.1:' . $d->port);
    my @workers;
    $d->expect_log(qr/: warning: worker stopped /);
    Clock::until(sub { (@workers = $d->busy_workers) >= 10 });
    # The first exchanges are over soon after that.
    Clock::until(sub { Clock::now() - $from >= 0.5 });
    kill STOP => @workers;
    Clock::until(sub { Clock::now() - $from >= 1.2 });
    kill CONT => @workers;
    my $over = Clock::now() - $from;
    my $r = $bench->wait;
    my @status = status('a stall in the warm-up', $r);
    all_sent('a stall in the warm-up', $r);
    my ($m, $warmup) = @{ $r->{json} }{qw(messages warmup)};
    cmp_ok(abs($m->{sent} - 0.5 * RATE), '<=', 1,
        'a stall in the warm-up: its messages are not counted');
    cmp_ok(abs($warmup->{sent} + $warmup->{not_sent} - 2 * RATE), '<=',
        1, 'a stall in the warm-up: but apart');
    is(scalar(grep { $_->[0] < 0 } log_of("$dir/warm")), 0,
        'a stall in the warm-up: nor logged');
    $d->finish;
    return (@status, odd('the end of the stall', $over, 1.2, 1.8),
        odd('max', $r->{json}{response_time}{max_us}, 0, 400e3));
});

# The client's own lateness is no secret.
my $good = Server->start;
for (
    ['in the middle', ['-d', '2s'], 0.7],
    ['at the end', ['-d', '1s'], 1.1],
    ['at the end, two threads', ['-d', '1s', '-t', 2], 1.1],
) {
    my ($when, $args, $until) = @$_;
    my $name = "a stopped client, $when";
    timed($name, sub {
        my $bench = EchocBench->start(['-R', RATE, '-c', 10, '--warmup', 0,
                @$args], $good);
        my $measures = $bench->measures(6);    # since 0.3 s
        my $from = Clock::now();
        $bench->signal('STOP');
        Clock::until(sub { Clock::now() - $from >= $until - 0.3 });
        $bench->signal('CONT');
        my $stall = Clock::now() - $from;
        my $r = $bench->wait;
        all_sent($name, $r);
        return 'it was over before it was stopped' unless $measures;
        my $json = $r->{json};
        # In the middle it lasts as long as that, else up to the end at least.
        my $least = 0.9e6 * ($when =~ /middle/ ? $stall : 0.4);
        my ($response, $lag) = map { $_->{max_us} }
            $json->{response_time}, $json->{generator}{lag};
        my $p95 = $json->{service_time}{percentiles_us}{p95};
        my $warned = () =
            $r->{stdout} =~ /^warning: the client limits this result/mg;
        return (
            odd('that the client is the limit',
                $json->{generator}{saturated} ? 1 : 0, 1, 1),
            odd('a warning that says so', $warned, 1, 1),
            odd('the response time', $response, $least, 1e9),
            odd('the lag', $lag, $least, 1e9),
            odd('p95 of the service time', $p95, 0, 0.5 * $least),
            $when =~ /middle/ ? percentiles($r, $stall) : (),
        );
    });
}

# A server that gives up does not have the rate that it had before.
for my $how ('gives up', 'goes away') {
    my $server = Server->start(fault => 'stall', at => 64 * 20,
        for => 600);
    my $bench = EchocBench->start(['-R', 2000, '-n', 1000, '-c', 10, '-W',
            4 * $scale, '--fail-if', 'rate<90%'], $server);
    if ($how eq 'goes away') {
        $bench->measures(2);
        $server->stop;
    }
    my $r = $bench->wait;
    my $m = $r->{json}{messages};
    my $name = "a server that $how";
    cmp_ok($m->{echoed}, '<=', 200, "$name: most messages are lost");
    cmp_ok($m->{due}, '>=', 999, "$name: all of them were due");
    cmp_ok($m->{rate_per_s}, '<', 0.9 * 2000, "$name: the rate is not kept");
    like($r->{stdout}, qr/^failed: rate = \d[^\n]* < 90%$/m, "$name: a threshold tells")
        or diag($r->{stdout});
    like($r->{stdout}, qr/\b\d+ of $m->{due} messages due were /,
        "$name: and so does the report");
}
done_testing;
