# SPDX-License-Identifier: ISC
#
# If this fails, a forker that hangs, so that nobody can see why it makes no
# workers, keeps the pool from ever growing again.
#
# slow: a forker has fifteen seconds to answer
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Tracer;

# POOL_START_MS in pool.h, which no build stretches.
use constant PATIENCE => 15;

Tracer::needs();

my $d = Echod->start(log => 'notice');
my $forker = $d->forker;
my @workers = $d->workers;
my $fault = Tracer->attach([$forker], 'clone', 'delay_enter=60000000');
my @clients = map { $d->connect } 1 .. 12;
is(join('', map { Client::echo($_, 'x') } @clients[ 0 .. 4 ]), 'xxxxx',
    'five workers serve five of twelve clients');

# It waits for the answer, and for nothing else.
my $from = $d->mark;
$d->signal('USR1');
ok($d->wait_log(qr/: status generation=1 .*starting=/, from => $from),
    'the master answers meanwhile');
$d->expect_log(qr/: error: forker does not answer, killed pid=$forker$/);
ok($d->wait_log(qr/: error: forker does not answer, killed pid=$forker$/,
    timeout => PATIENCE + Clock::SOON), 'it is found out');
is(join('', map { Client::echo($_, 'y') } @clients), 'y' x 12,
    'and all clients have a worker');
is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
    'those that there were have lived on');
# The tracer is told first of the end of those whom it traces.
$fault->detach;
ok(Clock::until(sub { !Process::state($forker) }), 'the old one is gone');
close $_ for @clients;
$d->finish;
done_testing;
