# SPDX-License-Identifier: ISC
# rows: 85, 90
#
# If this fails, a logger that does not run (SIGSTOP, a debugger) keeps a stop
# from completing.
#
# slow: waits until the master gives its logger up, which is after four seconds
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

my $d = Echod->start;
is(Client::echo_once($d->port, 'x'), 'x', 'a client is served');
my $logger = $d->logger;
$d->look;
kill 'STOP', $logger;
ok(Clock::until(sub { Process::state($logger) eq 'T' }),
    'the logger is frozen');
my $start = Clock::now();
is($d->stop('TERM', unseen => 1), 0, 'with a frozen logger TERM ends echod');
# It is given 4 s.
Clock::soon($start, 'within bounds', 4);
$d->finish;
done_testing;
