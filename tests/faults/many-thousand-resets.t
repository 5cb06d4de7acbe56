# SPDX-License-Identifier: ISC
# rows: 33
#
# If this fails, clients that connect and reset, as port scanners do, use up
# descriptors, memory or workers.
#
# soak: connects a hundred thousand times
use strict;
use warnings;

use Socket;
use Test::More;

use Client;
use Clock;
use Echod;
use Process;

use constant { RESETS => 100_000, SCANNERS => 4, WARM => 5 };

my $d = Echod->start(log => 'notice',
    options => ['-o', 'timeouts.defer_accept=0']);
my $port = $d->port;
my $pids = sub { ($d->pid, $d->workers) };

# median(N): seconds until the echo of a good client, the middle of N.
sub median {
    my @seconds = sort { $a <=> $b } map {
        my $start = Clock::now();
        die "no echo\n" if (Client::echo_once($port, 'x') // '') ne 'x';
        Clock::now() - $start;
    } 1 .. $_[0];
    return $seconds[@seconds / 2];
}

# scan(N): connect and reset.
sub scan {
    my $n = shift;
    my $address = pack_sockaddr_in($port, INADDR_LOOPBACK);
    for (1 .. $n) {
        socket my $sock, AF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
        connect $sock, $address or die "connect: $!\n";
        Client::reset($sock);
    }
    return;
}

# look(): descriptors and memory of the master.
sub look {
    my ($kib) = Process::status($d->pid, 'RssAnon') =~ /(\d+)/;
    return (scalar(keys %{ Process::descriptors($d->pid) }), $kib);
}

median(20);
scan(RESETS / 100 * WARM);
my $before = median(51);
my @before = look();
my @scanners = map {
    Process::child(sub { scan(RESETS / SCANNERS) });
} 1 .. SCANNERS;
my @status = map { Process::wait($_, 280) // 'none' } @scanners;
is("@status", join(' ', (0) x SCANNERS), 'a hundred thousand resets');
my $start = Clock::now();
cmp_ok(median(51), '<', 10 * $before + 0.05, 'good clients wait no longer');
Clock::soon($start, 'at once');
my @after = look();
cmp_ok(abs($after[0] - $before[0]), '<=', 1,
    "descriptors: $before[0], $after[0]");
cmp_ok($after[1] - $before[1], '<', 128,
    "memory of the master: $before[1] KiB, $after[1] KiB");
$d->finish(settle => 20);
done_testing;
