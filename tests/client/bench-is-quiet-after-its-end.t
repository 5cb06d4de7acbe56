# SPDX-License-Identifier: ISC
# If this fails, a load whose time is over takes a processor until the last
# server has closed: it sends on a connection that it has shut, again and again,
# or waits for an interval that has passed.
use strict;
use warnings;

use POSIX ();
use Socket qw(SOL_SOCKET SO_RCVBUF);
use Test::More;

use Echod;
use EchocBench;
use EchocPeer;

Echod::skip_all('another build takes other times') if Echod::is_slow();

# More than what is between the two can hold.
use constant { SIZE => 8 << 20, ROOM => 65536 };

# One message is due at once, and another after a second; but then the client
# stands still until there is no time left.  So it goes at the end, and is in
# the way of the end of the connection, for the server takes nothing more.
sub late {
    my $interval = shift;
    my $peer = EchocPeer->new;
    setsockopt $peer->{listener}, SOL_SOCKET, SO_RCVBUF, ROOM
        or die "SO_RCVBUF: $!\n";
    my $bench = EchocBench->start(['-c', 1, '-s', SIZE, '-R', 1, '-d', 2,
            '--warmup', 0, '-W', 2, '--interval', $interval], $peer);
    my $c = $peer->accept;
    for (1, 2) {
        $c->take($_ * SIZE);
        $c->give(SIZE);
    }
    Echod::until(sub { has_read($bench->pid) });
    $bench->signal('STOP');
    Echod::until(sub { 0 }, 2.1);
    # What it has taken so far is of its start, and of the first messages.
    my $before = used() + taken($bench->pid);
    $bench->signal('CONT');
    my $r = $bench->wait;
    return ($r, used() - $before);
}

# used: processor time of those that have ended, in seconds.
sub used { return (times)[2] + (times)[3] }

# taken(PID): that of one that goes on.
sub taken {
    my $text = Echod::slurp("/proc/$_[0]/stat") // '';
    my @ticks = (split ' ', $text =~ s/.*\)//sr)[11, 12];
    return ($ticks[0] + $ticks[1]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}

# has_read(PID): whether nothing is on its way to it, nor unread.
sub has_read {
    my %own = map { $_ => 1 } map {
        my %of = Echod::descriptors($_);
        values %of;
    } $_[0], $$;
    return !grep {
        my ($state, $queues, $inode) = (split)[3, 4, 9];
        $state eq '01' && $own{"socket:[$inode]"} && $queues =~ /[1-9a-f]/i;
    } split /\n/, Echod::slurp('/proc/net/tcp');
}

# It may be stopped in the last interval, or in one before.
for my $interval ('10s', '50ms') {
    my $name = "--interval $interval";
    my ($r, $seconds);
    for my $try (1 .. 5) {
        ($r, $seconds) = late($interval);
        # Unless one of the two stood still as well.
        last if $r->{json}{connect}{unclosed};
        note("$name, try $try: status $r->{status}, $r->{plain}");
    }
    is($r->{json}{connect}{unclosed}, 1, "$name: the server does not close");
    is($r->{status}, 1, "$name: and one message of two is lost")
        or diag($r->{plain});
    EchocBench::balances($r, $name);
    note("$name: $seconds s");
    # For one message, two seconds in which nothing comes, and one to close.
    cmp_ok($seconds, '<', 0.2, "$name: it mostly waits for that");
}
done_testing;
