# SPDX-License-Identifier: ISC
# If this fails, a load whose time is over uses a CPU until the last server has
# closed: it sends again and again on a connection that it has shut down, or
# waits for an interval that has passed.
#
# alone: messages of 8 MiB have to come back within a second
use strict;
use warnings;

use POSIX ();
use Socket qw(SOL_SOCKET SO_RCVBUF);
use Test::More;

use Clock;
use Echoc;
use EchocBench;
use Files;
use Peer;
use Process;
use Server;

plan(skip_all => 'another build takes other times') if Clock::is_slow();

# More than what is between the two can hold.
use constant { SIZE => 8 << 20, ROOM => 65536 };

# One message is due at once, and another after a second; but then the client
# stands still until there is no time left: until another one has given up,
# which has more.  So it goes at the end, and is in the way of the end of the
# connection, for the server takes nothing more.
sub begin {
    my $interval = shift;
    my $peer = Peer->new;
    setsockopt $peer->{listener}, SOL_SOCKET, SO_RCVBUF, ROOM
        or die "SO_RCVBUF: $!\n";
    return { peer => $peer, bench => EchocBench->start(['-c', 1, '-s', SIZE,
            '-R', 1, '-d', 1.5, '--warmup', 0, '-W', 2, '--interval',
            $interval], $peer) };
}

# late(INTERVAL...): the results of loads with these, and what processor time
# all of them took in the end.
sub late {
    my @loads;
    for my $interval (@_) {
        push @loads, my $load = begin($interval);
        my $c = $load->{connection} = $load->{peer}->accept;
        for (1, 2) {
            $c->take($_ * SIZE);
            $c->give(SIZE);
        }
        Clock::until(sub { has_read($load->{bench}->pid) });
        $load->{bench}->signal('STOP');
    }
    Echoc::run(args => ['send', '-m', 'x', '-W', '1.6',
            Server->start(fault => 'silent')->target]);
    # What they have taken so far is of their start, and of the first messages.
    my $before = used();
    $before += taken($_->{bench}->pid) for @loads;
    $_->{bench}->signal('CONT') for @loads;
    my @results = map { $_->{bench}->wait } @loads;
    return (used() - $before, @results);
}

# used: processor time of those that have ended, in seconds.
sub used { return (times)[2] + (times)[3] }

# taken(PID): that of one that goes on.
sub taken {
    my $text = Files::slurp("/proc/$_[0]/stat") // '';
    my @ticks = (split ' ', $text =~ s/.*\)//sr)[11, 12];
    return ($ticks[0] + $ticks[1]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}

# has_read(PID): whether nothing is on its way to it, nor unread.
sub has_read {
    my %own = map { $_ => 1 } map {
        my %of = %{ Process::descriptors($_) };
        values %of;
    } $_[0], $$;
    return !grep {
        my ($state, $queues, $inode) = (split)[3, 4, 9];
        $state eq '01' && $own{"socket:[$inode]"} && $queues =~ /[1-9a-f]/i;
    } split /\n/, Files::slurp('/proc/net/tcp');
}

# They may be stopped in the last interval, or in one before.
my @intervals = ('10s', '50ms');
my ($seconds, @results);
for my $try (1 .. 5) {
    ($seconds, @results) = late(@intervals);
    # Unless one of the two sides stood still as well.
    last if @intervals == grep { $_->{json}{connect}{unclosed} } @results;
    note("try $try: status $_->{status}, $_->{plain}") for @results;
}
for my $interval (@intervals) {
    my $name = "--interval $interval";
    my $r = shift @results;
    is($r->{json}{connect}{unclosed}, 1, "$name: the server does not close");
    is($r->{status}, 1, "$name: and one message of two is lost")
        or diag($r->{plain});
    EchocBench::balances($r, $name);
}
note("$seconds s");
# For a message each, two seconds in which nothing comes, and one to close.
cmp_ok($seconds, '<', 0.2, 'they mostly wait for that');
done_testing;
