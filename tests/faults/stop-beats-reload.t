# SPDX-License-Identifier: ISC
# rows: 52
#
# If this fails, a stop during a reload, or a reload during a stop, completes
# neither: systemd kills the server with its clients after a minute and a half.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Shim;

my $shim = Shim->build;

# TERM while the loader waits for a name service.
{
    my $d = Echod->start(env => $shim->env);
    my $loader = $shim->hold_loader($d);
    ok($loader, 'the loader hangs');
    my $start = Clock::now();
    is($d->stop('TERM', unseen => 1), 0, 'TERM stops all the same');
    Clock::soon($start, 'at once');
    ok(!Process::is_alive($loader), 'and takes the loader with it');
    is($d->count_log(qr/: reload (?:done|failed)/), 0,
        'nobody says anything more of the reload');
    $shim->off('hold-getaddrinfo');
    $d->finish;
}

# TERM while the forker or a new worker gets ready, with a client of the old
# ones.
for my $call ('prctl', 'pdeathsig') {
    my $d      = Echod->start(env => $shim->env);
    my $client = $d->connect;
    is(Client::echo($client, 'x'), 'x', 'a client');
    $shim->on("hold-$call");
    $d->signal('HUP');
    ok(Clock::until(sub { $shim->entered($call) > 0 }),
        "a new process is not ready before $call");
    $d->signal('TERM');
    ok($d->wait_log(qr/: stopping gracefully/), 'TERM is obeyed');
    $shim->off("hold-$call");
    is(Client::echo($client, 'x'), 'x', 'the client goes on');
    shutdown $client, 1;
    is(Client::receive_all($client), '', 'to its end');
    is($d->wait_end, 0, 'which is the end of echod');
    is($d->count_log(qr/: reload (?:done|failed)/), 0,
        'nobody says anything more of the reload');
    $d->finish;
}

# HUP and TERM in one moment, in both orders.
for my $order ([ 'HUP', 'TERM' ], [ 'TERM', 'HUP' ]) {
    my $d = Echod->start;
    $d->signal($_) for @$order;
    is($d->wait_end, 0, "@$order: stopped");
    $d->finish(unseen => 1);
}

# The master learns of both at once.
for my $stop ('TERM', 'QUIT') {
    my $d = Echod->start;
    $d->look;
    Process::freeze($d->pid);
    $d->signal($_) for 'HUP', $stop, 'CONT';
    is($d->wait_end, 0, "HUP with $stop: stopped");
    is($d->count_log(qr/: reload refused: stopping/), 1, 'HUP is refused');
    $d->finish;
}

# HUP while clients are being waited for, then a second TERM; likewise INT.
for my $second ('TERM', 'INT') {
    my $d      = Echod->start;
    my $client = $d->connect;
    is(Client::echo($client, 'x'), 'x', 'a client');
    $d->signal('TERM');
    ok($d->wait_log(qr/: stopping gracefully/), 'TERM waits for it');
    my $line = $d->reload;
    like($line, qr/: reload refused: stopping/, 'HUP is refused');
    is(Client::echo($client, 'x'), 'x', 'the client is served');
    my $start = Clock::now();
    $d->signal($second);
    is(Client::receive_all($client), '', "$second ends its connection");
    is($Client::problem, '', 'with a FIN');
    close $client;
    is($d->wait_end, 0, 'and echod');
    Clock::soon($start, 'at once');
    ok($d->wait_log(qr/: stopping now/), 'the log says so');
    $d->finish;
}
done_testing;
