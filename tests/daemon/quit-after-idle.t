# SPDX-License-Identifier: ISC
# rows: 80
#
# If this fails, an immediate stop after an idle time gives the workers no time
# to end normally and kills them, because the deadline is computed from the
# last time the master was active.
#
# slow: is quiet for longer than the five seconds that a worker has to end
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;

my $data = Client::seeded(1, 1000);
my $quiet = 6;

my $d = Echod->start;
my $s = $d->connect;
ok(Client::echo($s, $data) eq $data, 'a client');

# Nothing happens for so long that the master sleeps; there is nothing to wait
# for but the time.
my $end = Clock::now() + $quiet;
Clock::until(sub { Clock::now() >= $end }, $quiet + 1);

$d->signal('QUIT');
is(Client::receive_all($s), '', "QUIT after $quiet seconds ends it");
is($Client::problem, '', 'in order');
close $s;
is($d->wait_end, 0, 'stopped');
is($d->count_log(qr/ killed /), 0, 'nobody had to be killed');
$d->finish;
done_testing;
