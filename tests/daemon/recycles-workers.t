# SPDX-License-Identifier: ISC
#
# If this fails, workers.max_connections has no effect, or replacing a worker
# loses a client.
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Load;
use Process;

use constant {
    EACH  => 20,
    TOTAL => 1000,
};

my $d = Echod->start(options => [ '-o', "workers.max_connections=@{[ EACH ]}" ],
    log => 'info');
my @first = $d->workers;

# One after another: the numbers are exact.
my $load = Load->start(port => $d->port, clients => 1,
    connections => TOTAL, size => 100);
my $result = $load->wait;
is_deeply($result->{errors}, [], 'no client noticed anything');
is($result->{connections}, TOTAL, 'all were served');

ok($d->wait_log(qr/: connection ended /, count => TOTAL),
    'each connection has its line');
my %served;
/ echod\[(\d+)\]: connection ended / and $served{$1}++ for $d->log_lines;
my ($most) = sort { $b <=> $a } values %served;
cmp_ok($most, '<=', EACH, 'no worker served more than it should');
cmp_ok(scalar keys %served, '>=', TOTAL / EACH, 'many workers took part');
my @left = grep { !$served{$_} || $served{$_} < EACH * 0.9 - 1 }
  grep { !Process::is_alive($_) } keys %served;
is_deeply(\@left, [], 'none left before it had served nearly as many');
ok(Clock::until(sub {
    !grep { Process::is_alive($_) && ($served{$_} // 0) >= EACH } @first;
}),
    'those that have, have left');

# Several at a time.
$load = Load->start(port => $d->port, clients => 8, connections => 200);
$result = $load->wait;
is_deeply($result->{errors}, [], 'nor did clients that came together');
is($result->{connections}, 1600, 'all were served');
$d->finish;
done_testing;
