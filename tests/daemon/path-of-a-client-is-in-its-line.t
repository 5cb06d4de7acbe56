# SPDX-License-Identifier: ISC
#
# If this fails, the line of a connection says something else about its path
# than what was between the two hosts, which is what echod is there to tell.
#
# root: has a network of its own, with delays and losses
use strict;
use warnings;

use List::Util qw(min sum0);
use Test::More;

use BadNetwork;
use Client;
use Echod;

use constant { CLIENTS => 4, BYTES => 200_000, DELAY => 0.025 };

my $link = BadNetwork->new;
my $d = Echod->start(log => 'info', config =>
    sprintf('listen = ( { address = "%s"; port = 0; } );', BadNetwork::HERE)
    . "\n");
$link->cross(loss => 0.05, delay => [DELAY, DELAY]);

for my $n (1 .. CLIENTS) {
    my $data = Client::seeded($n, BYTES);
    my $sock = Client::connect(BadNetwork::HERE, $d->port, Timeout => 30)
        or die "client $n: $@\n";
    is(Client::echo($sock, $data, eof => 1, timeout => 60), $data,
        "client $n gets every byte");
}
ok($d->wait_log(qr/: connection ended /, count => CLIENTS), 'each has a line');
my (@rtt, @retrans, %mss);
for ($d->log_lines) {
    / rtt_us=(\d+) retrans=(\d+) mss=(\d+) reason=closed$/ or next;
    push @rtt,     $1;
    push @retrans, $2;
    $mss{$3} = 1;
}
is(scalar @rtt, CLIENTS, 'with its path');
cmp_ok(min(@rtt), '>=', 2 * DELAY * 1e6, 'the round trip is twice the delay');
cmp_ok(min(@rtt), '<', 10 * DELAY * 1e6, 'and not much more');
cmp_ok(sum0(@retrans), '>', 0, 'what was lost has been sent again');
# 1500 bytes of the link, less the headers of IPv4 and TCP and 12 for timestamps.
is(join(' ', keys %mss), 1448, 'and the segments are those of the link');
$link->cut;
$d->finish(settle => 15);
done_testing;
