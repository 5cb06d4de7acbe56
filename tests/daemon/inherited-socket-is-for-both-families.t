# SPDX-License-Identifier: ISC
#
# If this fails, a socket for both address families, as ListenStream=7 makes it,
# is in the way of echod's own; or its IPv4 clients pass access lists and limits.
use strict;
use warnings;

use Fcntl qw(F_GETFL O_NONBLOCK);
use Test::More;

use Activation;
use Client;
use Echod;
use Machine;
use Process;

plan skip_all => 'no IPv6 here' unless Machine::has_ipv6();

for my $entries (['', 'every address'], ['0.0.0.0', '0.0.0.0'],
    ['::', '::'], [undef, 'an empty list']) {
    my ($address, $what) = @$entries;
    my $sock = Activation::listener('::', dual => 1);
    my $port = $sock->sockport;
    my $d = Echod->start(Activation::pass([$sock], names => 'echo'),
        log => 'info', options => ['-o', 'timeouts.defer_accept=0'],
        config => (defined $address
            ? qq(listen = ( { address = "$address"; port = $port; } );\n)
            : "listen = [];\n")
            . "access = { allow = [ \"127.0.0.0/8\", \"::1\" ];\n"
            . "  deny = [ \"127.0.0.2\" ]; max_per_source = 1; };\n");
    is_deeply([$d->listeners], [['::', $port]],
        "$what: nothing else is opened");
    is($d->count_log(qr/ \(inherited as "echo"\)$/), 1, "$what: it is listed");
    ok(fcntl($sock, F_GETFL, 0) & O_NONBLOCK, "$what: it is non-blocking now");
    is(Client::echo_once($port, 'x', host => '::1'), 'x', "$what: IPv6");
    my $four = Client::connect('127.0.0.1', $port);
    is(Client::echo($four, 'x'), 'x', "$what: IPv4");
    ok(!length(Client::echo_once($port, 'x', local => '127.0.0.2') // ''),
        "$what: a network that is denied is denied");
    ok($d->wait_log(qr/ refused reason=access connections=1 peer=127\.0\.0\.2:/),
        "$what: the log has its address as IPv4");
    ok(!length(Client::echo_once($port, 'x') // ''),
        "$what: one a source");
    $d->expect_log(qr/ refused reason=max_per_source connections=1 peer=127\.0\.0\.1:/);
    close $four;
    ok($d->wait_log(qr/ connection ended peer=127\.0\.0\.1:\d+ listener=\[::\]:$port /),
        "$what: its end as well");
    like($d->reload, qr/ reload done .*listeners=1 /, "$what: after a reload");
    is(Client::echo_once($port, 'x'), 'x', "$what: it is as before");
    undef $sock;
    $d->finish;
}

done_testing;
