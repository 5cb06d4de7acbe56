# SPDX-License-Identifier: ISC
#
# Syslog: a log daemon for tests, in a /dev of our own.
#
#	Namespace::needs_dev();
#	my $syslog = Syslog->start;
#	$syslog->freeze; $syslog->thaw; $syslog->restart;
#	$syslog->count_log(qr/RE/);	# and the other methods of Log
#
# It reads datagrams from /dev/log like every syslogd and writes them to a
# file, a line each, as they came: "<PRI>Mon dd hh:mm:ss IDENT: TEXT".
package Syslog;

use strict;
use warnings;

use Errno qw(EINTR);
use POSIX ();
use Socket;

use Clock;
use Files;
use Log;
use Process;

our @ISA = qw(Log);

use constant SOCKET => '/dev/log';

sub start {
    my ($class) = @_;
    my $self = $class->new(Files::new_name());
    $self->restart;
    return $self;
}

# restart: as a package upgrade does it: gone, and there again with a new
# socket.
sub restart {
    my ($self) = @_;
    $self->end;
    socket my $sock, PF_UNIX, SOCK_DGRAM, 0 or die "socket: $!";
    bind $sock, pack_sockaddr_un(SOCKET) or die SOCKET . ": $!";
    chmod 0666, SOCKET;
    $self->{pid} = Process::child(sub {
        open my $out, '>>', $self->{file} or die "$self->{file}: $!";
        while (1) {
            my $from = recv $sock, my $datagram, 65536, 0;
            next if !defined $from && $! == EINTR;
            die "recv: $!" if !defined $from;
            $datagram =~ s/[\n\0]*\z/\n/;
            syswrite $out, $datagram;
        }
    });
    return;
}

# end: no log daemon any more, and no socket either.
sub end {
    my ($self) = @_;
    Process::end(delete $self->{pid}) if $self->{pid};
    unlink SOCKET;
    return;
}

# freeze: it is there, and does nothing.  A stop takes effect when its target
# runs next.
sub freeze {
    my ($self) = @_;
    kill STOP => $self->{pid};
    Clock::until(sub { Process::state($self->{pid}) eq 'T' });
    return;
}

sub thaw { return kill CONT => $_[0]{pid} }

1;
