# SPDX-License-Identifier: ISC
# If this fails, a load has lost sight of messages: what it says was sent is
# not what was echoed, timed out or failed, and its rates and latencies are of
# other messages than its reader thinks.
use strict;
use warnings;

use Test::More;
use Echod;
use Echoc;
use EchocBench;
use EchocServer;

my @short = ('-d', '0.4s', '--warmup', '30ms', '-c', 6);
my @patience = ('-W', 0.3 * Echod::scale());
# For those who have to be served before they wait for ever.
my @longer = ('-W', Echod::scale());

# check(NAME, SERVER, ARGUMENTS, STATUS, %more): one load; STATUS may be a
# pattern.  More is wanted: each is a member of "messages", with the least
# that it must be, or a pattern that it must match.
sub check {
    my ($name, $server, $args, $status, %more) = @_;
    my $r = EchocBench::run($args, $server);
    judge($name, $r, $status, %more);
    return $r;
}

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

my %clean = (timeouts => qr/^0\z/, errors => qr/^0\z/, not_sent => qr/^0\z/);

sub exactly { my $n = shift; return qr/^$n\z/ }

# Nothing goes wrong, in each form of load.
my $good = EchocServer->start;
my @clean = (
    [['-t', 1]],
    [['-t', 3, '-c', 7, '-P', 5]],
    [['-s', '64,512,4096', '-P', 3]],
    [['-s', '1-20000', '-P', 2, '-t', 2]],
    [['-s', '1m', '-c', 2]],
    [['--reconnect', 1]],
    [['--reconnect', 7, '-P', 3]],
    [['-R', 1000]],
    [['-R', 1000, '-s', '64-4096', '-t', 2]],
    [['-R', 500, '--reconnect', 3]],
);
for (@clean) {
    my ($args) = @$_;
    check("@$args", $good, [@short, @$args], 0, %clean, echoed => 1);
}
for my $args (
    ['-n', 1234], ['-n', 1, '-t', 2], ['-n', 999, '-t', 3, '-P', 5],
    ['-n', 300, '-R', 2000], ['-n', 100, '--reconnect', 7],
    ['-n', 200, '-R', 1000, '-t', 2, '--reconnect', 3],
    ['-n', 400, '-s', '10-30k', '--warmup', '30ms'],
) {
    check("@$args", $good, ['-c', 6, @$args], 0, %clean,
        sent => exactly($args->[1]), echoed => exactly($args->[1]));
}

# A server that is wrong from some byte on, on every connection: one of six has
# come to that after so many echoes.
my %at = (at => 64 * 10);
use constant ENOUGH => 6 * 10;

# meet(FAULT, UNSERVED, ARGUMENTS): a load that the fault was met in, with so
# many connections that were not served.  A busy machine may not serve others in
# time either, or not enough in a short time.
sub meet {
    my ($fault, $unserved, @args) = @_;
    my $r;
    for (1 .. 5) {
        $r = EchocBench::run(\@args, sub { EchocServer->start(%$fault) });
        my $json = $r->{json} // last;
        last if ($json->{connect}{failed}{timeout} // 0) <= $unserved
            && ($r->{status} != 0 || $json->{messages}{echoed} > ENOUGH);
    }
    return $r;
}

for (
    [{ fault => 'early', at => 64 * 10 + 10 }, 1, errors => 1],
    [{ fault => 'reset', at => 64 * 10 + 10 }, 1, errors => 1],
    [{ fault => 'flip', %at }, 6, errors => 1, mismatches => 1],
    [{ fault => 'extra', %at }, 6, mismatches => 1],
    [{ fault => 'stall', %at, for => 600 }, 1, timeouts => 1],
) {
    my ($fault, $status, @wanted) = @$_;
    # Who is not to wait for ever still has to wait for a busy machine.
    my @wait = $fault->{fault} eq 'stall' ? @longer : ();
    my @how = ([], ['-R', 3000], ['-n', 200, '-P', 4, '-t', 2]);
    push @how, ['-P', 2], ['-n', 200, '-R', 3000]
        if $fault->{fault} =~ /early|stall/;
    for my $how (@how) {
        judge("$fault->{fault} @$how",
            meet($fault, 0, @short, '--warmup', 0, @wait, @$how), $status,
            echoed => 1, @wanted);
    }
}

# One that never answers is connected to, and no more.
for my $fault (qw(silent unread)) {
    my $server = EchocServer->start(fault => $fault);
    check($fault, $server, [@short, @patience], 5,
        sent => exactly(0), echoed => exactly(0));
}

# One connection of several is never served.
my $r = meet({ fault => 'unread', only => 3 }, 1, @short, @longer);
judge('unread, one of them', $r, 1, %clean, echoed => 1);
is_deeply($r->{json}{connect}{failed}, { timeout => 1 },
    'unread, one of them: it was not established');

# No room for what is due: it is told as such, and none is forgotten.
$r = meet({ fault => 'stall', at => 1 << 20, for => 600, rcvbuf => 8192 }, 0,
    '-R', 200, '-s', '256k', '-c', 1, '-d', '0.8s', '--warmup', 0, @longer);
judge('-R, and no room', $r, 1, echoed => 1, not_sent => 1, timeouts => 1);
my $m = $r->{json}{messages};
cmp_ok(abs($m->{due} - $m->{sent} - $m->{not_sent}), '<=', 1,
    '-R, and no room: each that was due was sent or could not be')
    or diag(EchocBench::figures($r));

# The server goes away for good, long before the time is over; and so that this
# does not take long, all at the same time.
my @gone = map {
    my $there = EchocServer->start;
    [$_, $there, EchocBench->start(['-c', 6, '--warmup', 0, @$_], $there)];
} ['-d', '6s'], ['-d', '6s', '-R', 1000], ['-d', '6s', '-P', 3, '-t', 2],
    ['-n', 10_000_000], ['-n', 6000, '-R', 1000];
for (@gone) {
    my ($how, $there, $bench) = @$_;
    ok($bench->measures, "the server stops, @$how: it was there for a while");
    $there->stop;
}
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
    ok(Echod::until(sub {
        my ($worker) = ($d->busy_workers, $d->workers);
        kill KILL => $worker if defined $worker;
        return $d->count_log($death) >= 2;
    }), "$name: some are killed");
    ok($bench->measures($bench->intervals + 2), "$name: it goes on");
    $bench->signal('INT');
    $r = $bench->wait;
    # Without an echo under way a connection ends without a loss.
    judge($name, $r, @$how ? '0|1' : 1, echoed => 1);
    cmp_ok($r->{json}{connect}{reconnects}, '>=', 1,
        "$name: their connections are made again");
    $d->finish;
}

# Interrupted, also with something under way.
for my $fault ({}, { fault => 'stall', at => 64 * 5, for => 600 }) {
    for my $how (['-d', '60s'], ['-d', '60s', '-R', 1000], ['-n', 10_000_000]) {
        my $name = join ' ', 'interrupted', @$how, %$fault;
        my $server = EchocServer->start(%$fault);
        my $bench = EchocBench->start(['-c', 6, '--warmup', 0,
                %$fault ? ('-W', 4 * Echod::scale()) : (), @$how], $server);
        ok($bench->measures(2), "$name: it measures");
        $bench->signal('INT');
        $r = $bench->wait;
        judge($name, $r, %$fault ? 1 : 0, echoed => 1);
    }
}

# Others count the same: all bytes that the daemon has sent.
my $d = Echod->start(log => 'info');
$r = check('the log of the server', '127.0.0.1:' . $d->port, [@short], 0,
    %clean, echoed => 1);
my @lines;
Echod::until(sub {
    @lines = map { / in_bytes=(\d+) out_bytes=(\d+) / ? [$1, $2] : () }
        $d->log_lines;
    return @lines >= 6;
});
my ($in, $out) = (0, 0);
$in += $_->[0], $out += $_->[1] for @lines;
my $all = 64 * ($r->{json}{messages}{echoed} + $r->{json}{warmup}{echoed});
is("$in $out", "$all $all", 'the log of the server: the same bytes');
is($r->{json}{messages}{bytes_verified}, $all,
    'the log of the server: all of them compared');
$d->finish;
done_testing;
