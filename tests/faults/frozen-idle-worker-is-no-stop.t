# SPDX-License-Identifier: ISC
# rows: 9
#
# If this fails, one stopped worker (SIGSTOP) without a client keeps a graceful
# stop from ending when timeouts.drain is 0.
#
# slow: waits until the master kills it, which is after ten seconds
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;

my $d = Echod->start(options => [ '-o', 'timeouts.drain=0' ]);
$d->expect_log(qr/: warning: worker stopped pid=/,
    qr/: warning: worker did not end, killed pid=/);
my ($frozen) = $d->idle_workers;
kill STOP => $frozen;
ok($d->wait_log(qr/worker stopped pid=$frozen$/), 'a worker is frozen');

# Five seconds to leave, five more to end, then it is killed.
my $start = Clock::now();
is($d->stop('TERM', timeout => 25), 0, 'TERM ends echod');
Clock::soon($start, 'in time', 10);
is($d->count_log(qr/worker did not end, killed pid=$frozen$/), 1,
    'and the frozen one is killed');
$d->finish;
done_testing;
