# SPDX-License-Identifier: ISC
# rows: 41
#
# If this fails, the faults of a bad network reach the stream: bytes are lost,
# doubled or out of order, or a connection ends before its client.
#
# root: has a network of its own, which loses packets
use strict;
use warnings;

use Test::More;

use BadNetwork;
use Client;
use Clock;
use Echod;
use Process;

use constant { CLIENTS => 20, BYTES => 500_000 };

my $link = BadNetwork->new;
my $d = Echod->start(log => 'info', config =>
    sprintf('listen = ( { address = "%s"; port = 0; } );'
        . ' workers = { max_spare = 30; };', BadNetwork::HERE) . "\n");
$link->cross(loss => 0.05, repeat => 0.05, delay => [0.02, 0.18]);

# Each in a process of its own, whose exit status tells how it went.
my @pids = map {
    my $n = $_;
    Process::child(sub {
        my $data = Client::seeded($n, BYTES);
        my $sock = Client::connect(BadNetwork::HERE, $d->port, Timeout => 60)
            or die "client $n: $@\n";
        my $back = Client::echo($sock, $data, eof => 1, timeout => 240);
        die "client $n: $Client::problem\n" if $Client::problem ne '';
        die "client $n: other bytes\n" if $back ne $data;
    });
} 1 .. CLIENTS;
my @status = map { Process::wait($_, 250) // 'none' } @pids;
is_deeply(\@status, [(0) x CLIENTS], 'each client gets every byte, and the end');
my $good = qr/in_bytes=@{[ BYTES ]} out_bytes=@{[ BYTES ]} .* reason=closed$/;
ok($d->wait_log($good, count => CLIENTS), 'as the log says');
$link->cut;
$d->finish(settle => 15);
done_testing;
