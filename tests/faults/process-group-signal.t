# SPDX-License-Identifier: ISC
# rows: 53
#
# If this fails, Ctrl-C in a terminal, or a supervisor that signals the whole
# process group, starts two stops, makes the master replace workers during the
# stop, or cuts off clients that could finish.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

my @group = ('perl', '-e',
    'setpgrp(0, 0) or die; exec { $ARGV[0] } @ARGV or die');

# Stop gracefully: the client may finish.
my $d = Echod->start(prefix => \@group);
my $sock = $d->connect;
is(Client::echo($sock, 'hello'), 'hello', 'TERM: a client');
$d->look;
kill TERM => -$d->pid;
ok($d->wait_log(qr/: stopping gracefully/), 'the group stops');
is(Client::echo($sock, 'still here', eof => 1), 'still here',
    'the client finishes');
is($d->wait_end, 0, 'the exit status is 0');
is($d->count_log(qr/: stopping/), 1, 'one stop');
$d->finish;

# Ctrl-C: at once, but in order.
for my $signal (qw(INT QUIT)) {
    my $e = Echod->start(prefix => \@group);
    my $sock = $e->connect;
    is(Client::echo($sock, 'hello'), 'hello', "$signal: a client");
    $e->look;
    my $start = Clock::now();
    kill $signal => -$e->pid;
    is(Client::receive_all($sock) . $Client::problem, '', 'gets a FIN');
    close $sock;
    is($e->wait_end, 0, 'the exit status is 0');
    Clock::soon($start, 'at once');
    is($e->count_log(qr/: stopping/), 1, 'one stop');
    is($e->count_log(qr/reason=drained/), 1, 'one connection');
    $e->finish;
}

# HUP to all of them: one reload.
my $h = Echod->start(prefix => \@group);
my @workers = $h->workers;
kill HUP => -$h->pid;
ok($h->wait_log(qr/: reload done generation=2 /), 'HUP: a reload');
$h->signal('USR1');
ok($h->wait_log(qr/: status generation=2 /), 'and only one');
is($h->count_log(qr/: reload generation=/), 1, 'says the log as well');
$h->finish;
done_testing;
