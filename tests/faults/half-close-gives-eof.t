# SPDX-License-Identifier: ISC
# rows: 38
#
# If this fails, a client that half-closes its connection waits for a FIN that
# does not come, or loses the end of its echo.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

my $buffer = 4096;
my $d = Echod->start(options => ['-o', "buffer_size=$buffer"]);

# Nothing to wait for: not even the time that a silent client is given.
my $start = Clock::now();
is(Client::echo_once($d->port, ''), '', 'a half-close at once gives an EOF');
Clock::soon($start, 'at once');

for my $n (1, $buffer - 1, $buffer, $buffer + 1, 10_000_000) {
    my $data = Client::seeded($n, $n);
    my $back = Client::echo_once($d->port, $data);
    ok($back eq $data && $Client::problem eq '', "$n bytes, then the EOF")
        or diag(length($back) . " came back: $Client::problem");
}

# The end may come alone, when everything has been echoed already.
my $sock = $d->connect;
is(Client::echo($sock, 'hello'), 'hello', 'an echo');
shutdown $sock, 1;
is(Client::receive_all($sock), '', 'then nothing but the end');
is($Client::problem, '', 'which is a FIN');
close $sock;

ok($d->wait_log(qr/in_bytes=5 out_bytes=5 .* reason=closed$/),
    'the log has the last one as closed');
is($d->count_log(qr/connection ended .* reason=(?!closed)/), 0,
    'and none for another reason');
$d->finish;
done_testing;
