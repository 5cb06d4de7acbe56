# SPDX-License-Identifier: ISC
# rows: 40
#
# If this fails, a client whose network has gone, so that not even a reset
# comes, keeps its worker for longer than the time-outs allow.
#
# root: has a network of its own, which is cut
use strict;
use warnings;

use Test::More;

use BadNetwork;
use Client;
use Clock;
use Echod;

use constant { IDLE => 3, SEND => 1 };

my $link = BadNetwork->new;
my $d = Echod->start(log => 'info', config =>
    sprintf('listen = ( { address = "%s"; port = 0; } );'
        . ' timeouts = { idle = %d.0; send = %d.0; };', BadNetwork::HERE, IDLE,
        SEND) . "\n");
$link->cross;

# One that says nothing more, and one whose echo is on the way.
my @clients = map { Client::connect(BadNetwork::HERE, $d->port) } 1 .. 2;
is(Client::echo($_, 'hello'), 'hello', 'a client') for @clients;
my $deaf = $clients[1];
$deaf->blocking(0);
my ($sent, $more) = (0, 0);
my $data = Client::seeded(1, 1 << 20);
Clock::until(sub {
    $more = 0;
    while (my $n = syswrite $deaf, $data) { $more += $n }
    $sent += $more;
    return $sent > 1 << 20 && $more == 0;
}, 5);
is($d->busy_workers, 2, 'both are served');
$link->cut;
my $start = Clock::now();
# A second more to send what is left, two to linger.
ok($d->wait_log(qr/: connection ended .* reason=send-timeout$/),
    'the link is cut: one is ended because it takes nothing');
Clock::soon($start, 'after timeouts.send', 2 * SEND + 4);
ok($d->wait_log(qr/: connection ended .* reason=idle$/),
    'and one because it says nothing');
Clock::soon($start, 'after timeouts.idle', IDLE + 2);
ok(Clock::until(sub { !$d->busy_workers }), 'both workers are free');
$d->finish(settle => 15);
done_testing;
