# SPDX-License-Identifier: ISC
# If this fails, some of several addresses do not answer, or ss(8) and the log
# disagree about them.
use strict;
use warnings;

use Test::More;
use Client;
use Echod;
use Machine;
use Namespace;

# Ports are named here, and "every address" must be free at them.
Namespace::needs_network();

my $six = Machine::has_ipv6();
my $d = Echod->start(config => <<'END');
listen = (
    { address = ""; port = 7; },
    { address = "localhost"; port = 10000; },
    { address = "127.0.0.2"; port = 10000; },
    { address = "127.0.0.3"; port = 0; },
    { address = "*"; port = 10001; }
);
workers = { max_spare = 30; };
END
my $chosen = $d->port_of('127.0.0.3');
my @wanted = (
    '0.0.0.0 7', '0.0.0.0 10001', '127.0.0.2 10000',
    map({ "$_ 10000" } Machine::localhost()),
    "127.0.0.3 $chosen",
    $six ? (':: 7', ':: 10001') : (),
);
is_deeply([sort map { "@$_" } $d->listeners], [sort @wanted], 'the log');

SKIP: {
    skip 'no ss here', 1 unless Machine::has('ss');
    my @seen;
    for (split /\n/, `ss -Hltn`) {
        my ($address, $port) = (split)[3] =~ /^(.*):(\d+)$/;
        $address =~ s/^\[(.*)\]$/$1/;
        $address = '0.0.0.0' if $address eq '*';
        push @seen, "$address $port";
    }
    is_deeply([sort @seen], [sort @wanted], 'ss -ltn');
}

my @targets = (
    ['127.0.0.1', 7], ['127.9.9.9', 7], ['127.0.0.1', 10001],
    ['127.0.0.2', 10000], ['127.0.0.3', $chosen],
    map({ [$_, 10000] } Machine::localhost()),
    $six ? (['::1', 7], ['::1', 10001]) : (),
);
for (@targets) {
    my ($host, $port) = @$_;
    my $data = Client::seeded("$host $port", 10_000);
    is(Client::echo_once($port, $data, host => $host), $data,
        "echo on $host port $port");
}

# All at once: no client waits for the client of another address.
my @clients = map { Client::connect(@$_) } @targets;
is_deeply([map { Client::echo($_, 'hello') } @clients],
    [('hello') x @targets], 'all of them at the same time');
close $_ for @clients;

$d->finish;
done_testing;
