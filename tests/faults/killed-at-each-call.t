# SPDX-License-Identifier: ISC
# rows: 15
#
# If this fails, a worker that dies at an unlucky moment holds something that
# others wait for: a lock, a place in the pool, or a count that nobody corrects.
#
# slow: kills workers at each of their system calls
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Tracer;

Tracer::needs();

# With a client of each kind: one that half-closes, and one that is ended by
# the time-out.
my $d = Echod->start(log => 'debug',
    options => [ '-o', 'timeouts.idle=0.2', '-o', 'access.max_per_source=4',
        map { ('-o', "workers.$_=2") }
        qw(start min_spare max_spare max) ]);
$d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL/,
    qr/: warning: workers at max /);

# What a worker does from one client to the next, in the order of its calls.
my $trace = Tracer->attach([$d->workers]);
is(Client::echo_once($d->port, 'x'), 'x', 'a client that ends');
my $silent = $d->connect;
is(Client::echo($silent, 'x'), 'x', 'and one that does not');
is(Client::receive_all($silent), '', 'and is ended');
close $silent;
ok($d->wait_log(qr/: connection ended .* reason=idle$/), 'the log tells');
my (@calls, %seen);
for ($trace->calls) {
    push @calls, $1 if /^(?:\d+ +)?(\w+)\(/ && !$seen{$1}++;
}
$trace->detach;
cmp_ok(scalar @calls, '>=', 6, 'the calls of a worker: ' . join ' ', @calls);

# Each of them, the first, second and third time: killed there.
for my $call (@calls) {
    for my $nth (1 .. 3) {
        my @workers = $d->workers;
        my $fault = Tracer->attach([@workers], $call,
            "signal=KILL:when=$nth");
        my @clients = map { $d->connect } 1 .. 2;
        syswrite $_, 'x' for @clients;
        Client::receive_all($_, timeout => 5) for @clients;
        close $_ for @clients;
        $fault->detach;
        my $start = Clock::now();
        my @good = map { Client::echo_once($d->port, "after $_") // '' } 1 .. 4;
        is("@good", 'after 1 after 2 after 3 after 4',
            "$call, $nth: the others go on");
        ok(Clock::until(sub { $d->idle_workers == 2 }),
            "$call, $nth: and the pool is as before");
    }
}
cmp_ok($d->count_log(qr/: worker died/), '>=', @calls / 2, 'workers died');
$d->signal('USR1');
ok($d->wait_log(qr/: status generation=1 .*workers=2 .*idle=2 busy=0 /),
    'the books are right');
$d->finish;
done_testing;
