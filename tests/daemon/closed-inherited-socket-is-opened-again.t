# SPDX-License-Identifier: ISC
#
# If this fails, a worker that was taken over ends the service of a socket that
# a service manager has passed; or echod binds that socket to something else.
use strict;
use warnings;

use Socket qw(SOL_SOCKET SO_ACCEPTCONN);
use Test::More;

use Activation;
use Client;
use Clock;
use Hostile;

my $hostile = Hostile->build;

# The kernel has chosen its port, and takes it back when it is closed.
my $sock = Activation::listener('127.0.0.1', backlog => 17);
my $port = $sock->sockport;
my $d = $hostile->start(Activation::pass([$sock]), config => "listen = [];\n");
$d->expect_log(qr/: error: a worker has (?:closed|changed) \S+, /);
is($d->count_log(qr/: backlog of \S+ is 17, not 4096: see Backlog= of its socket unit$/),
    1, 'its queue is what its unit has said');
for my $deed ('shut-listeners', 'disconnect-listeners') {
    my $from = $d->mark;
    is($hostile->order($d, $deed), 'ok', "$deed: a worker does it");
    ok($d->wait_log(qr/: error: a worker has closed \S+:$port, opened again$/,
        from => $from), "$deed: it is opened again");
    is(Client::echo_once($port, 'x'), 'x', "$deed: and serves");
    ok(unpack('i', getsockopt $sock, SOL_SOCKET, SO_ACCEPTCONN),
        "$deed: and is the same socket");
}
my $from = $d->mark;
is($hostile->order($d, 'block-listeners'), 'ok', 'a worker makes it blocking');
ok(Clock::until(sub {
    Client::echo_once($port, 'x');
    return $d->count_log(qr/: error: a worker has changed/, from => $from);
}), 'which is set right again');
close $sock;
$d->finish;

done_testing;
