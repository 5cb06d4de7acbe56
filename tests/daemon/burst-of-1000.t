# SPDX-License-Identifier: ISC
#
# If this fails, the pool does not grow with its clients: of 1,000 that come at
# once on five workers that may become 2,000, some wait for seconds.
#
# run-test: alone
use strict;
use warnings;

use Test::More;

use Echod;
use EchodLoad;

use constant {
    CLIENTS => 1000,
    TIGHT   => 1.00,	# seconds, in the best round: a machine can be busy
    LAX     => 4,	# seconds, in each round
    ROUNDS  => 5,
};

Echod::skip_all('so many valgrinds at once would be a test of valgrind')
  if @Echod::WRAPPER;

my @seconds;
for my $round (1 .. ROUNDS) {
    my $d = Echod->start(options => [ '-o', 'workers.max=2000', '-o', 'log.level=notice' ]);
    is(scalar $d->workers, 5, "round $round: five workers");
    my ($seconds, @failed) = EchodLoad->burst(port => $d->port,
        n => CLIENTS, patience => 20 * Echod::scale());
    is_deeply(\@failed, [], "round $round: every client got its echo");
    push @seconds, $seconds;
    # So many workers as after this are too many for the usual checks.
    $d->finish(unseen => 1, timeout => 20);
}
diag sprintf 'all of %d echoed after %s ms', CLIENTS,
  join ', ', map { sprintf '%.0f', $_ * 1000 } @seconds;

my ($best, $worst) = (sort { $a <=> $b } @seconds)[ 0, -1 ];
SKIP: {
    skip 'this build is slow by design', 1 if Echod::is_slow();
    cmp_ok($best, '<=', TIGHT, 'in time, in the best round');
}
cmp_ok($worst, '<=', LAX * Echod::scale(), 'in each round at least soon');
done_testing;
