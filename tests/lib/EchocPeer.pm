# SPDX-License-Identifier: ISC
package EchocPeer;

=head1 NAME

EchocPeer - an echo server that the test works by hand, step by step

=head1 SYNOPSIS

    my $peer = EchocPeer->new;
    my $client = Echoc::start(args => ['ping', $peer->target]);
    my $c = $peer->accept;
    $c->take(56);          # the first probe is here; it came at $c->came(56)
    $c->give(56);          # and is echoed
    $c->give(56, 'x');     # or something else is, or an 'extra' byte
    $c->reset;             # or close

    my $all = EchocPeer->new->serve(sub { $done });    # or all of it, until

    EchocPeer::connecting($client, 1);    # its handshake is not answered

It runs in the test's own process: nothing happens but when the test waits in
one of these.  All seconds are stretched as those of Echod.

=cut

use strict;
use warnings;

use Errno qw(EAGAIN EINTR);
use IO::Socket::IP;
use Socket qw(IPPROTO_TCP TCP_NODELAY);

use Echod;

# new(%arg): address, port, and the backlog, 0 of which takes one connection.
sub new {
    my ($class, %arg) = @_;
    my $self = bless { address => '127.0.0.1', %arg }, $class;
    $self->{listener} = IO::Socket::IP->new(
        LocalHost => $self->{address},
        LocalPort => $self->{port} // 0,
        Type      => Socket::SOCK_STREAM(),
        ReuseAddr => 1,
    ) or die "$self->{address}: $@\n";
    listen $self->{listener}, $self->{backlog} // 128 or die "listen: $!\n";
    $self->{listener}->blocking(0);
    $self->{port} = $self->{listener}->sockport;
    return $self;
}

sub port { return $_[0]{port} }

# target: address and port in one word.
sub target {
    my $self = shift;
    my $host = $self->{address};
    return ($host =~ /:/ ? "[$host]" : $host) . ":$self->{port}";
}

# accept(SECONDS): the next connection; dies when there is none in time.
sub accept {
    my ($self, $seconds) = @_;
    return $self->accept_now($seconds) // die "nobody connects\n";
}

# accept_now(SECONDS): the same, but undef; without SECONDS it waits little.
sub accept_now {
    my ($self, $seconds) = @_;
    $seconds = ($seconds // Echod::DEADLINE) * Echod::scale();
    return undef unless Echod::readable($self->{listener}, $seconds);
    my ($sock, $from) = $self->{listener}->accept or return undef;
    $sock->blocking(0);
    setsockopt $sock, IPPROTO_TCP, TCP_NODELAY, 1;
    return bless {
        sock  => $sock,
        in    => '',
        given => 0,
        came  => [],
        host  => $sock->peerhost,
    }, 'EchocPeer::Connection';
}

# serve(CODE, SECONDS): echo everything on every connection until CODE returns
# something true; returns that.  `more` are connections there were before.
sub serve {
    my ($self, $code, $seconds, @more) = @_;
    my @conn = @more;
    return Echod::until(sub {
        # All that is there, and then a look at the condition.
        while (my $c = $self->accept_now(0)) {
            push @conn, $c;
            $self->{served}++;
        }
        for my $c (@conn) {
            $c->read_now;
            $c->give($c->waiting) if $c->waiting;
        }
        @conn = grep { !$_->{eof} } @conn;
        my @wait = map { $_->{sock} } @conn;
        my $in = '';
        vec($in, fileno $_, 1) = 1 for $self->{listener}, @wait;
        select $in, undef, undef, 0.01;
        return $code->();
    }, $seconds);
}

# served: how many connections serve() has accepted.
sub served { return $_[0]{served} // 0 }

sub close {
    my $self = shift;
    CORE::close(delete $self->{listener});
    return;
}

# fill: take all the places in the queue of a listener with a backlog of 0, so
# that a SYN is not answered.  They are free again, but for those who were
# refused meanwhile, when what it returns is gone and serve() goes on.
sub fill {
    my $self = shift;
    my @filling;
    for (1 .. 8) {
        my $sock = IO::Socket::IP->new(
            PeerHost => $self->{address},
            PeerPort => $self->{port},
            Type     => Socket::SOCK_STREAM(),
            Timeout  => 0.5,
        ) or return \@filling;
        push @filling, $sock;
    }
    die "the queue is never full\n";
}

# connecting(CLIENT, N): wait until a client of Echoc has N sockets and does
# nothing but wait for them.
sub connecting {
    my ($client, $n, $seconds) = @_;
    my ($before, $looks) = ('', 0);
    return Echod::until(sub {
        my %fd = Echod::descriptors($client->pid);
        my @sockets = sort grep { /^socket:/ } values %fd;
        my ($state) = Echod::stat_of($client->pid);
        # A name service has sockets as well, but not for long.
        my $same = @sockets == $n && "@sockets" eq $before
            && ($state // '') eq 'S';
        $before = "@sockets";
        $looks = $same ? $looks + 1 : 0;
        return $looks >= 5;
    }, $seconds);
}

package EchocPeer::Connection;

use Errno qw(EAGAIN EINTR);

# host: where it comes from.
sub host { return $_[0]{host} }

# take(N, SECONDS): wait until N bytes have come, counted from the first of
# the connection.  Whether they have.
sub take {
    my ($self, $n, $seconds) = @_;
    my $deadline = Echod::now()
        + ($seconds // Echod::DEADLINE) * Echod::scale();
    while (length $self->{in} < $n && !$self->{eof}) {
        my $left = $deadline - Echod::now();
        return 0 if $left <= 0 || !Echod::readable($self->{sock}, $left);
        $self->read_now;
    }
    return length $self->{in} >= $n;
}

# read_now: whatever is there.
sub read_now {
    my $self = shift;
    while (!$self->{eof}) {
        my $n = sysread $self->{sock}, $self->{in}, 65536, length $self->{in};
        if (!defined $n) {
            $self->{eof} = 1 unless $! == EAGAIN || $! == EINTR;
            return;
        }
        $self->{eof} = 1 if $n == 0;
        push @{ $self->{came} }, [length $self->{in}, Echod::now()];
    }
    return;
}

# came(N): when byte N was read.
sub came {
    my ($self, $n) = @_;
    for (@{ $self->{came} }) {
        return $_->[1] if $_->[0] >= $n;
    }
    return undef;
}

# bytes: all that has come.
sub bytes { return $_[0]{in} }

# waiting: how many bytes have come and are not echoed.
sub waiting { return length($_[0]{in}) - $_[0]{given} }

# ended: the client has closed, or does so in time.
sub ended {
    my ($self, $seconds) = @_;
    $self->take(9**15, $seconds);
    return $self->{eof} ? 1 : 0;
}

# give(N, TEXT): echo N bytes, or send TEXT in their place.
sub give {
    my ($self, $n, $text) = @_;
    $text //= substr $self->{in}, $self->{given}, $n;
    $self->{given} += $n;
    my $deadline = Echod::now() + Echod::DEADLINE * Echod::scale();
    while ($text ne '') {
        my $out = '';
        vec($out, fileno $self->{sock}, 1) = 1;
        my $left = $deadline - Echod::now();
        die "the client does not read\n"
            if $left <= 0 || select(undef, $out, undef, $left) <= 0;
        my $sent = syswrite $self->{sock}, $text;
        next if !defined $sent && ($! == EAGAIN || $! == EINTR);
        if (!defined $sent) {
            $self->{eof} = 1;
            return;
        }
        substr $text, 0, $sent, '';
        $self->read_now;
    }
    return;
}

# close: a FIN, even when something has come meanwhile that nobody has read; a
# client that sees it closes as well.
sub close {
    my $self = shift;
    shutdown $self->{sock}, 1;
    $self->ended;
    $self->{eof} = 1;
    return CORE::close($self->{sock});
}

sub reset {
    my $self = shift;
    $self->{eof} = 1;
    Echod::reset_connection($self->{sock});
    return;
}

1;
