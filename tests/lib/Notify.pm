# SPDX-License-Identifier: ISC
#
# Notify: a socket for the notifications of a service, as a service manager has
# it, in the process of the test.
#
#	my $n = Notify->new;
#	my $d = Echod->start(notify => $n);
#	ok $n->wait_for(qr/^READY=1$/m), 'it says that it is ready';
package Notify;

use strict;
use warnings;

use Socket ();

use Clock;
use Files;

my $count = 0;

# new(%opt): `abstract` => 1 for a name that is in no folder; `path` => where
# it is, instead of a place of its own.
sub new {
    my ($class, %opt) = @_;
    my $path = $opt{abstract} ? "\0echod-notify-$$-" . ++$count
        : $opt{path} // Files::new_name();
    socket my $socket, Socket::AF_UNIX(), Socket::SOCK_DGRAM(), 0
        or die "socket: $!\n";
    # Perl's sockaddr_un is as long as it can be, but an abstract name ends
    # where its length says.
    my $address = $opt{abstract} ? pack('S', Socket::AF_UNIX()) . $path
        : Socket::pack_sockaddr_un($path);
    bind $socket, $address or die "bind: $!\n";
    chmod 0777, $path unless $opt{abstract};
    $socket->blocking(0);
    return bless { socket => $socket, path => $path, got => [], mark => 0 },
        $class;
}

# address: for NOTIFY_SOCKET.
sub address { return $_[0]{path} =~ s/^\0/@/r }

# messages: all that have come, in their order; they are taken only here.
sub messages {
    my $self = shift;
    while (defined recv $self->{socket}, my $text, 65536, 0) {
        push @{ $self->{got} }, $text;
    }
    return @{ $self->{got} };
}

# mark: wait_for() looks at what comes from now on.
sub mark { return $_[0]{mark} = $_[0]->messages }

# fresh: those after the mark.
sub fresh {
    my $self = shift;
    my @all = $self->messages;
    return @all[$self->{mark} .. $#all];
}

# wait_for(qr/RE/, SECONDS): the first message after the mark that matches;
# undef when none came.
sub wait_for {
    my ($self, $re, $seconds) = @_;
    return Clock::until(sub {
        return (grep { $_ =~ $re } $self->fresh)[0];
    }, $seconds);
}

# texts: the values of STATUS= so far.
sub texts { return map { /^STATUS=(.*)$/m ? $1 : () } $_[0]->messages }

1;
