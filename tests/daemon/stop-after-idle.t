# SPDX-License-Identifier: ISC
#
# If this fails, a stop that comes after a quiet time is not the stop that was
# asked for: its deadlines count from the last time that the master had
# something to do, so that clients are cut off or killed at once.
use strict;
use warnings;

use Test::More;

use Echod;

# Seconds.
my $drain = 1;
my $quiet = $drain + 0.5;

my $data = Echod::seeded(1, 1000);

# By TERM the clients have their time, by HUP those of the old workers.
my %of = map {
    my $d = Echod->start(options => [ '-o', "timeouts.drain=$drain" ]);
    $_ => { d => $d, client => $d->connect };
} qw(TERM HUP);
for my $signal (sort keys %of) {
    my ($d, $s) = @{ $of{$signal} }{qw(d client)};
    ok(Echod::echo($s, $data) eq $data, "$signal: a client");
    # All that the master does for it is done.
    ok(Echod::until(sub { $d->idle_workers >= 5 }), 'the pool is full');
}

# Nothing happens for so long that the master sleeps; there is nothing to wait
# for but the time.
my $end = Echod::now() + $quiet;
Echod::until(sub { Echod::now() >= $end }, $quiet + 1);

for my $signal (sort keys %of) {
    $of{$signal}{start} = Echod::now();
    $of{$signal}{d}->signal($signal);
}
# They talk every now and then, until they are cut off.
my %talks = %of;
while (%talks) {
    for my $signal (sort keys %talks) {
        my $c = $talks{$signal};
        my $back = Echod::echo($c->{client}, $data);
        $c->{took} = Echod::now() - $c->{start};
        $c->{served}++ if $back eq $data;
        if ($Echod::problem) {
            $c->{end} = $back . $Echod::problem;
            delete $talks{$signal};
        }
        Echod::readable($c->{client}, 0.02);
    }
}
for my $signal (sort keys %of) {
    my ($d, $c) = ($of{$signal}{d}, $of{$signal});
    cmp_ok($c->{served} // 0, '>', 0,
        "$signal after a while: the client is served");
    is($c->{end}, 'eof', 'until it is cut off, in order');
    cmp_ok($c->{took}, '>=', $drain - 0.1, 'not before timeouts.drain');
    Echod::soon($c->{start}, 'nor long after', $drain);
    close $c->{client};
}
is($of{TERM}{d}->wait_end, 0, 'TERM: stopped');
ok($of{HUP}{d}->wait_log(qr/: reload done/), 'HUP: reloaded');
$of{$_}{d}->finish for sort keys %of;
done_testing;
