# SPDX-License-Identifier: ISC
# rows: 111
#
# If this fails, an echod on a machine that has neither processor time nor
# memory to spare ends workers that are only slow, or loses a byte.
#
# soak: keeps all processors and much memory busy for a minute
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Load;
use Process;

use constant { SECONDS => 60, HUNGRY => 16 };

my $d = Echod->start(log => 'notice');
my @workers = $d->workers;
# Each goes through memory of its own, again and again.
my ($free) = Files::slurp('/proc/meminfo') =~ /^MemAvailable:\s+(\d+)/m;
my $bytes = int $free * 1024 / 4 / HUNGRY;
my @hungry = map {
    Process::child(sub {
        my $memory = 'x' x $bytes;
        while (1) {
            substr $memory, $_ * 4096, 1, 'y' for 0 .. length($memory) / 4096 - 1;
        }
    });
} 1 .. HUNGRY;
my $load = Load->start(port => $d->port, clients => 4, rate => 50,
    patience => 60);
ok(!Clock::until(sub { !$d->is_running || !$load->running }, SECONDS),
    'a minute with ' . HUNGRY . ' hungry processes');
like($d->reload(timeout => 60), qr/reload done/, 'it reloads');
my $result = $load->stop;
is_deeply($result->{errors}, [], 'no client lost a byte');
cmp_ok($result->{connections}, '>', 10, 'and many were served');
is($d->count_log(qr/killed|died|not ready/), 0, 'no worker was killed for it');
Process::end($_) for @hungry;
$d->finish(settle => 30);
done_testing;
