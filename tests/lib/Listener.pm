# SPDX-License-Identifier: ISC
#
# Listener: a TCP socket that listens, and where; the base of Peer and Server.
package Listener;

use strict;
use warnings;

use IO::Socket::IP;
use Socket qw(SOL_SOCKET SO_RCVBUF SO_SNDBUF);

use Client;

# new(%arg): address (127.0.0.1), port (any), rcvbuf and sndbuf, which are sizes
# of buffers, and the backlog (128), 0 of which takes one connection; undef: the
# port is bound, and so not free, but connecting to it is refused.
sub new {
    my ($class, %arg) = @_;
    my $self = bless
        { address => '127.0.0.1', port => 0, backlog => 128, %arg }, $class;
    my $socket = $self->{listener} = IO::Socket::IP->new(
        LocalHost => $self->{address},
        LocalPort => $self->{port},
        Type      => Socket::SOCK_STREAM(),
        ReuseAddr => 1,
    ) or die "$self->{address} port $self->{port}: $@\n";
    # What is accepted inherits these; they have no effect afterwards.
    my %size = (rcvbuf => SO_RCVBUF, sndbuf => SO_SNDBUF);
    for (grep { $self->{$_} } keys %size) {
        setsockopt $socket, SOL_SOCKET, $size{$_}, $self->{$_}
            or die "$_: $!\n";
    }
    $self->{port} = $socket->sockport;
    $socket->blocking(0);
    !defined $self->{backlog} || listen $socket, $self->{backlog}
        or die "listen: $!\n";
    return $self;
}

sub host { return $_[0]{address} }
sub port { return $_[0]{port} }

# target: address and port in one word.
sub target {
    my $self = shift;
    my $host = $self->{address};
    return ($host =~ /:/ ? "[$host]" : $host) . ":$self->{port}";
}

# fill: take all the places in the queue of a listener with a backlog of 0, so
# that a SYN is not answered.  They are free again when what it returns is gone
# and a client is accepted.
sub fill {
    my $self = shift;
    my @filling;
    for (1 .. 8) {
        push @filling,
            Client::connect($self->{address}, $self->{port}, Timeout => 0.5)
            // return \@filling;
    }
    die "the queue is never full\n";
}

1;
