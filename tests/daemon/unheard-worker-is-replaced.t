# SPDX-License-Identifier: ISC
#
# If this fails, a worker that dies before it can tell the master its birth
# leaves a gap in the pool, and the clients for which it was requested wait.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Tracer;

Tracer::needs();

my $d = Echod->start(log => 'notice');
my $forker = $d->forker;
my @clients = map { $d->connect } 1 .. 4;
is(join('', map { Client::echo($_, 'x') } @clients), 'xxxx', 'clients');
ok(Clock::until(sub { $d->idle_workers >= 5 }), 'and idle workers beside them');

# From here on each new worker dies in its first call.
my $fault = Tracer->attach([$forker], 'sendto', 'signal=KILL', '-f');
$d->expect_log(qr/: error: forker does not answer, killed pid=$forker$/);
my @more = map { $d->connect } 1 .. 12;
ok($d->wait_log(qr/: error: forker does not answer, killed pid=$forker$/),
    'that is noticed, though nobody says who they were');
$fault->detach;
is(join('', map { Client::echo($_, 'y') } @more), 'y' x 12,
    'and all clients have workers');
is(join('', map { Client::echo($_, 'z') } @clients), 'zzzz',
    'those of before still have theirs');
close $_ for @clients, @more;
ok($d->forker != $forker, 'there is another forker');
$d->finish;
done_testing;
