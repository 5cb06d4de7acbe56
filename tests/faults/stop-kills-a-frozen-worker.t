# SPDX-License-Identifier: ISC
# rows: 9, 82
#
# If this fails, a worker that does not run (SIGSTOP, a debugger) keeps a stop
# from completing.
#
# slow: waits until the master kills it, which is after five seconds and more
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;

my @expected = (qr/: worker stopped pid=\d+$/, qr/: workers at max/);

# A stop with a client whose worker is frozen: the others may finish, it is
# killed five seconds after its time is over.  That time is also what the good
# client of TERM has to finish in.
my %stop = (TERM => 4, QUIT => 0);
my (%of, %frozen, %good, %end);
for my $signal (sort keys %stop) {
    my $e = $of{$signal} = Echod->start(
        options => ['-o', "timeouts.drain=$stop{$signal}"]);
    $e->expect_log(@expected, qr/: worker did not end, killed pid=/);
    my $bad = $e->connect;
    is(Client::echo($bad, 'hello'), 'hello', "$signal: a client");
    my ($worker) = $e->busy_workers;
    my $good = $e->connect;
    is(Client::echo($good, 'hello'), 'hello', 'another one');
    $e->look;
    Process::freeze($worker);
    ok($e->wait_log(qr/: worker stopped pid=$worker$/), 'its worker freezes');
    $frozen{$signal} = [$bad, $worker];
    $good{$signal} = $good;
}
my $start = Clock::now();
$of{$_}->signal($_) for keys %stop;
is(Client::echo($good{TERM}, 'bye', eof => 1), 'bye',
    'TERM: the good client finishes');
is(Client::receive_all($good{QUIT}) . $Client::problem, '',
    'QUIT: the good client gets a FIN');
for my $signal (sort { $stop{$a} <=> $stop{$b} } keys %stop) {
    my $e = $of{$signal};
    is($e->wait_end(20), 0, "$signal: the exit status is 0");
    Clock::soon($start, 'in time', $stop{$signal} + 5);
    ok($e->wait_log(
        qr/: warning: worker did not end, killed pid=$frozen{$signal}[1]$/),
        'the frozen one is killed');
    $e->finish;
}
done_testing;
