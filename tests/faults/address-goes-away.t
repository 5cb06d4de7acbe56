# SPDX-License-Identifier: ISC
# rows: 116
#
# If this fails, an echod with an address that no interface has starts without
# it; or an echod whose address is removed spins, or stops serving its other
# addresses.
#
# root: takes addresses from a network of its own
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Machine;
use Namespace;
use Process;

Machine::needs('root', 'ip');
Namespace::needs_network();
my $address = '198.51.100.7';

# ip(ARGUMENT...): of the network that we have to ourselves.
sub ip { return Namespace::quietly('ip', @_) }

# Not there yet.
my ($status, $out, $err) =
    Echod->run(args => ['-F', '-l', '127.0.0.1:0', '-l', "$address:0"]);
is($status, 69, 'an address that is not there: status 69');
like($err, qr/^echod: .*\Q$address\E\S*: Cannot assign requested address/,
    'and it is named');

# It goes while it is served, with a client.
ip('addr', 'add', "$address/32", 'dev', 'lo') or die "no address\n";
my $d = Echod->start(log => 'notice', config =>
    qq(listen = ( { address = "127.0.0.1"; port = 0; },
        { address = "$address"; port = 0; } );\n));
is(Client::echo_once($d->port_of($address), 'x', host => $address), 'x',
    'when it is there it is served');
my $sock = Client::connect($address, $d->port_of($address));
is(Client::echo($sock, 'x'), 'x', 'to a client, too, that stays');
ip('addr', 'del', "$address/32", 'dev', 'lo') or die "it stays\n";

my ($cpu, $start) = (Process::cpu($d->pid), Clock::now());
is(Client::echo_once($d->port, 'x'), 'x', 'it goes: the other one serves')
    for 1 .. 20;
like($d->reload, qr/reload done/, 'a reload keeps the listener that it has');
is(Client::echo_once($d->port, 'x'), 'x', 'and the other one serves');
cmp_ok(Process::cpu($d->pid) - $cpu, '<',
    0.1 + 0.05 * (Clock::now() - $start), 'nobody spins');

# It comes back, as with a lease of DHCP.
ip('addr', 'add', "$address/32", 'dev', 'lo') or die "no address\n";
is(Client::echo_once($d->port_of($address), 'x', host => $address), 'x',
    'when it is back it is served again');
is(Client::echo($sock, 'y', eof => 1), 'y', 'and so is the client');
$d->finish;
done_testing;
