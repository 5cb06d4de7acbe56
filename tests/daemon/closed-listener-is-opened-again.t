# SPDX-License-Identifier: ISC
# If this fails, a worker that was taken over ends the service for everybody, as
# all have the same listeners; or the workers die of it, one after the other.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Hostile;

my $hostile = Hostile->build;

# An address whose port the kernel chooses, and one with a port of its own.
my $probe = IO::Socket::IP->new(LocalHost => '127.0.0.1', Listen => 1);
my $port = $probe->sockport;
close $probe;

for my $deed ('shut-listeners', 'disconnect-listeners') {
    my $d = $hostile->start(config =>
        qq(listen = ( { address = "127.0.0.1"; port = 0; },
            { address = "127.0.0.1"; port = $port; } );\n));
    my @workers = $d->workers;
    $d->expect_log(qr/: error: a worker has closed \S+, opened again$/);
    for my $round (1 .. 2) {
        my $from = $d->mark;
        is($hostile->order($d, $deed), 'ok', "$deed: a worker does it");
        for my $p ($d->ports) {
            ok($d->wait_log(qr/: error: a worker has closed \S+:$p, /,
                from => $from), "$deed: the log says so");
            is(Client::echo_once($p, 'x'), 'x', "$deed: port $p serves");
        }
        is($d->count_log(qr/: error: /, from => $from), 2,
            "$deed: one line a listener");
    }
    like($d->reload, qr/: reload done /, "$deed: a reload is done");
    is(Client::echo_once($_, 'x'), 'x', "$deed: port $_ serves") for $d->ports;
    $d->finish;
}

# A port that somebody else has taken meanwhile is not forgotten.
my $d = $hostile->start;
my $other;
$d->expect_log(qr/: error: a worker has closed /);
kill STOP => $d->pid;
is($hostile->order($d, 'shut-listeners'), 'ok', 'the master does not look');
ok(Clock::until(sub {
    return $other = IO::Socket::IP->new(LocalHost => '127.0.0.1',
        LocalPort => $d->port, Listen => 1);
}), 'another process has the port');
kill CONT => $d->pid;
ok($d->wait_log(qr/: error: a worker has closed \S+, which cannot be opened /),
    'the log says so');
close $other;
ok($d->wait_log(qr/: error: a worker has closed \S+, opened again$/),
    'it is tried again');
is($d->count_log(qr/which cannot be opened/, from => 0), 1, 'which is said once');
is(Client::echo_once($d->port, 'x'), 'x', 'it serves');
$d->finish;
done_testing;
