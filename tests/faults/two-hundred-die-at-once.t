# SPDX-License-Identifier: ISC
# rows: 21
#
# If this fails, children that die in the same instant are forgotten, because
# their signals become one: zombies stay, or the pool remains too small.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Machine;

plan skip_all => 'so many valgrinds at once would be a test of valgrind'
    if @Machine::WRAPPER;

use constant WORKERS => 200;

my $d = Echod->start(options => [map { ('-o', "workers.$_=" . WORKERS) }
    qw(start min_spare max_spare max)]);
my $death = qr/: warning: worker died pid=\d+ signal=SIGKILL core=no(?: left_out=\d+)?$/;
$d->expect_log($death,
    qr/: warning: workers die before they serve a client, next try in/);
my @all = $d->workers;
is(scalar @all, WORKERS, 'two hundred workers');
my %dead = map { $_ => 1 } @all;

my $start = Clock::now();
kill KILL => @all;
my @clients = map { $d->connect } 1 .. 20;
is(scalar(grep { defined } @clients), 20, 'all are killed: nobody is refused');
ok(Clock::until(sub { !grep { $dead{$_} } $d->children }),
    'each is reaped');
Clock::soon($start, 'soon');
is(scalar(grep { Client::echo($_, 'x', eof => 1) eq 'x' } @clients), 20,
    'who came in between is served');
is($d->wait_told($death, 'worker-died', WORKERS), WORKERS,
    'and in the log once, or counted there');
ok(Clock::until(sub { $d->idle_workers == WORKERS }, 20),
    'there are two hundred again');
$d->finish(timeout => 20);
done_testing;
