# SPDX-License-Identifier: ISC
# If this fails, a connection that the server closes while others are still
# being made is counted twice, is not counted, or is waited for forever.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocBench;
use Files;
use Peer;
use Process;

my $scale = Clock::scale();

# The first exchange of a connection: a message.
use constant GREETING => 64;

# step(N, CODE): begin a load of -c N, and have CODE do with its first
# connections what it likes; it loses one, and returns the others.  That one is
# awaited again, and then all is well.  Returns the result.
sub step {
    my ($n, $code) = @_;
    my $peer = Peer->new;
    my $bench = EchocBench->start(['-c', $n, '-t', 1, '-n', 4 * $n, '-W', 20,
            '--warmup', 0], $peer);
    my @first = map { $peer->accept } 1 .. $n;
    $_->take(GREETING) for @first;
    my @more = ($code->($bench, @first), $peer->accept_now(10) // ());
    serve($peer, $bench, @more);
    return $bench->wait;
}

# serve(PEER, BENCH, CONNECTION...): until it ends.  It waits for the server to
# close.
sub serve {
    my ($peer, $bench, @conn) = @_;
    $peer->serve(sub {
        $_->close for grep { $_->{eof} && $_->{sock}->opened } @conn;
        return !$bench->is_running;
    }, 15, @conn);
    return;
}

# check(RESULT, NAME, CONNECTIONS, BROKEN): each was made, those are broken
# and made again, and all of the messages came back.
sub check {
    my ($r, $name, $n, $broken, $messages) = @_;
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    EchocBench::balances($r, $name);
    my $connect = $r->{json}{connect};
    is($connect->{established}, $n, "$name: each has been made");
    is_deeply($connect->{failed}, {}, "$name: none could not be made");
    is_deeply($connect->{broken}, { ended_early => $broken },
        "$name: those are broken");
    is($connect->{reconnects}, $broken, "$name: and were made again");
    is($r->{json}{messages}{echoed}, $messages // 4 * $n,
        "$name: all came back");
    return;
}

# One is lost before the last has had its first exchange.
my $r = step(3, sub {
    my ($bench, @c) = @_;
    $c[0]->give(GREETING);
    $c[0]->close;
    # Its end is seen, and the load has not begun.
    ok(Clock::until(sub {
        my %fd = %{ Process::descriptors($bench->pid) };
        return grep({ /^socket:/ } values %fd) == 2;
    }), 'one of three is lost: it is noticed');
    $c[1]->give(GREETING);
    ok(Clock::until(sub { sleeps($bench->pid) }),
        'one of three is lost: nothing is left to do');
    $c[1]->read_now;
    is(length $c[1]->bytes, GREETING,
        'one of three is lost: the load waits for the others');
    $c[2]->give(GREETING);
    return @c[1, 2];
});
check($r, 'one of three is lost', 3, 1);

# One is lost at the same moment in which the last has its first exchange.
$r = step(2, sub {
    my ($bench, @c) = @_;
    $c[0]->give(GREETING);
    my $pid = $bench->pid;
    ok(Clock::until(sub { has_read($pid) }), 'at once: the first is made');
    kill STOP => $pid;
    # Not by its close(), which waits for the client.
    close $c[0]{sock};
    $c[1]->give(GREETING);
    kill CONT => $pid;
    return $c[1];
});
check($r, 'lost when the last is made', 2, 1);

# Few a second, and the server goes away: what it has made is broken, and the
# others cannot be made.
my @gone;
for my $args (['-d', '0.3s'], ['-n', 1000], ['-d', '0.3s', '-R', 1000],
    ['-d', '0.3s', '-t', 2]) {
    my $peer = Peer->new;
    my $bench = EchocBench->start(['-c', 40, '-t', 1, '--connect-rate', 100,
            '--warmup', 0, '-W', 1 * $scale, @$args], $peer);
    my @greeted = map { greet($peer) } 1 .. 20;
    $peer->close;
    $_->close for @greeted;
    push @gone, ["the server goes away, @$args", $bench];
}
for (@gone) {
    my ($name, $bench) = @$_;
    my $r = $bench->wait;
    like($r->{status}, qr/^[47]\z/, "$name: it ends, with its reason")
        or diag($r->{plain});
    cmp_ok($r->{seconds}, '<', 20 * $scale, "$name: soon");
    EchocBench::balances($r, $name);
    my $connect = $r->{json}{connect};
    is($connect->{established}, 20, "$name: some were made");
    is(EchocBench::total($connect->{failed}), 20, "$name: some were not");
    is(EchocBench::total($connect->{broken}), 20,
        "$name: what was made is broken");
}

# Few a second, and the first are lost while the others are made.
my $peer = Peer->new;
my $bench = EchocBench->start(['-c', 6, '-t', 1, '--connect-rate', 20, '-n',
        60, '--warmup', 0, '-W', 20], $peer);
$_->close for map { greet($peer) } 1 .. 3;
my @others = map { greet($peer) } 1 .. 3;
push @others, map { $peer->accept_now(10) // () } 1 .. 3;
serve($peer, $bench, @others);
check($bench->wait, '--connect-rate, three are lost', 6, 3, 60);
done_testing;

# greet(PEER): the next connection, which has had its first exchange.
sub greet {
    my $c = $_[0]->accept;
    $c->take(GREETING);
    $c->give(GREETING);
    return $c;
}

# sleeps(PID): whether all of its threads wait, and not for what it has not read.
sub sleeps {
    my $pid = shift;
    return 0 unless has_read($pid);
    my @states = map { (Files::slurp($_) // '') =~ /\) (\S) [^)]*\z/ ? $1 : () }
        glob "/proc/$pid/task/*/stat";
    return @states && !grep { $_ ne 'S' } @states;
}

# has_read(PID): whether nothing that was sent to it is unread.
sub has_read {
    my %own = reverse %{ Process::descriptors($_[0]) };
    for (split /\n/, Files::slurp('/proc/net/tcp')) {
        my ($queues, $inode) = (split)[4, 9];
        return 0 if defined $own{"socket:[$inode]"}
            && $queues !~ /:0+\z/;
    }
    return 1;
}
