# SPDX-License-Identifier: ISC
# rows: 44
#
# If this fails, a client that sends much data and closes without reading
# crashes a worker, leaks a resource or blocks the next client.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;

my $turns = Clock::is_slow() ? 100 : 1000;
my $d = Echod->start;
my $data = Client::seeded(1, 1 << 20);
my @workers = sort { $a <=> $b } $d->workers;
my %before = map { $_ => open_in($_) } @workers;

for my $turn (1 .. $turns) {
    my $sock = $d->connect;
    $sock->blocking(0);
    # As much as fits, up to 1 MB, then a close with everything unread.
    syswrite $sock, $data;
    close $sock;
}
ok($d->wait_log(qr/: connection ended /, count => $turns, timeout => 30),
    "$turns times");
is($d->count_log(qr/reason=(?!closed|reset)/), 0,
    'each ended as closed or reset');
my %after;
for my $pid ($d->workers) {
    $after{$pid} = open_in($pid) if $before{$pid};
}
is_deeply(\%after, \%before, 'the workers live and leak no descriptor');
is(Client::echo_once($d->port, $data), $data, 'the next client is served');
$d->finish(settle => 15);
done_testing;

sub open_in {
    my %fd = %{ Process::descriptors(shift) };
    return scalar keys %fd;
}
