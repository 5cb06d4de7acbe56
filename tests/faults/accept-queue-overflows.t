# SPDX-License-Identifier: ISC
# rows: 34
#
# If this fails, more clients than the accept queue holds disturb those who are
# served, or the service does not recover when they have gone.
#
# slow: clients who find the queue full try again after a second
use strict;
use warnings;

use Socket;
use Test::More;

use Client;
use Clock;
use Echod;

use constant { BACKLOG => 8, BURST => 80, WORKERS => 4 };

my $d = Echod->start(log => 'notice', config =>
    'listen = ( { address = "127.0.0.1"; port = 0; } ); backlog = ' . BACKLOG
    . '; timeouts = { defer_accept = 0.0; }; workers = { '
    . join(' ', map { "$_ = @{[ WORKERS ]};" } qw(start min_spare max_spare max))
    . " };\n");
$d->expect_log(qr/: warning: workers at max /, qr/: warning: .*\bqueue\b/);

# All workers have a client; the queue is all that is left.
my @served = map { $d->connect } 1 .. WORKERS;
is(scalar(grep { Client::echo($_, 'x') eq 'x' } @served), WORKERS,
    'clients that are served');

# Ten times as many as fit, none of whom waits for its connection to be made.
my $address = pack_sockaddr_in($d->port, INADDR_LOOPBACK);
my @burst = map {
    socket my $sock, AF_INET, SOCK_STREAM, 0 or die "socket: $!";
    IO::Handle::blocking($sock, 0);
    connect $sock, $address;
    $sock;
} 1 .. BURST;
my $overflows = qr/: warning: .*\bqueue\b/;
for my $round (1 .. 50) {
    is(scalar(grep { Client::echo($_, 'still here') eq 'still here' } @served),
        WORKERS, 'a burst does not disturb them') or last
        if $round % 10 == 0;
}
cmp_ok($d->count_log($overflows), '<=', 1, 'it is one line at most');

# All leave: whoever comes next is served, though the queue was full.
close $_ for @burst, @served;
my $start = Clock::now();
is(Client::echo_once($d->port, 'x'), 'x', 'the next client is served');
# It may have to send its SYN once or twice more, after 1 s and 2 s.
Clock::soon($start, 'when the queue is free again', 3);
ok(Clock::until(sub { $d->idle_workers == WORKERS }), 'all workers are idle');
is(scalar(grep { Client::echo_once($d->port, 'x') eq 'x' } 1 .. 20), 20,
    'as before');
$d->finish;
done_testing;
