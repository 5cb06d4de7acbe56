# SPDX-License-Identifier: ISC
# If this fails, a load that loses its server or is interrupted loses count of
# messages: those that were in flight are in none of its counts.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocBench;
use Echod;
use Server;

# For clients that have to be served before they would wait forever.
my @longer = ('-W', 0.6 * Clock::scale());

# judge(NAME, RESULT, STATUS, %more): of one load; STATUS may be a pattern.
# Each of %more is a member of "messages", with the least value that it must
# have, or a pattern that it must match.
sub judge {
    my ($name, $r, $status, %more) = @_;
    like($r->{status}, qr/^(?:$status)\z/, "$name: status $status")
        or diag($r->{stdout}, $r->{plain});
    EchocBench::balances($r, $name);
    unlike($r->{stdout}, qr/\b(?:inf|nan)\b/i, "$name: all numbers are some")
        or diag($r->{stdout});
    for my $what (sort keys %more) {
        my ($is, $wanted) = ($r->{json}{messages}{$what} // -1, $more{$what});
        ok(ref $wanted ? $is =~ $wanted : $is >= $wanted, "$name: $what")
            or diag("$is, wanted: $wanted; ", EchocBench::figures($r));
    }
    return;
}

# The server goes away for good, long before the time is over, which is longer
# on a busy machine; all at the same time.
my ($r, @gone);
my $in_time = 0;
for my $seconds (map { $_ * Clock::scale() } 0.8, 1.6, 3.2, 6.4) {
    @gone = map {
        my $there = Server->start;
        [$_, $there, EchocBench->start(['-c', 6, '--warmup', 0, @longer, @$_],
            $there)];
    } ['-d', $seconds], ['-d', $seconds, '-R', 1000],
        ['-d', $seconds, '-P', 3, '-t', 2], ['-n', 10_000_000],
        ['-n', 1000 * $seconds, '-R', 1000];
    my $were_there = grep { $_->[2]->measures } @gone;
    $_->[1]->stop for @gone;
    $in_time = $were_there == @gone
        && @gone == grep { $_->[2]->is_running } @gone;
    last if $in_time;
}
ok($in_time, 'the server stops for good: it was there for a while');
for (@gone) {
    my ($how, $there, $bench) = @$_;
    my $name = "the server stops for good, @$how";
    $r = $bench->wait;
    judge($name, $r, 1, echoed => 1,
        "@$how" =~ /-R/ ? 'not_sent' : 'errors' => 1);
    cmp_ok($r->{json}{connect}{reconnects_failed}{refused} // 0, '>', 0,
        "$name: it tried to connect again");
}

# Workers of the daemon are killed while they serve.
for my $how ([], ['-R', 2000, '-t', 2], ['-P', 4, '--reconnect', 50]) {
    my $name = "killed workers @$how";
    my $d = Echod->start(log => 'notice',
        options => ['-o', 'workers.max_spare=64']);
    $d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL/,
        qr/: warning: .* before (?:it|they) served? anybody/);
    my $bench = EchocBench->start(['-c', 6, '-d', '60s', '--warmup', 0,
            @$how], '127.0.0.1:' . $d->port);
    ok($bench->measures, "$name: it was served for a while");
    # Clients that come and go have gone before a worker is found busy.
    my $death = "@$how" =~ /reconnect/ ? qr/ signal=SIGKILL /
        : qr/ signal=SIGKILL .*peer=/;
    ok(Clock::until(sub {
        my ($worker) = ($d->busy_workers, $d->workers);
        kill KILL => $worker if defined $worker;
        return $d->count_log($death) >= 2;
    }), "$name: some are killed");
    ok($bench->measures($bench->intervals + 2), "$name: it goes on");
    $bench->signal('INT');
    $r = $bench->wait;
    # A connection with nothing in flight ends without a loss.
    judge($name, $r, @$how ? '0|1' : 1, echoed => 1);
    cmp_ok($r->{json}{connect}{reconnects}, '>=', 1,
        "$name: their connections are made again");
    $d->finish;
}

# Interrupted, also with messages in flight.
for my $fault ({}, { fault => 'stall', at => 64 * 5, for => 600 }) {
    my @interrupted = map {
        my $server = Server->start(%$fault);
        [$_, EchocBench->start(['-c', 6, '--warmup', 0,
                %$fault ? @longer : (), @$_], $server)];
    } ['-d', '60s'], ['-d', '60s', '-R', 1000], ['-n', 10_000_000];
    for (@interrupted) {
        my ($how, $bench) = @$_;
        ok($bench->measures(2), join ' ', 'it measures:', @$how, %$fault);
        $bench->signal('INT');
    }
    for (@interrupted) {
        my ($how, $bench) = @$_;
        judge(join(' ', 'interrupted', @$how, %$fault), $bench->wait,
            %$fault ? 1 : 0, echoed => 1);
    }
}
done_testing;
