# SPDX-License-Identifier: ISC
# rows: 37
#
# If this fails, a client that sends and never reads keeps a worker forever: as
# many such clients as there are workers block echod.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

# Seconds.
my $time = 0.5;
my $d = Echod->start(options => [
    '-o', 'workers.max=1', '-o', 'workers.start=1',
    '-o', "timeouts.send=$time",
]);
# The one worker is busy, which is worth a warning.
$d->expect_log(qr/workers at max busy=1/);
my ($worker) = $d->workers;

# Send 64 MiB without reading, until the socket accepts no more.
my $sock = $d->connect;
my $left = 64 << 20;
my $piece = Client::seeded(1, 1 << 20);
my ($stuck, $end) = (Clock::now(), undef);
my $is_stuck = 0;
$sock->blocking(0);
Clock::until(sub {
    # While it is said good-bye to, it can send again.
    $is_stuck ||= Clock::now() - $stuck > $time / 2;
    while ($left > 0) {
        my $n = syswrite $sock, $piece, $left;
        last unless defined $n;
        $left -= $n;
        $stuck = Clock::now() unless $is_stuck;
    }
    return $end = $d->wait_log(qr/connection ended/,
        timeout => 0, quiet => 1);
}, 20);
my $seconds = Clock::now() - $stuck;

like($end, qr/reason=send-timeout$/, 'it is cut, for that reason');
cmp_ok($seconds, '>=', $time * 0.95, 'after timeouts.send');
# A send that took a part is waited for once more, a quarter of the time.
Clock::soon($stuck, 'no later than that, and 2 s to linger', 1.25 * $time + 2);

is(Client::echo_once($d->port, 'next'), 'next', 'the next client is served');
like($d->wait_log(qr/in_bytes=4 out_bytes=4/), qr/ echod\[$worker\]/,
    'by the same worker');
close $sock;

$d->finish;
done_testing;
