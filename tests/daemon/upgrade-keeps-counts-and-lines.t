# SPDX-License-Identifier: ISC
#
# If this fails, counters begin anew with each upgrade, so that a dashboard shows a
# restart that did not happen; or lines of the old echod are lost when it hands over.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Upgrade;

my $d = Echod->start(options => [Upgrade::SOON], log => 'info');

# totals: connections, and bytes in and out, as the status report says of all and of
# the only listener.
sub totals {
    $d->mark;
    $d->signal('USR1');
    my (undef, @sum) = $d->wait_log(
        qr/: status connections=(\d+) .*?in_bytes=(\d+) out_bytes=(\d+) /);
    my (undef, @of_listener) = $d->wait_log(
        qr/: status listener=.* connections=(\d+) in_bytes=(\d+) out_bytes=(\d+) /);
    is_deeply(\@of_listener, \@sum, 'all of them came by this listener');
    return [@sum];
}

Client::echo_once($d->port, 'x' x 100) for 1 .. 3;
$d->wait_log(qr/: connection ended/, count => 3, from => 0);
my $stays = $d->connect;
is(Client::echo($stays, 'y' x 50), 'y' x 50, 'a client stays');
# Its worker counts what it has sent after it has sent it.
ok(Clock::until(sub { totals()->[2] == 350 }), 'what it got is counted');
is_deeply(totals(), [4, 350, 350], 'four connections, 350 bytes');

my $first = $d->pid;
like(Upgrade::outcome($d, Upgrade::begin($d)), qr/upgrade done/, 'upgraded');
is_deeply(totals(), [4, 350, 350], 'the new master goes on from there');
is(Client::echo_once($d->port, 'z' x 10), 'z' x 10, 'it serves');
$d->wait_log(qr/: connection ended .* in_bytes=10 /, from => 0);
is_deeply(totals(), [5, 360, 360], 'and counts');

# What the old one has still served comes when it leaves.
is(Client::echo($stays, 'y' x 7, eof => 1), 'y' x 7, 'the old one served on');
is(Upgrade::left($d), 0, 'and has left');
is_deeply(totals(), [5, 367, 367], 'that is counted, too');
ok($d->wait_log(
    qr/^\S+ echod\[\d+\]: connection ended .* in_bytes=57 .* reason=closed$/,
    from => 0), 'the last line of its worker has arrived');
is($d->count_log(qr/ echod\[$first\]: stopped status=0$/, from => 0), 1,
    'and its own last one');

# And once more.
like(Upgrade::run($d), qr/upgrade done/, 'upgraded once more');
is_deeply(totals(), [5, 367, 367], 'the sums of both');
$d->finish;
done_testing;
