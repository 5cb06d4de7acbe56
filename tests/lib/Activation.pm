# SPDX-License-Identifier: ISC
#
# Activation: sockets that a service manager opens, keeps, and passes to echod
# (sd_listen_fds(3)).
#
#	my $s = Activation::listener('127.0.0.1');
#	my $d = Echod->start(Activation::pass([$s], names => 'echo'),
#	    config => qq(listen = [];\n));
#
# Like the manager's, the test's own copy outlives echod.  Close it before
# $d->finish, which looks for listeners that are left.
package Activation;

use strict;
use warnings;

use IO::Socket::IP;
use POSIX ();
use Socket qw(AF_INET6 AI_PASSIVE);

# Above all that Perl may have open when a process begins.
use constant ASIDE => 200;

# listener(ADDRESS, %opt): a blocking socket that listens there.
#   port => a certain one (any)
#   dual => 1: "::" is for clients of both families
sub listener {
    my ($address, %opt) = @_;
    return IO::Socket::IP->new(
        LocalHost => $address,
        LocalPort => $opt{port} // 0,
        Listen    => $opt{backlog} // 128,
        ReuseAddr => 1,
        $address =~ /:/ ? (V6Only => $opt{dual} ? 0 : 1) : (),
    ) // die "$address: $@\n";
}

# pass(HANDLES, %opt): what Echod->start or run takes to pass these.
#   names => "a:b", LISTEN_FDNAMES
#   pid   => another LISTEN_PID than that of echod
#   count => another LISTEN_FDS
sub pass {
    my ($handles, %opt) = @_;
    return before => sub {
        my $n = 0;
        POSIX::dup2(fileno $_, ASIDE + $n++) for @$handles;
        for my $i (0 .. $n - 1) {
            POSIX::dup2(ASIDE + $i, 3 + $i);
            POSIX::close(ASIDE + $i);
        }
        $ENV{LISTEN_PID} = $opt{pid} // $$;
        $ENV{LISTEN_FDS} = $opt{count} // $n;
        $ENV{LISTEN_FDNAMES} = $opt{names} if defined $opt{names};
    };
}

1;
