# SPDX-License-Identifier: ISC
# rows: 76
#
# If this fails, a reload that cannot fork, at any point, costs the workers that
# serve, leaves some of the new ones, or is the last one that works.
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

my $d = Echod->start(log => 'notice');
my $listeners = Process::listeners($d->pid);
my $descriptors = keys %{ Process::descriptors($d->pid) };
# Never the newest, which a shrinking pool retires.
my @workers = $d->workers;
my $load = Load->start(port => $d->port, clients => 1, rate => 100);
$d->expect_log(qr/: error: reload failed, nothing has changed: cannot fork/,
    qr/: warning: cannot fork a worker/);

# The first and the second of the master are the loader and the forker; and the
# third and the fourth of the forker are workers.
for my $n (1 .. 4) {
    my $fault = Tracer->attach([$d->pid], 'clone,clone3',
        "error=EAGAIN:when=$n", '-f');
    like($d->reload, qr/: reload failed, nothing has changed: .*cannot fork/,
        "no process no. $n: the reload fails, and says why");
    $fault->detach;
    is(scalar(grep { Process::is_alive($_) } @workers), 5,
        'the workers are the same');
    is_deeply(Process::listeners($d->pid), $listeners, 'and the listeners');
    is(Client::echo_once($d->port, 'x'), 'x', 'it serves');
}
ok(Clock::until(sub { $d->idle_workers <= 10 }), 'no new worker is left');
like($d->reload, qr/reload done/, 'with processes the reload is done');
my $result = $load->stop;
is_deeply($result->{errors}, [], 'no client noticed anything');
ok(Clock::until(sub {
    keys %{ Process::descriptors($d->pid) } == $descriptors;
}), 'the master has as many descriptors as before');
$d->finish;
done_testing;
