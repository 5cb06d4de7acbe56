# SPDX-License-Identifier: ISC
# rows: 115
#
# If this fails, the empty address is not every interface in both families, or
# an IPv6 socket accepts IPv4 too, so that "0.0.0.0" and "::" cannot be
# combined and IPv4 clients appear as ::ffff:192.0.2.1 in the log.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Machine;
use Process;

Machine::needs('::1');

sub both {
    my ($d, $what) = @_;
    my %port = map { /^(.*):(\d+)$/ } keys %{ Process::listeners($d->pid) };
    is_deeply([ sort keys %port ], [ '0.0.0.0', '[::]' ],
        "$what: one socket of each family");
    for my $l ([ '127.0.0.1', $port{'0.0.0.0'} ], [ '127.0.0.2', $port{'0.0.0.0'} ],
        [ '::1', $port{'[::]'} ]) {
        my ($host, $port) = @$l;
        my $from = $d->mark;
        is(Client::echo_once($port, 'x', host => $host), 'x',
            "$what: $host answers");
        my $peer = $host =~ /:/ ? "[$host]" : qr/127\.0\.0\.[12]/;
        ok($d->wait_log(qr/: connection ended peer=(?:\Q$peer\E|$peer):\d+ /,
            from => $from), "$what: and is logged as what it is");
    }
    return %port;
}

for my $address ('', '*') {
    my $d = Echod->start(
        config => qq(listen = ( { address = "$address"; port = 0; } );\n));
    both($d, qq("$address"));
    is_deeply([ sort map { $_->[0] } $d->listeners ], [ '0.0.0.0', '::' ],
        'the log names both');
    $d->finish;
}

# With one port for both, which must be free in both.
my $d;
for my $try (1 .. 20) {
    my $s = IO::Socket::IP->new(LocalHost => '0.0.0.0', LocalPort => 0,
        Listen => 1);
    my $port = $s->sockport;
    close $s;
    $d = eval {
        Echod->start(options => [ '-l', "0.0.0.0:$port", '-l', "[::]:$port" ]);
    };
    last if $d;
}
ok($d, '0.0.0.0 and :: together, on the same port');
my %port = both($d, 'the same port');
is($port{'0.0.0.0'}, $port{'[::]'}, 'which it is');
$d->finish;
done_testing;
