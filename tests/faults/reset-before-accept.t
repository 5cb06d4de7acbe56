# SPDX-License-Identifier: ISC
# rows: 30
#
# If this fails, a client that has gone before it was accepted makes a worker
# wait in accept(), where it serves neither the next client nor other
# addresses.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

use constant CLIENTS => 100;

# The last address is one that hardly anybody uses.
my $d = Echod->start(
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; },
        { address = "127.0.0.2"; port = 0; },
        { address = "127.0.0.3"; port = 0; } );
        timeouts = { defer_accept = 0.0; };
        workers = { start = 2; min_spare = 2; max_spare = 20; max = 20; };\n),
    log => 'info');
$d->expect_log(qr/: warning: worker stopped pid=/,
    qr/: warning: workers at max /);

# Frozen workers are replaced, so the master is frozen as well.
my @all = $d->workers;
kill STOP => $d->pid, @all;
Clock::until(sub { !grep { Process::state($_) ne 'T' } $d->pid, @all });
my @good;
for my $l (0 .. 2) {
    for my $n (1 .. ($l == 2 ? 1 : CLIENTS)) {
        my $sock = $d->connect($l);
        syswrite $sock, 'gone' if $n % 2;
        Client::reset($sock);
    }
    push @good, $d->connect($l);
    syswrite $good[-1], 'good';
}
my $start = Clock::now();
kill CONT => @all, $d->pid;
for my $l (0 .. 2) {
    is(Client::receive($good[$l], 4), 'good',
        "address $l: who comes after those is served");
    close $good[$l];
}
Clock::soon($start, 'soon');
is(Client::echo_once($d->port, 'x'), 'x', 'and so is everybody else');
is($d->count_log(qr/reason=error/), 0, 'a reset is no error');
is(scalar(grep { Process::is_alive($_) } @all), 2, 'nobody has died of it');
$d->finish;
done_testing;
