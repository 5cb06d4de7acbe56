# SPDX-License-Identifier: ISC
# rows: 35
#
# If this fails, one client address can hold all workers with connections that
# send a byte now and then, and keep everybody else out.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;

use constant { WORKERS => 20, LIMIT => 10, HELD => 40, ROUNDS => 10 };

my $d = Echod->start(log => 'info', options => [
    '-o', 'workers.max=' . WORKERS, '-o', 'timeouts.defer_accept=0',
    '-o', 'access.max_per_source=' . LIMIT ]);
$d->expect_log(qr/: warning: refused reason=max_per_source /);

# One source takes what it can get, and tries again whenever it loses one.
my @held = map { dripping() } 1 .. HELD;
my (%worst, $got);
for my $round (1 .. ROUNDS) {
    # A byte of each; those that were refused come again.
    $got = 0;
    for my $sock (@held) {
        my $lost = !defined syswrite($sock, 'x');
        $lost ||= Client::readable($sock, 0)
            && !sysread $sock, my $back, 100;
        $lost ? $sock = dripping() : $got++;
    }
    for my $from (map { "127.0.0.$_" } 2 .. 4) {
        my $start = Clock::now();
        is(Client::echo_once($d->port, 'hello', local => $from), 'hello',
            "round $round: $from is served");
        my $took = Clock::now() - $start;
        $worst{$from} = $took if $took > ($worst{$from} // 0);
    }
}
for my $from (sort keys %worst) {
    cmp_ok($worst{$from}, '<', Clock::scale(),
        sprintf '%s was always served within a second: %.3f s', $from,
        $worst{$from});
}
is(scalar $d->busy_workers, LIMIT, 'the source has what it may have');
close $_ for @held;
$d->finish;
done_testing;

sub dripping {
    return $d->connect(0, LocalHost => '127.0.0.1') || die "$@\n";
}
