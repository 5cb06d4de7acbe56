# SPDX-License-Identifier: ISC
#
# If this fails, a stop that comes after a quiet time is not the stop that was
# asked for: its deadlines count from the last time that the master had
# something to do, so that clients are cut off or killed at once.
use strict;
use warnings;

use Test::More;

use Echod;

# Nothing happens for so long that the master sleeps; there is nothing to wait
# for but the time.
sub quiet {
    my ($seconds) = @_;
    my $end = Echod::now() + $seconds;
    Echod::until(sub { Echod::now() >= $end }, $seconds + 1);
    return;
}

my $data = Echod::seeded(1, 1000);

# Seconds; also what we have from the signal to the next word of the client.
my $drain = 4;

# TERM, longer after the last event than timeouts.drain.
{
    my $d = Echod->start(options => [ '-o', "timeouts.drain=$drain" ]);
    my $s = $d->connect;
    ok(Echod::echo($s, $data) eq $data, 'a client');
    quiet($drain + 1);
    my $start = Echod::now();
    $d->signal('TERM');
    ok($d->wait_log(qr/: stopping gracefully/), 'TERM after a while');
    ok(Echod::echo($s, $data) eq $data, 'the client is served');
    is(Echod::receive_all($s), '', 'until it is cut off');
    is($Echod::problem, '', 'in order');
    my $took = Echod::now() - $start;
    cmp_ok($took, '>=', $drain - 0.1, 'not before timeouts.drain');
    Echod::soon($start, 'nor long after', $drain);
    close $s;
    is($d->wait_end, 0, 'stopped');
    $d->finish;
}

# QUIT, longer after it than a worker is given to end its connection.
{
    my $d = Echod->start;
    my $s = $d->connect;
    ok(Echod::echo($s, $data) eq $data, 'a client');
    quiet(6);
    $d->signal('QUIT');
    is(Echod::receive_all($s), '', 'QUIT after six seconds ends it');
    is($Echod::problem, '', 'in order');
    close $s;
    is($d->wait_end, 0, 'stopped');
    is($d->count_log(qr/ killed /), 0, 'nobody had to be killed');
    $d->finish;
}

# HUP: the clients of the old workers have their time as well.
{
    my $d = Echod->start(options => [ '-o', "timeouts.drain=$drain" ]);
    my $s = $d->connect;
    ok(Echod::echo($s, $data) eq $data, 'a client');
    quiet($drain + 1);
    my $start = Echod::now();
    like($d->reload, qr/: reload done/, 'HUP after a while');
    ok(Echod::echo($s, $data) eq $data, 'the client is served');
    is(Echod::receive_all($s), '', 'until it is cut off');
    is($Echod::problem, '', 'in order');
    my $took = Echod::now() - $start;
    cmp_ok($took, '>=', $drain - 0.1, 'not before timeouts.drain');
    Echod::soon($start, 'nor long after', $drain);
    close $s;
    $d->finish;
}
done_testing;
