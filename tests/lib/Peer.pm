# SPDX-License-Identifier: ISC
#
# Peer: an echo server that the test works by hand, step by step.
#
#	my $peer = Peer->new;
#	my $client = Echoc::start(args => ['ping', $peer->target]);
#	my $c = $peer->accept;
#	$c->take(56);          # the first probe is here; it came at $c->came(56)
#	$c->give(56);          # and is echoed
#	$c->give(56, 'x');     # or something else is, or an 'extra' byte
#	$c->reset;             # or close
#
#	my $all = Peer->new->serve(sub { $done });    # or all of it, until
#
#	Peer::connecting($client, 1);    # its handshake is not answered
#
# It runs in the test's own process: nothing happens but when the test waits in
# one of these.  All seconds are stretched as those of Clock.
package Peer;

use strict;
use warnings;

use Socket qw(IPPROTO_TCP TCP_NODELAY);

use Client;
use Clock;
use Listener;
use Process;

our @ISA = qw(Listener);

# accept(SECONDS): the next connection; dies when there is none in time.
sub accept {
    my ($self, $seconds) = @_;
    return $self->accept_now($seconds) // die "nobody connects\n";
}

# accept_now(SECONDS): the same, but undef; without SECONDS it waits little.
sub accept_now {
    my ($self, $seconds) = @_;
    $seconds = ($seconds // Clock::DEADLINE) * Clock::scale();
    return undef unless Client::readable($self->{listener}, $seconds);
    my $sock = $self->{listener}->accept // return undef;
    $sock->blocking(0);
    setsockopt $sock, IPPROTO_TCP, TCP_NODELAY, 1;
    return bless {
        sock  => $sock,
        in    => '',
        given => 0,
        came  => [],
        host  => $sock->peerhost,
    }, 'Peer::Connection';
}

# serve(CODE, SECONDS, CONNECTION...): echo everything on these connections and
# on every new one until CODE returns something true; returns that.
sub serve {
    my ($self, $code, $seconds, @conn) = @_;
    return Clock::until(sub {
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
        my $in = '';
        vec($in, fileno $_, 1) = 1
            for $self->{listener}, map { $_->{sock} } @conn;
        select $in, undef, undef, 0.01;
        return $code->();
    }, $seconds);
}

# served: how many connections serve() has accepted.
sub served { return $_[0]{served} // 0 }

sub close { return CORE::close(delete $_[0]{listener}) }

# connecting(CLIENT, N): wait until a client of Echoc has N sockets and does
# nothing but wait for them.
sub connecting {
    my ($client, $n, $seconds) = @_;
    my ($before, $looks) = ('', 0);
    return Clock::until(sub {
        my @sockets = sort grep { /^socket:/ }
            values %{ Process::descriptors($client->pid) };
        # A name service has sockets as well, but not for long.
        my $same = @sockets == $n && "@sockets" eq $before
            && (Process::state($client->pid) // '') eq 'S';
        $before = "@sockets";
        $looks = $same ? $looks + 1 : 0;
        return $looks >= 5;
    }, $seconds);
}

package Peer::Connection;

# host: where it comes from.
sub host { return $_[0]{host} }

# take(N, SECONDS): wait until N bytes have come, counted from the first of
# the connection.  Whether they have.
sub take {
    my ($self, $n, $seconds) = @_;
    my $deadline = Clock::now()
        + ($seconds // Clock::DEADLINE) * Clock::scale();
    while (length $self->{in} < $n && !$self->{eof}) {
        my $left = $deadline - Clock::now();
        return 0 if $left <= 0 || !Client::readable($self->{sock}, $left);
        $self->read_now;
    }
    return length $self->{in} >= $n;
}

# read_now: whatever is there.
sub read_now {
    my $self = shift;
    while (!$self->{eof}) {
        my $n = sysread $self->{sock}, $self->{in}, 65536, length $self->{in};
        return if !defined $n && Client::again();
        $self->{eof} = 1 if !$n;
        return if !defined $n;
        push @{ $self->{came} }, [length $self->{in}, Clock::now()];
    }
    return;
}

# came(N): when byte N was read.
sub came {
    my ($self, $n) = @_;
    return (map { $_->[0] >= $n ? $_->[1] : () } @{ $self->{came} })[0];
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
    Clock::until(sub {
        my $sent = syswrite $self->{sock}, $text;
        $self->{eof} = 1 if !defined $sent && !Client::again();
        substr $text, 0, $sent // 0, '';
        $self->read_now;
        return $text eq '' || $self->{eof};
    }) or die "the client does not read\n";
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
    Client::reset($self->{sock});
    return;
}

1;
