# SPDX-License-Identifier: ISC
# rows: 108
#
# If this fails, a clock that is set, by an operator or a time server, ends
# connections, kills workers, or makes the master wait for a year.
#
# slow: waits for time-outs, one after the other
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;
use Shim;

my $shim = Shim->build;
my $d = Echod->start(env => $shim->env, options => [
    '-o', 'timeouts.idle=1', '-o', 'timeouts.defer_accept=0',
    '-o', 'timeouts.lifetime=300']);
my @workers = $d->workers;
$d->expect_log(qr/: warning: worker died pid=/);

for my $jump (qw(clock-ahead clock-back)) {
    my $sock = $d->connect;
    is(Client::echo($sock, 'before'), 'before', "$jump: a client");
    my ($busy) = $d->busy_workers;
    my $cpu = Process::cpu($d->pid);
    $shim->on($jump);

    is(Client::echo($sock, 'after'), 'after', 'goes on after it');
    is(Client::echo_once($d->port, 'x'), 'x', 'and others are served');
    my ($idle) = $d->idle_workers;
    my $start = Clock::now();
    kill KILL => $idle;
    ok(Clock::until(sub { $d->idle_workers >= 5 }), 'a worker is replaced');
    Clock::soon($start, 'at once');
    like($d->reload, qr/reload done/, 'a reload is done');
    Clock::soon($start, 'at once');
    is(Client::receive_all($sock), '', 'the client is idle, and is told so');
    cmp_ok(Clock::now() - $start, '>=', 0.2, 'not before its time');
    Clock::soon($start, 'nor long after it', 1);
    like($d->wait_log(qr/reason=idle/) // '', $jump eq 'clock-ahead'
        ? qr/^2027-|^2028-|^20[3-9]\d-/ : qr/^20\d\d-/, 'the log has the time');
    cmp_ok(Process::cpu($d->pid) - $cpu, '<', 0.5, 'the master does not spin');
    $shim->off($jump);
    ok(Clock::until(sub { !Process::is_alive($busy) }), 'and nobody is left');
}
$d->finish;

# A deadline that runs when the clock jumps, that of a stop.
for my $jump (qw(clock-ahead clock-back)) {
    my $e = Echod->start(env => $shim->env, options => [
        '-o', 'timeouts.drain=1', '-o', 'timeouts.defer_accept=0']);
    my $sock = $e->connect;
    is(Client::echo($sock, 'x'), 'x', "$jump in a stop: a client");
    $e->look;
    my $start = Clock::now();
    $e->signal('TERM');
    $e->wait_log(qr/: stopping/);
    $shim->on($jump);
    is(Client::receive_all($sock), '', 'it is cut off');
    cmp_ok(Clock::now() - $start, '>=', 0.5, 'not before its time');
    Clock::soon($start, 'nor long after it', 1);
    is($e->wait_end, 0, 'echod ends');
    $e->finish;
    $shim->off($jump);
}

# A machine that has been running for ninety years, or has just started.
SKIP: {
    for my $seconds (2_800_000_000, 0) {
        my @prefix = ('unshare', '-T', '--monotonic', $seconds,
            '--boottime', $seconds, '--fork', '--kill-child');
        skip 'no clock of our own here', 1 if $> != 0
            || system("@prefix true >/dev/null 2>&1") != 0;
        my $e = Echod->start(prefix => \@prefix,
            options => ['-o', 'timeouts.idle=0.3',
                '-o', 'timeouts.defer_accept=0']);
        my $sock = $e->connect;
        is(Client::echo($sock, 'x'), 'x', "after $seconds s: it serves");
        my $start = Clock::now();
        is(Client::receive_all($sock), '', 'and ends what is idle');
        Clock::soon($start, 'in time', 0.3);
        like($e->reload, qr/reload done/, 'and reloads');
        $e->signal('TERM');
        is($e->wait_end, 0, 'and ends');
    }
}
done_testing;
