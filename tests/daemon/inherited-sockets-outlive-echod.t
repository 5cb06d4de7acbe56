# SPDX-License-Identifier: ISC
#
# If this fails, clients that wait while a service manager restarts echod are
# lost, or its socket is of no use to the next echod; or nobody is told that an
# address which a reload has removed still takes clients.
use strict;
use warnings;

use IO::Socket::IP;
use Socket qw(IPPROTO_TCP SOL_SOCKET SO_ACCEPTCONN TCP_DEFER_ACCEPT);
use Test::More;

use Activation;
use Client;
use Clock;
use Echod;
use Hostile;

use constant SO_BINDTOIFINDEX => 62;

sub config { return "listen = [];\nworkers = { start = 1; min_spare = 1; "
    . "max = 1; };\ntimeouts = { defer_accept = 0.0; };\n" }

sub option {
    my ($sock, $name) = @_;
    return unpack 'i', getsockopt($sock, SOL_SOCKET, $name) // pack 'i', -1;
}

# intact(SOCKET, WHEN): it is as a service manager expects it.
sub intact {
    my ($sock, $when) = @_;
    is(option($sock, SO_ACCEPTCONN), 1, "$when the socket listens");
    is(option($sock, SO_BINDTOIFINDEX), 0, "$when clients find it");
}

# A worker with a client, and five more in the queue: by TERM, and by QUIT.
my $sock = Activation::listener('127.0.0.1');
my $port = $sock->sockport;
for my $signal ('TERM', 'QUIT') {
    my $d = Echod->start(Activation::pass([$sock]), config => config());
    $d->expect_log(qr/workers at max/);
    my $busy = Client::connect('127.0.0.1', $port);
    is(Client::echo($busy, 'x'), 'x', "$signal: one has the worker");
    my @queued = map { Client::connect('127.0.0.1', $port) } 1 .. 5;
    $d->look;
    $d->signal($signal);
    ok($d->wait_log(qr/: stopping /), "$signal: it stops");
    my $late = Client::connect('127.0.0.1', $port);
    ok($late, "$signal: a client can connect still");
    intact($sock, "$signal: while it stops");
    close $busy;
    is($d->wait_end, 0, "$signal: it ends");
    is($d->count_log(qr/unserved/), 0, "$signal: nobody is lost");
    intact($sock, "$signal: afterwards");

    my $next = Echod->start(Activation::pass([$sock]),
        config => config(), options => ['-o', 'workers.max=8']);
    is_deeply([map { Client::echo($_, 'hello', eof => 1) } @queued, $late],
        [('hello') x 6], "$signal: the next one serves those who waited");
    $next->stop;
    # What is left of both are the test's own sockets.
    delete $_->{inodes} for $d, $next;
    $_->finish for $d, $next;
}

# A reload that removes one, and one that brings it back.
my $other = Activation::listener('127.0.0.2');
my @where = ([$sock->sockhost, $port], [$other->sockhost, $other->sockport]);
sub entries {
    return 'listen = ( ' . join(', ',
        map { qq({ address = "$_->[0]"; port = $_->[1]; }) } @_) . " );\n";
}
my $d = Echod->start(Activation::pass([$sock, $other], names => 'a:b'),
    config => entries(@where));
$d->rewrite(entries($where[0]));
like($d->reload, qr/reload done .*listeners=1 /, 'a reload removes one');
$d->expect_log(qr/clients still connect to /);
is($d->count_log(qr/: warning: clients still connect to 127\.0\.0\.2:$where[1][1], which its socket unit keeps open: nobody serves them$/),
    1, 'a warning says that it is still there');
my $waiting = Client::connect(@{ $where[1] });
ok($waiting, 'a client can connect');
syswrite $waiting, 'hello';
is(Client::echo_once($port, 'x'), 'x', 'the one that is left is served');
ok(!Client::readable($waiting, 0.2), 'the one that is removed is not');
intact($other, 'after the reload');
like($d->reload, qr/reload done .*listeners=1 /, 'another reload');
is($d->count_log(qr/clients still connect to /), 1, 'does not warn again');
$d->rewrite(entries(@where));
like($d->reload, qr/reload done .*listeners=2 /, 'a reload brings it back');
is($d->count_log(qr/: listening on 127\.0\.0\.2 port \d+ \(inherited as "b"\)$/),
    2, 'as the log says');
is(Client::receive($waiting, 5), 'hello', 'who has waited is served');
close $waiting;

# A reload that fails after it has taken one leaves it as it is.
$d->rewrite(entries($where[0]));
like($d->reload, qr/reload done .*listeners=1 /, 'a reload removes it again');
my $taken = Activation::listener('127.0.0.3');
$d->rewrite(entries(@where, ['127.0.0.3', $taken->sockport]));
$d->expect_log(qr/reload failed/);
like($d->reload, qr/reload failed.*cannot listen on 127\.0\.0\.3/,
    'a reload that wants it fails');
intact($other, 'after the failure');
$d->rewrite(entries(@where));
like($d->reload, qr/reload done .*listeners=2 /, 'the next one gets it');
is(Client::echo_once($where[1][1], 'x', host => '127.0.0.2'), 'x',
    'and serves it');
close $_ for $sock, $other, $taken;
$d->finish;

done_testing;
