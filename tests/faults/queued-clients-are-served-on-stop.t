# SPDX-License-Identifier: ISC
# rows: 83
#
# If this fails, clients whose connection had been established before TERM are
# reset, because they were still in the accept queue.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;

my $d = Echod->start(options => [
    '-o', 'workers.max=4', '-o', 'workers.start=4',
    '-o', 'timeouts.defer_accept=0',
]);
$d->expect_log(qr/workers at max/, qr/worker stopped/);
$d->look;

# Stopped workers accept no client, so all of these wait in the queue.
my @workers = $d->workers;
kill STOP => @workers;
Clock::until(sub {
    !grep { Process::state($_) ne 'T' } @workers;
});
my $clients = 8;
my @sock = map { $d->connect } 1 .. $clients;
syswrite $_, 'hello' for @sock;

$d->signal('TERM');
ok($d->wait_log(qr/: stopping gracefully/), 'TERM');
kill CONT => @workers;
# The master waits a second for them, and then reports the waiting clients.
$d->expect_log(qr/stopping with connections unserved/);

my $served = 0;
for my $sock (@sock) {
    my $back = Client::receive($sock, 5);
    $served++ if $back eq 'hello';
    shutdown $sock, 1;
    Client::receive_all($sock);
    close $sock;
}
is($served, $clients, 'all that waited are served');
is($d->wait_end, 0, 'the exit status is 0');
is($d->count_log(qr/reason=closed$/), $clients, 'the log has them all');

# More than there can be workers for: counted, in one line.
my $e = Echod->start(options => [
    '-o', 'workers.max=1', '-o', 'workers.start=1',
    '-o', 'timeouts.defer_accept=0', '-o', 'timeouts.drain=30',
]);
$e->expect_log(qr/workers at max/, qr/stopping with connections unserved/);
my $busy = $e->connect;
is(Client::echo($busy, 'hello'), 'hello', 'one client, the only worker');
my @waiting = map { $e->connect } 1 .. 10;
syswrite $_, 'hello' for @waiting;
$e->look;
$e->signal('TERM');
my ($line, $count) = $e->wait_log(qr/connections unserved count=(\d+)$/);
ok($line, 'above capacity: they are counted');
my $answered = 0;
for my $sock (@waiting) {
    $answered++ if Client::receive($sock, 5) eq 'hello';
    close $sock;
}
# A worker that comes after the count is served all the same.
like(($count // 0) + $answered, qr/^1[01]$/,
    'each is either served or counted');
is(Client::echo($busy, 'still here'), 'still here',
    'and the one that was served may finish');
close $busy;
is($e->wait_end, 0, 'the exit status is 0');
is($e->count_log(qr/unserved/), 1, 'it is said once');

$_->finish for $d, $e;
done_testing;
