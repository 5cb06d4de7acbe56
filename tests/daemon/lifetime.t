# SPDX-License-Identifier: ISC
# If this fails, timeouts.lifetime does not limit a connection, or loses data
# that was to be echoed.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

my $life = 1;
my $d = Echod->start(options => ['-o', "timeouts.lifetime=$life"]);

# A client that has always something to say, and counts what comes back.
my $sock = $d->connect;
my $start = Clock::now();
my ($sent, $back, $n) = (0, 0, 0);
while (Clock::now() - $start < $life + 6 * Clock::scale()) {
    my $word = sprintf '%08d', $n++;
    my $got = Client::echo($sock, $word);
    $sent += length $word;
    $back += length $got;
    last if $got ne $word;
}
my $seconds = Clock::now() - $start;
is($Client::problem, 'eof', 'it is ended with a FIN');
cmp_ok($seconds, '>=', $life - 0.01, 'not too early');
Clock::soon($start, 'nor too late', $life);
close $sock;

my ($end, $in, $out) =
    $d->wait_log(qr/in_bytes=(\d+) out_bytes=(\d+) .* reason=lifetime$/);
ok($end, 'the log tells why');
is($in, $out, 'what was received has been sent');
is($back, $out, 'and has arrived');

# Silent ones as well.
my $silent = $d->connect;
is(Client::echo($silent, 'hello'), 'hello', 'a client that falls silent');
is(Client::receive_all($silent), '', 'is ended too');
close $silent;
ok($d->wait_log(qr/in_bytes=5 .* reason=lifetime$/), 'for that reason');

# The end of one connection's life is not the end of the next one's.
is(Client::echo_once($d->port, 'next'), 'next', 'others are served');
$d->finish;
done_testing;
