# SPDX-License-Identifier: ISC
# rows: 48
#
# If this fails, a client with a link-local address is served wrongly, or the
# log does not say on which link it is.
#
# root: has a link of its own
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Machine;
use Namespace;

Namespace::needs_network();
Machine::needs('ip');
# One end of the link is ours, and both are in one network.
Namespace::quietly(qw(ip link add east type veth peer name west))
    && Namespace::quietly(qw(ip link set east up))
    && Namespace::quietly(qw(ip link set west up))
    && Namespace::quietly(qw(ip -6 addr add fe80::1/64 dev east nodad))
    or plan skip_all => 'no link of our own here';

my ($index) = `ip -o link show dev east` =~ /^(\d+):/;
my $d = Echod->start(log => 'debug', config =>
    qq(listen = ( { address = "fe80::1%east"; port = 0; },
        { address = "::"; port = 0; } );\n));
for my $port ($d->ports) {
    my $sock = Client::connect('fe80::1%east', $port);
    ok($sock, "port $port: a client on the link") or next;
    is(Client::echo($sock, 'hello', eof => 1), 'hello', 'is served');
    my $mine = $sock->sockport;
    close $sock;
    ok($d->wait_log(qr/: connection ended peer=\[fe80::1%$index\]:$mine /),
        'and the log has its link');
}
$d->finish;
done_testing;
