# SPDX-License-Identifier: ISC
# rows: 113
#
# If this fails, echod starts, or seems to, although another program uses its
# address, or does not say which address it is.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Machine;

my @addresses = ('127.0.0.1');
push @addresses, '::1' if Machine::has_ipv6();

for my $address (@addresses) {
    my $other = IO::Socket::IP->new(LocalHost => $address, LocalPort => 0,
        Listen => 1) or die "listen: $@";
    my $port  = $other->sockport;
    my $where = $address =~ /:/ ? "[$address]:$port" : "$address:$port";
    my $start = Clock::now();
    my ($status, undef, $text) = Echod->run(args => [ '-F', '-l', $where ]);
    is($status, 69, "$where is taken: status 69");
    Clock::soon($start, 'at once');
    my @said = grep { /\Q$where\E.*Address already in use/ }
      split /\n/, $text;
    ok(scalar @said, 'and the address and the error named') or diag $text;

    # Likewise when one of several is taken, and for one echod and another.
    my $d = Echod->start;
    my $mine = '127.0.0.1:' . $d->port;
    ($status, undef, $text) = Echod->run(
        args => [ '-F', '-l', '127.0.0.1:0', '-l', $mine ]);
    is($status, 69, 'one of two has an echod already: status 69');
    like($text, qr/\Q$mine\E.*Address already in use/, 'it is named');
    is(Client::echo_once($d->port, 'x'), 'x', 'the other echod serves on');
    $d->finish;

    # As soon as the port is free it can be had.
    close $other;
    $d = Echod->start(options => [ '-l', $where ]);
    is($d->port, $port, 'free again, it is bound');
    $d->finish;
}
done_testing;
