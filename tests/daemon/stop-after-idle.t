# SPDX-License-Identifier: ISC
# rows: 80, 81
#
# If this fails, the deadlines of a stop after an idle time are computed from
# the last time the master was active, so that clients are cut off or killed at
# once.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;

my $data = Client::seeded(1, 1000);

# By TERM the clients have their time, by HUP those of the old workers.  More of
# it where the machine stood still for as long, so that no client could speak.
my %of;
for my $seconds (1, 5, 20) {
    %of = after_quiet_time($seconds);
    last if !grep { !$_->{served} } values %of;
}
for my $signal (sort keys %of) {
    cmp_ok($of{$signal}{served}, '>', 0,
        "$signal after a while: the client is served");
    is($of{$signal}{end}, 'eof', 'until it is cut off, in order');
}
done_testing;

# Both signals, longer after the last event than timeouts.drain is, with a
# client each who talks every now and then until he is cut off.  Returns for
# each signal how often he was served, and how that ended.
sub after_quiet_time {
    my ($drain) = @_;
    my $quiet = $drain + 0.5;
    my %of = map {
        my $d = Echod->start(options => [ '-o', "timeouts.drain=$drain" ]);
        $_ => { d => $d, client => $d->connect, served => 0 };
    } qw(TERM HUP);
    for my $signal (sort keys %of) {
        my ($d, $s) = @{ $of{$signal} }{qw(d client)};
        ok(Client::echo($s, $data) eq $data, "$signal: a client");
        # All that the master does for it is done.
        ok(Clock::until(sub { $d->idle_workers >= 5 }), 'the pool is full');
    }

    # Nothing happens for so long that the master sleeps; there is nothing to
    # wait for but the time.
    my $end = Clock::now() + $quiet;
    Clock::until(sub { Clock::now() >= $end }, $quiet + 1);

    for my $signal (sort keys %of) {
        $of{$signal}{start} = Clock::now();
        $of{$signal}{d}->signal($signal);
    }
    my %talks = %of;
    while (%talks) {
        for my $signal (sort keys %talks) {
            my $c = $talks{$signal};
            my $back = Client::echo($c->{client}, $data);
            $c->{took} = Clock::now() - $c->{start};
            $c->{served}++ if $back eq $data;
            if ($Client::problem) {
                $c->{end} = $back . $Client::problem;
                delete $talks{$signal};
            }
            Client::readable($c->{client}, 0.02);
        }
    }
    for my $signal (sort keys %of) {
        my $c = $of{$signal};
        cmp_ok($c->{took}, '>=', $drain - 0.1,
            "$signal: not before timeouts.drain");
        Clock::soon($c->{start}, "$signal: nor long after", $drain);
        close $c->{client};
    }
    is($of{TERM}{d}->wait_end, 0, 'TERM: stopped');
    ok($of{HUP}{d}->wait_log(qr/: reload done/), 'HUP: reloaded');
    $of{$_}{d}->finish for sort keys %of;
    return %of;
}
