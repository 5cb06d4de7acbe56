# SPDX-License-Identifier: ISC
#
# If this fails, a logger that does not run (SIGSTOP, a debugger) keeps a stop
# from coming to its end.
#
# slow: waits until the master gives its logger up, which is after four seconds
use strict;
use warnings;

use Test::More;

use Echod;

my $d = Echod->start;
is(Echod::echo_once($d->port, 'x'), 'x', 'a client is served');
my $logger = $d->logger;
$d->look;
kill 'STOP', $logger;
ok(Echod::until(sub { (Echod::stat_of($logger))[0] eq 'T' }),
    'the logger is frozen');
my $start = Echod::now();
is($d->stop('TERM', unseen => 1), 0, 'with a frozen logger TERM ends echod');
# It is given 4 s.
Echod::soon($start, 'within bounds', 4);
$d->finish;
done_testing;
