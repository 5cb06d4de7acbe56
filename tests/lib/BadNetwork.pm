# SPDX-License-Identifier: ISC
#
# BadNetwork: two networks with a link between them that loses, delays,
# repeats and reorders packets, or is cut.  Only root can have it.
#
#	my $link = BadNetwork->new;	# or the whole test is skipped
#	my $d = Echod->start(... address HERE ...);
#	$link->cross(loss => 0.05);	# from here on we are at the other end
#	Client::connect(BadNetwork::HERE, $d->port);
#	$link->cut;			# nothing passes any more
#
# Each end is a tun(4) device, and a process of ours carries the packets: that
# needs no module for traffic control.
package BadNetwork;

use strict;
use warnings;

use Fcntl qw(O_NONBLOCK O_RDWR);
use List::Util qw(max);
use POSIX ();
use Test::More ();

use Clock;
use Machine;
use Namespace;
use Process;

use constant { HERE => '10.97.0.1', THERE => '10.97.0.2' };

# TUNSETIFF, IFF_TUN, IFF_NO_PI; what a device carries at most.
use constant { SET => 0x400454ca, TUN => 1, BARE => 0x1000, MTU => 1500 };

sub new {
    my ($class) = @_;
    Namespace::needs_network();
    Machine::needs('ip');
    my $end = tun(HERE, THERE)
        // Test::More::plan(skip_all => "no tun(4) here: $!");
    return bless { end => $end }, $class;
}

# tun(MINE, OTHER): a device with the address MINE, from which OTHER is reached;
# undef if there is none.
sub tun {
    my ($mine, $other) = @_;
    sysopen my $fh, '/dev/net/tun', O_RDWR | O_NONBLOCK or return undef;
    my $request = pack 'a16 s x22', 'link0', TUN | BARE;
    ioctl $fh, SET, $request or return undef;
    for (['addr', 'add', $mine, 'peer', $other, 'dev', 'link0'],
        ['link', 'set', 'link0', 'mtu', MTU, 'up']) {
        Namespace::quietly('ip', @$_) or return undef;
    }
    return $fh;
}

# cross(%how): this process goes to the other end, and the link begins to work.
#   loss, repeat => the part of the packets, 0 to 1, to which that happens
#   delay        => [shortest, longest] in seconds
#   seed         => for what is by chance (1)
sub cross {
    my ($self, %how) = @_;
    Namespace::go(Namespace::NETWORK) && Namespace::loopback()
        or die "no second network: $!\n";
    my @ends = ($self->{end}, tun(THERE, HERE) // die "no second end: $!\n");
    $self->{pid} = Process::child(sub { carry(\@ends, %how) });
    # Ours would be kept after it is cut.
    delete $self->{end};
    return;
}

sub cut { return Process::end(delete $_[0]{pid}) }

# carry(ENDS, %how): packets from each end to the other one, for ever.
sub carry {
    my ($ends, %how) = @_;
    my ($loss, $repeat) = map { $_ // 0 } @how{qw(loss repeat)};
    my ($least, $most) = @{ $how{delay} // [0, 0] };
    my @due;    # [when, to which end, packet], not sorted
    srand($how{seed} // 1);
    while (1) {
        my ($in, $now) = ('', Clock::now());
        vec($in, fileno $_, 1) = 1 for @$ends;
        my $next = @due ? max(0, $due[0][0] - $now) : undef;
        next if select($in, undef, undef, $next) < 0;
        $now = Clock::now();
        for my $from (grep { vec $in, fileno $ends->[$_], 1 } 0, 1) {
            while (sysread $ends->[$from], my $packet, MTU) {
                next if rand() < $loss;
                push @due, [$now + $least + ($most - $least) * rand(), 1 - $from,
                    $packet] for 0 .. (rand() < $repeat);
            }
        }
        @due = sort { $a->[0] <=> $b->[0] } @due;
        while (@due && $due[0][0] <= $now) {
            my (undef, $to, $packet) = @{ shift @due };
            syswrite $ends->[$to], $packet;
        }
    }
}

1;
