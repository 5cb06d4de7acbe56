# SPDX-License-Identifier: ISC
# rows: 23
#
# If this fails, a client that connects at the moment when an idle worker is
# told to leave, as the pool shrinks, is not served or waits for the next one.
#
# slow: has a thousand workers leave
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Shim;

use constant ROUNDS => 1000;

# A race as it comes: each round tells the oldest worker to leave and connects
# at once.
my $rounds = Clock::is_slow() ? ROUNDS / 5 : ROUNDS;
my $d = Echod->start(log => 'notice');
my ($lost, $slowest) = (0, 0);
my @pids = $d->workers;
for my $n (1 .. $rounds) {
    Clock::until(sub { @pids = $d->idle_workers }) if !@pids;
    kill TERM => shift @pids;
    my $start = Clock::now();
    my $back = Client::echo_once($d->port, "round $n") // '';
    last if $back ne "round $n" && ++$lost >= 3;
    my $took = Clock::now() - $start;
    $slowest = $took if $took > $slowest;
}
is($lost, 0, "$rounds rounds: each client is served");
cmp_ok($slowest, '<', Clock::SOON * Clock::scale(), 'soon');
note sprintf 'slowest %.3f s', $slowest;
is($d->count_log(qr/: worker died/), 0, 'each worker leaves in order');
$d->finish;

# The same moment, made long: it is awake for a client when it is told.
my $shim = Shim->build;
$d = Echod->start(env => $shim->env, log => 'notice');
for my $n (1 .. 20) {
    $shim->on('hold-accept4');
    my $sock = $d->connect;
    syswrite $sock, 'x';
    my $pid;
    ok(Clock::until(sub {
        my %mine = map { $_ => 1 } $d->workers;
        ($pid) = grep { $mine{$_} } $shim->entered('accept4');
        return $pid;
    }), "$n: a worker is about to accept");
    kill TERM => $pid;
    $shim->off('hold-accept4');
    is(Client::receive($sock, 1), 'x', "$n: its client is served");
    close $sock;
    ok(Clock::until(sub { !Process::is_alive($pid) }), "$n: and it leaves");
}
$d->finish;
done_testing;
