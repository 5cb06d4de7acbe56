# SPDX-License-Identifier: ISC
# rows: 36
#
# If this fails, a client that sends nothing keeps its worker for longer than
# timeouts.idle, or a client that sends data is cut off.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

my $idle = 0.5;
my $d = Echod->start(options => [
    '-o', 'workers.max=1', '-o', 'workers.start=1',
    '-o', "timeouts.idle=$idle", '-o', 'timeouts.defer_accept=0',
]);
$d->expect_log(qr/workers at max busy=1/);
my ($worker) = $d->workers;

# Silent from the beginning.  The worker's time begins when it accepts or sends,
# so ours begins before that.
my $start = Clock::now();
my $sock = $d->connect;
check_end($sock, $start, 0);

# Silent after a while, with less than the time-out between two words and more
# than it in total.  On a machine so busy that we are late: once more.
my ($words, $good, $last);
for my $attempt (1 .. 10) {
    ($words, $good, $last) = (0, 0, 0);
    my $late = 0;
    $d->mark;
    $sock = $d->connect;
    while ($words < 4 && !$late) {
        my $word = sprintf 'word %d', ++$words;
        $last = Clock::now();
        $good++ if Client::echo($sock, $word) eq $word;
        Clock::until(sub { Clock::now() >= $last + $idle / 2 }, $idle)
            if $words < 4;
        $late = Clock::now() - $last > $idle * 0.9;
    }
    last unless $late;
    close $sock;
    $d->wait_log(qr/connection ended/);
}
is($good, 4, 'who speaks in time is served');
check_end($sock, $last, 4 * 6);

is(Client::echo_once($d->port, 'next'), 'next',
    'the worker serves the next client');
is_deeply([$d->workers], [$worker], 'it is still the same one');
$d->finish;

# A signal to its worker, as by a reload, does not give it more time.  It comes
# late, so that what would begin anew would end later than LATE.  Once more if
# the machine stood still.
use constant { SIGNAL => 1.2, LATE => 2.6 };
$idle = 1.5;
$d = Echod->start(options => [ '-o', "timeouts.idle=$idle" ]);
my ($back, $problem, $seconds);
for my $attempt (1 .. 5) {
    $sock = $d->connect;
    is(Client::echo($sock, 'x'), 'x', 'a client is served');
    $last = Clock::now();
    Clock::until(sub { Clock::now() >= $last + SIGNAL }, SIGNAL + 1);
    $d->mark;
    $d->signal('HUP');
    $back = Client::receive_all($sock);
    ($problem, $seconds) = ($Client::problem, Clock::now() - $last);
    close $sock;
    $d->wait_log(qr/: reload done /);
    last if $seconds < LATE;
}
is($back, '', 'idle over a reload: it is ended');
is($problem, '', 'idle over a reload: with a FIN');
cmp_ok($seconds, '>=', $idle - 0.1, 'idle over a reload: not too early');
cmp_ok($seconds, '<', LATE, 'idle over a reload: nor too late');
ok($d->wait_log(qr/connection ended .* reason=idle$/),
    'idle over a reload: the log tells why');
$d->finish;
done_testing;

# The silent client is ended in time, and the log tells why.
sub check_end {
    my ($sock, $last, $bytes) = @_;
    is(Client::receive_all($sock), '', "after $bytes bytes: it is ended");
    is($Client::problem, '', 'with a FIN');
    my $seconds = Clock::now() - $last;
    cmp_ok($seconds, '>=', $idle - 0.01, 'not too early');
    Clock::soon($last, 'nor too late', $idle);
    close $sock;
    like($d->wait_log(qr/connection ended .*in_bytes=$bytes /),
        qr/ echod\[$worker\]: .* reason=idle$/, 'the log tells why');
}
