# SPDX-License-Identifier: ISC
#
# EchodBurst: how long it takes until all of many clients that come at once
# have their echo, measured over a few rounds, each with a new echod.  What
# else the machine does makes some rounds longer: there are more of them until
# one was in time.
package EchodBurst;

use strict;
use warnings;

use List::Util qw(max min);
use Test::More;

use Echod;
use EchodLoad;

use constant { ROUNDS => 5, MOST_ROUNDS => 15 };

# Seconds: what a round may take on a machine that stands still for a while.
use constant LIMIT => 15;

# rounds(clients => N, options => [...], best => S): the whole test.
sub rounds {
    my %o = @_;

    Echod::skip_all('so many valgrinds at once would be a test of valgrind')
        if @Echod::WRAPPER;
    my $most = Echod::is_slow() ? ROUNDS : MOST_ROUNDS;
    my @seconds;
    for my $round (1 .. $most) {
        push @seconds, one_round($round, %o);
        last if $round >= ROUNDS && min(@seconds) <= $o{best};
    }
    diag sprintf 'all of %d echoed after %s ms', $o{clients},
        join ', ', map { sprintf '%.0f', $_ * 1000 } @seconds;
  SKIP: {
        skip 'this build is slow by design', 1 if Echod::is_slow();
        cmp_ok(min(@seconds), '<=', $o{best}, 'in time, in the best round');
    }
    cmp_ok(max(@seconds), '<=', LIMIT * Echod::scale(),
        'and in no round for ever');
    done_testing;
}

sub one_round {
    my ($round, %o) = @_;

    my $d = Echod->start(
        options => ['-o', 'log.level=notice', @{ $o{options} }]);
    is(scalar $d->workers, 5, "round $round: five workers");
    my ($seconds, @failed) = EchodLoad->burst(port => $d->port,
        n => $o{clients}, patience => 20 * Echod::scale());
    is_deeply(\@failed, [], "round $round: every client got its echo");
    # So many workers as after this are too many for the usual checks.
    $d->finish(unseen => 1, timeout => 20);
    return $seconds;
}

1;
