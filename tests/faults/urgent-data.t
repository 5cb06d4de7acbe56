# SPDX-License-Identifier: ISC
# rows: 45
#
# If this fails, urgent data ends a connection, kills a worker or shifts the
# stream instead of being echoed in its place among the other bytes, as the
# manual says.
use strict;
use warnings;

use Socket qw(MSG_OOB);
use Test::More;
use Client;
use Echod;

my $d = Echod->start;
my $sock = $d->connect;
is(Client::echo($sock, 'before'), 'before', 'before the urgent byte');
is(send($sock, '!', MSG_OOB), 1, 'one urgent byte');
is(Client::echo($sock, 'after', bytes => 6), '!after',
    'it comes back in its place');

# In the middle of a stream, many times over.
my ($expected, $got) = ('', '');
for my $turn (1 .. 50) {
    my $piece = Client::seeded($turn, 1000);
    syswrite $sock, $piece;
    send $sock, '!', MSG_OOB;
    $expected .= "$piece!";
    $got .= Client::receive($sock, 1001);
}
ok($got eq $expected, 'many of them in a stream')
    or diag(length($got) . ' bytes');
shutdown $sock, 1;
is(Client::receive_all($sock) . $Client::problem, '', 'up to the end');
close $sock;
ok($d->wait_log(qr/in_bytes=50062 out_bytes=50062 .* reason=closed$/),
    'the log agrees');
$d->finish;
done_testing;
