# SPDX-License-Identifier: ISC
# If this fails, a worker that was taken over stops the service by what it
# shares with the others: it makes their descriptors blocking, or fills the pipe
# that wakes the master.  Then clients, signals and the end of the master are
# not heard any more.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Hostile;
use Process;

my $hostile = Hostile->build;

# One that recycles its workers, and has few of them.
sub start {
    return $hostile->start(log => 'info', options => [
        map { ('-o', "workers.$_") } qw(start=2 min_spare=2 max_spare=20
            max_connections=10) ]);
}

# serves(ECHOD, TEXT): each of 20 clients at a time has a worker.
sub serves {
    my ($d, $text) = @_;
    my @clients = map { $d->connect } 1 .. 20;
    my $start = Clock::now();
    syswrite $_, 'x' for @clients;
    is(scalar(grep { Client::receive($_, 1) eq 'x' } @clients), 20,
        "$text: the pool grows for 20 clients");
    Clock::soon($start, "$text: at once");
    close $_ for @clients;
    return;
}

for my $deed ('fill-wake', 'block-all') {
    # A stop, a report, a reload.
    my $d = start();
    is($hostile->order($d, $deed), 'ok', "$deed: a worker does it");
    serves($d, $deed);
    is(scalar(grep { (Client::echo_once($d->port, 'x') // '') eq 'x' }
        1 .. 25), 25, "$deed: while workers are recycled");
    $d->signal('USR1');
    ok($d->wait_log(qr/: status generation=1 /), "$deed: USR1 is heard");
    is($hostile->order($d, $deed), 'ok', "$deed: once more");
    like($d->reload, qr/: reload done /, "$deed: a reload is done");
    $d->expect_log(qr/: error: a worker has changed \S+, set again$/);
    is($hostile->order($d, $deed), 'ok', "$deed: and again");
    $d->look;
    my $start = Clock::now();
    $d->stop('TERM', unseen => 1);
    Clock::soon($start, "$deed: a stop is soon done");
    $d->finish;
    next if $deed ne 'block-all';

    # A stop at once, and the end of the master.
    my @d = map { start() } 1 .. 2;
    is($hostile->order($_, $deed), 'ok', "$deed: another echod") for @d;
    $_->expect_log(qr/: error: a worker has changed /) for @d;
    $start = Clock::now();
    $d[0]->finish(signal => 'QUIT');
    kill KILL => $d[1]->pid;
    ok(Clock::until(sub { !$d[1]->left_over }),
        "$deed: workers leave when their master is killed");
    Clock::soon($start, "$deed: both are soon done");
}
done_testing;
