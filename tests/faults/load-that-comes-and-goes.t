# SPDX-License-Identifier: ISC
# rows: 24
#
# If this fails, a load that comes and goes every few seconds has the pool fork
# and end workers all the time, or a constant load does.
#
# slow: has four waves of five seconds
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;

use constant { CLIENTS => 30, WAVES => 4, PERIOD => 5 };

my $d = Echod->start(log => 'debug');

# The workers that have come.
my %known = map { $_ => 1 } $d->workers;
my $born = 0;

sub count_born {
    $known{$_}++ or $born++ for $d->workers;
    return;
}

# Constant load: once it is served, nothing happens any more.
my @held = map { $d->connect } 1 .. CLIENTS;
is(scalar(grep { Client::echo($_, 'x') eq 'x' } @held), CLIENTS,
    'a load that stays');
ok(Clock::until(sub { $d->idle_workers >= 5 }), 'and spare workers');
count_born();
$born = 0;
my $from = $d->mark;
my $end = Clock::now() + PERIOD / 2;
Clock::until(sub { count_born(); return Clock::now() >= $end });
is($born + $d->count_log(qr/: worker left /, from => $from), 0,
    'no worker comes or goes');
close $_ for @held;

# A square wave.
($born, $from) = (0, $d->mark);
my $start = Clock::now();
my $served = 0;
for my $half (1 .. 2 * WAVES) {
    my @wave = map { $half % 2 ? $d->connect : () } 1 .. CLIENTS;
    $served += grep { Client::echo($_, 'x') eq 'x' } @wave;
    $end = $start + $half * PERIOD / 2;
    Clock::until(sub { count_born(); return Clock::now() >= $end }, PERIOD);
}
my $minutes = (Clock::now() - $start) / 60;
is($served, CLIENTS * WAVES, 'each client of the waves is served');
my $left = $d->count_log(qr/: worker left /, from => $from);
my $changes = ($born + $left) / $minutes;
note sprintf '%d born, %d left in %.0f s', $born, $left, 60 * $minutes;
# Who follows at once forks and ends as many as there are clients, each time.
cmp_ok($changes, '<', 4 * CLIENTS,
    'a minute sees less than two waves would have the pool do');
$d->finish(settle => 20);
done_testing;
