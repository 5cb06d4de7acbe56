# SPDX-License-Identifier: ISC
# rows: 39
#
# If this fails, a client that resets its connection kills a worker (SIGPIPE,
# an unexpected error), or fills the log with warnings.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

my $d = Echod->start(options => ['-o', 'workers.max=1',
    '-o', 'workers.start=1', '-o', 'timeouts.defer_accept=0']);
$d->expect_log(qr/workers at max/);
my ($worker) = $d->workers;

# While echod waits for data; while it sends; before it has looked at all.
my $waiting = $d->connect;
is(Client::echo($waiting, 'hello'), 'hello', 'a client');
Client::reset($waiting);
ok($d->wait_log(qr/in_bytes=5 .* reason=reset$/), 'resets while it is idle');

my $flood = $d->connect;
$flood->blocking(0);
my ($sent, $got, $n) = (0, 0, 0);
my $piece = Client::seeded(1, 1 << 20);
Clock::until(sub {
    $sent += $n while $n = syswrite $flood, $piece;
    # What has come back was received: the kernel alone takes a lot.
    $got += $n while $n = sysread $flood, my $back, 65536;
    return $got > 100_000 && $sent > 1 << 20;
});
Client::reset($flood);
ok($d->wait_log(qr/in_bytes=[1-9]\d{5,} .* reason=reset$/),
    'one resets while its echo is on the way');

$d->mark;
for my $turn (1 .. 50) {
    my $sock = $d->connect;
    syswrite $sock, $piece, 1000 * $turn;
    Client::reset($sock);
}
is(Client::echo_once($d->port, 'next'), 'next', 'the next one is served');
is_deeply([$d->workers], [$worker], 'by the same worker');
is($d->count_log(qr/reason=error/), 0, 'no reset is taken for an error');
$d->finish;
done_testing;
