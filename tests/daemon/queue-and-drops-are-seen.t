# SPDX-License-Identifier: ISC
#
# If this fails, an operator does not see that clients wait, or that the queue
# of a listener is full and the kernel drops their handshakes.
use strict;
use warnings;

use IO::Handle;
use Socket;
use Test::More;

use Client;
use Clock;
use Echod;
use Snapshot;

use constant { BACKLOG => 2, WORKERS => 2, BURST => 12 };

my $d = Echod->start(log => 'notice', Snapshot::asked(
    '-o', 'backlog=' . BACKLOG, '-o', 'timeouts.defer_accept=0',
    map { ('-o', "workers.$_=@{[ WORKERS ]}") }
        qw(start min_spare max_spare max)));
$d->expect_log(qr/: warning: workers at max /);

sub listener { return Snapshot::of($d)->{listener}[0] }

my $first = listener();
is($first->{limit}, BACKLOG, 'the queue has its room');
is("@$first{qw(waiting drops deferred active)}", '0 0 0 0', 'and is empty');
my @served = map { $d->connect } 1 .. WORKERS;
is(scalar(grep { Client::echo($_, 'x') eq 'x' } @served), WORKERS,
    'each worker has a client');
is(listener()->{active}, WORKERS, 'as the listener says');

my $address = pack_sockaddr_in($d->port, INADDR_LOOPBACK);
my @burst = map {
    socket my $sock, AF_INET, SOCK_STREAM, 0 or die "socket: $!";
    $sock->blocking(0);
    connect $sock, $address;
    $sock;
} 1 .. BURST;
my $full;
ok(Clock::until(sub {
    $full = listener();
    return $full->{waiting} > BACKLOG && $full->{drops} > 0;
}), 'the queue is full, and what does not fit is dropped')
    or diag explain $full;
# The queue takes one more than its limit.
is($full->{waiting}, BACKLOG + 1, 'so many wait');
is($full->{accepted}, WORKERS, 'nobody else was accepted');
my $s = Snapshot::of($d);
is($s->{workers}{at_max}, 1, 'all workers are busy');
is($s->{pool}{at_max}, 1, 'for the first time');
like(Snapshot::metrics($d), qr/^echod_accept_queue_drops_total
    \{listener="127\.0\.0\.1:${\ $d->port}"\}\ [1-9]\d*$/mx,
    'the metrics have the drops');

close $_ for @burst, @served;
ok(Clock::until(sub { Snapshot::of($d)->{workers}{at_max} == 0 }),
    'that is over');
cmp_ok(Snapshot::of($d)->{pool}{at_max_ms}, '>', 0, 'and has a duration');
cmp_ok(listener()->{drops}, '>=', $full->{drops}, 'drops stay counted');
$d->finish;
done_testing;
