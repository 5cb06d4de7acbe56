# SPDX-License-Identifier: ISC
# If this fails, a worker that was taken over spoils every later connection:
# they inherit from the listener no time to send in, and a reset as their end.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Hostile;

my $hostile = Hostile->build;
my $d = $hostile->start(log => 'info');
$d->expect_log(qr/: error: a worker has changed \S+, set again$/);

for my $deed ('spoil-listeners', 'block-listeners') {
    my $from = $d->mark;
    is($hostile->order($d, $deed), 'ok', "$deed: a worker does it");
    # A client has the master look.
    ok(Clock::until(sub {
        Client::echo_once($d->port, 'x');
        return $d->count_log(qr/: error: a worker has changed/, from => $from);
    }), "$deed: the master sees it");
    my $client = $d->connect;
    ok(!Client::readable($client, 0.3), "$deed: a client has its time");
    is(Client::echo($client, 'x', eof => 1), 'x', "$deed: and its echo");
    is($Client::problem, '', "$deed: with a FIN at the end");
    is($d->count_log(qr/: error: /, from => $from), 1, "$deed: one line");
}
$d->finish;
done_testing;
