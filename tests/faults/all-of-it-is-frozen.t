# SPDX-License-Identifier: ISC
# rows: 110
#
# If this fails, an echod that stood still for a minute, as in a virtual machine
# that is moved, kills its workers, ends its connections, or forks and ends
# workers again and again when it goes on.
#
# soak: stands still for a minute
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

use constant FROZEN => 60;

my $d = Echod->start(options => ['-o', 'timeouts.defer_accept=0',
    '-o', 'timeouts.idle=300']);
my @clients = map { $d->connect } 1 .. 3;
is(Client::echo($_, 'before'), 'before', 'a client is served') for @clients;
# With the spare ones for those clients.
ok(Clock::until(sub { $d->idle_workers >= 5 }), 'the pool is as it should be');
my @workers = $d->workers;
my $cpu = Process::cpu($d->pid);

# The master last, and first to go on: its children did not stop, for it.
my @all = ($d->workers, grep({ defined } $d->forker, $d->logger), $d->pid);
$d->expect_log(qr/: warning: worker stopped pid=/, qr/logger was stopped/,
    qr/: error: logger died /, qr/: (?:warning|error): forker /);
kill STOP => $d->pid;
kill STOP => @all;
syswrite $_, 'meanwhile' for @clients;
my $waiting = $d->connect;
ok(!Clock::until(sub { grep { Client::readable($_, 0) } @clients }, FROZEN),
    'nobody is served for a minute');
kill CONT => reverse @all;

my $start = Clock::now();
is(Client::receive($_, 9), 'meanwhile', 'a client goes on') for @clients;
is(Client::echo($waiting, 'x', eof => 1), 'x', 'and one that waited is served');
Clock::soon($start, 'at once');
is(scalar(grep { Process::is_alive($_) } @workers), scalar @workers,
    'no worker was killed');
cmp_ok(Process::cpu($d->pid) - $cpu, '<', 0.5, 'the master does not spin');
is($d->count_log(qr/did not end, killed|died pid/), 0, 'and ended nobody');
like($d->reload, qr/reload done/, 'it reloads');
is(Client::echo($_, 'bye', eof => 1), 'bye', 'a client ends') for @clients;
$d->finish(settle => 20);
done_testing;
