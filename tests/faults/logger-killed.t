# SPDX-License-Identifier: ISC
# rows: 90
#
# If this fails, the death of the logger, or a stopped logger, costs more than
# a few lines: workers or the master wait for it, or logging ends.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Load;
use Process;
use Tracer;

Tracer::needs();

my $d    = Echod->start(log => 'info');
my $load = Load->start(port => $d->port, clients => 3, messages => 1,
    size => 100, rate => 200);
my @workers = ($d->workers)[ 0 .. 4 ];
$d->expect_log(qr/: error: logger died pid=\d+/);

for my $round (1 .. 3) {
    my $logger = $d->logger;
    ok($logger, "round $round: there is a logger");
    my $from = $d->mark;
    kill 'KILL', $logger;
    ok(Clock::until(sub { ($d->logger // $logger) != $logger }),
        'and after its death another one');
    ok($d->wait_log(qr/: error: logger died pid=$logger\b/, from => $from),
        'the log says so');
    my $served = $load->connections;
    ok(Clock::until(sub { $load->connections > $served }),
        'clients are served');
    $from = $d->mark;
    ok($d->wait_log(qr/: connection ended /, from => $from),
        'their lines arrive');
}

is_deeply($load->stop->{errors}, [], 'no client noticed anything');

# Held until its queue is full: no process waits for it.
$load = Load->start(port => $d->port, clients => 3, messages => 1,
    size => 100);
my $logger = $d->logger;
my $hold = Tracer->hold($logger);
my $from = $load->connections;
ok(Clock::until(sub { $load->connections > $from + 15_000 }, 60),
    'clients are served while the logger is frozen');
$d->signal('USR1');
is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
    'by the same workers');
is_deeply($load->stop->{errors}, [], 'nor did any now');
$d->expect_log(qr/: warning: log lines lost count=\d+/);
$hold->detach;
ok($d->wait_log(qr/: warning: log lines lost count=\d+/, timeout => 20),
    'afterwards the log says how many lines are missing');
is($d->logger, $logger, 'it is the same logger still');

$d->finish;

# A reload keeps the logger, and a worker from before it does not need another.
$d = Echod->start(config => with_ident('first'), log => 'info');
$logger = $d->logger;
my $client = $d->connect;
is(Client::echo($client, 'x'), 'x', 'a client who stays');
$d->rewrite(with_ident('second'));
like($d->reload, qr/ second\[.*: reload done /, 'a reload');
is($d->logger, $logger, 'the logger is the same');
$d->expect_log(qr/: error: logger died pid=\d+/);
kill 'KILL', $logger;
ok($d->wait_log(qr/ second\[.*: error: logger died pid=$logger\b/),
    'the death of this one is in the log, under the new name');
is(Client::echo($client, 'y', eof => 1), 'y', 'its client is served');
ok($d->wait_log(qr/ second\[\d+\]: connection ended .*in_bytes=2 /),
    'to the line of its end');
close $client;
$d->finish;
done_testing;

sub with_ident {
    my ($ident) = @_;
    return qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { ident = "$ident"; };\n);
}
