# SPDX-License-Identifier: ISC
# rows: 69
#
# If this fails, an address cannot be replaced by the wildcard, or the wildcard
# by an address, without a restart, because the old listener blocks the new
# one.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

sub config {
    my ($port, @addresses) = @_;
    return 'listen = ( ' . join(', ', map {
        qq({ address = "$_"; port = $port; })
    } @addresses) . " );\n";
}

my $d = Echod->start(config => config(0, '127.0.0.1'));
my $port   = $d->port;
my $client = $d->connect;
is(Client::echo($client, 'before'), 'before', 'a client');

# From port 0 to the port that it was given: the very same socket.
my %inode = map { $_ => 1 } values %{ Process::listeners($d->pid) };
$d->rewrite(config($port, '127.0.0.1'));
like($d->reload, qr/reload done/, 'the port in place of 0');
is_deeply({ map { $_ => 1 } values %{ Process::listeners($d->pid) } }, \%inode,
    'keeps the socket');

for my $step (
    [ 'one address to all',   ['0.0.0.0'] ],
    [ 'all to two addresses', [ '127.0.0.1', '127.0.0.2' ] ],
    [ 'two addresses to all', ['0.0.0.0'] ],
    [ 'all to one address',   ['127.0.0.1'] ],
) {
    my ($what, $addresses) = @$step;
    $d->rewrite(config($port, @$addresses));
    like($d->reload, qr/reload done/, $what);
    for my $host (map { $_ eq '0.0.0.0' ? '127.0.0.3' : $_ } @$addresses) {
        is(Client::echo_once($port, 'hello', host => $host), 'hello',
            "$what: echo on $host");
    }
}
ok(Clock::until(sub {
    !defined Client::echo_once($port, 'hello', host => '127.0.0.2');
}),
    'what is not listed any more refuses');
is(Client::echo($client, 'after'), 'after', 'the client has noticed nothing');
close $client;
$d->finish;
done_testing;
