# SPDX-License-Identifier: ISC
# rows: 24
#
# If this fails, a load that comes and goes makes the pool swing: it forks and
# ends far more workers than there are clients, or does so at a steady load.
#
# soak: a load comes and goes for half a minute
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;

use constant { CLIENTS => 30, PERIODS => 3, HALF => 2.5 };

my $d = Echod->start(log => 'debug',
    options => ['-o', 'timeouts.defer_accept=0']);

# moves(): how many workers have been made and have left so far.
sub moves {
    my $left = $d->count_log(qr/: worker left pid=/);
    return 2 * $left + $d->workers;
}

my $before = moves();
for my $period (1 .. PERIODS) {
    my @clients = map { $d->connect } 1 .. CLIENTS;
    is(scalar(grep { defined $_ && Client::echo($_, 'x') eq 'x' } @clients),
        CLIENTS, "period $period: all are served");
    # Their worker stays with them, and nobody else comes or goes.
    ok(Clock::until(sub { $d->idle_workers >= 5 }), 'with some spare workers');
    my $steady = moves();
    ok(!Clock::until(sub { abs(moves() - $steady) > CLIENTS / 2 }, HALF),
        'a steady load makes no more');
    close $_ for @clients;
    Clock::until(sub { !$d->busy_workers });
    ok(!Clock::until(sub { $d->idle_workers < 5 }, HALF),
        'and the end of it leaves what is wanted');
}
my $moved = moves() - $before;
cmp_ok($moved, '<', 4 * CLIENTS * PERIODS,
    "workers made and ended: $moved in " . PERIODS . ' periods of ' . CLIENTS);
$d->finish(settle => 20);
done_testing;
