# SPDX-License-Identifier: ISC
# If this fails, the first steps of a new user fail: echod without a file
# serves localhost port 10000, -l gives an address, an empty address means
# every address, and the log shows the addresses.
use strict;
use warnings;

use Test::More;
use Client;
use Echod;
use Machine;
use Namespace;
use Process;

# Port 10000 and every address are ours alone in here.
Namespace::needs_network();

my ($status, $out) = Echod->run(args => ['-t']);
SKIP: {
    skip 'there is a configuration file: ' . $out, 1
        unless $status == 0 && $out =~ /does not exist/;
    my $d = Echod->start(config => undef);
    my %at = map { $_->[0] => $_->[1] } $d->listeners;
    is_deeply([sort keys %at], [sort(Machine::localhost())],
        'localhost, all of it');
    is_deeply([grep { $_ != 10000 } values %at], [], 'port 10000');
    is(Client::echo_once(10000, 'hello', host => 'localhost'), 'hello',
        'and it answers');
    $d->finish;
}

# A name is resolved, and the port is 10000 unless it is given.
my $named = Echod->start(options => ['-l', 'localhost'], config => undef);
is_deeply([map { "@$_" } grep { $_->[0] eq '127.0.0.1' } $named->listeners],
    ['127.0.0.1 10000'], '-l NAME');
is(Client::echo_once(10000, 'hello', host => $_), 'hello', "echo on $_")
    for $named->addresses;
$named->finish;

# All addresses: IPv4 and IPv6 at the same port.
for my $all ('', '*') {
    my $d = Echod->start(config =>
        qq(listen = ( { address = "$all"; port = 10001; } );\n));
    my @wanted = Machine::has_ipv6() ? ('0.0.0.0', '::') : ('0.0.0.0');
    is_deeply([sort $d->addresses], \@wanted, "address \"$all\"");
    is(Client::echo_once(10001, 'hello', host => $_), 'hello', "echo on $_")
        for '127.0.0.1', '127.1.2.3', Machine::has_ipv6() ? '::1' : ();
    $d->finish;
}
for my $option (':10002', '*:10002') {
    my $d = Echod->start(options => ['-l', $option], config => undef);
    ok((grep { $_ eq '0.0.0.0' } $d->addresses), "-l $option");
    is(Client::echo_once(10002, 'hello'), 'hello', 'answers');
    $d->finish;
}

# Port 0: what getsockname(2) says is what the kernel has.
my $any = Echod->start(options => ['-l', '127.0.0.1:0'], config => undef);
my ($port) = $any->ports;
cmp_ok($port, '>', 0, 'port 0 becomes one that the kernel chose');
is_deeply([values %{ Process::listening($any->pid) }], ["127.0.0.1:$port"],
    'and is reported as it is');
$any->finish;
done_testing;
