# SPDX-License-Identifier: ISC
#
# If this fails, a worker that refuses many clients in a row does not react to
# a signal until no client waits: after a reload it goes on refusing by the old
# access list.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Shim;

use constant CLIENTS => 100;

my $shim = Shim->build;

for my $signal ('TERM', 'QUIT') {
    my $d = Echod->start(
        env     => $shim->env,
        log     => 'debug',
        options => [
            '-o', 'workers.start=1', '-o', 'workers.min_spare=1',
            '-o', 'workers.max_spare=1', '-o', 'workers.max=1',
            '-o', 'timeouts.defer_accept=0',
            '-o', 'access.deny=127.0.0.0/8',
        ],
    );
    $d->expect_log(qr/: warning: workers at max /);
    my ($worker) = $d->workers;

    # It is about to take the first; when it goes on, all the others wait.
    $shim->on('hold-accept4');
    my @clients = map { $d->connect } 1 .. CLIENTS;
    is(scalar(grep { defined } @clients), CLIENTS,
        "$signal: clients that are to be refused");
    ok(Clock::until(sub { scalar grep { $_ == $worker }
        $shim->entered('accept4') }), 'their worker is about to take one');
    kill $signal, $worker;
    $shim->off('hold-accept4');
    ok(Clock::until(sub { !Process::is_alive($worker) }), 'it leaves');

    # Another worker takes its place; then all lines of the first are there.
    ok($d->wait_log(qr/: connection from /, count => CLIENTS),
        'all have their turn');
    # The one that it was about to take, and one more before it leaves.
    cmp_ok($d->count_log(qr/ echod\[$worker\]: connection from /), '<=', 2,
        'few of them by the one that was to leave');
    my @back = map { Client::receive_all($_) } @clients;
    is(join('', @back), '', 'all are refused');
    close $_ for @clients;
    $d->finish;
}
done_testing;
