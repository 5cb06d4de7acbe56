# SPDX-License-Identifier: ISC
# rows: 72
#
# If this fails, in one of many reloads a client is refused, reset or gets
# wrong bytes while a new generation takes over.
#
# slow: reloads fifty times while all processors are busy
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Load;
use Process;

use constant RELOADS => 50;

my $d = Echod->start(
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; },
        { address = "127.0.0.1"; port = 0; } );\nworkers = { max = 64; };\n),
    log => 'notice',
);
my @ports  = $d->ports;
my $before = Process::listeners($d->pid);
my $load   = Load->start(ports => \@ports, clients => 6);

ok(Clock::until(sub { $load->connections >= 50 }, 10), 'clients come and go');
my @done;
my $busy = 0;
for my $n (1 .. RELOADS) {
    my $connections = $load->connections;
    my $line = $d->reload // 'no answer to HUP';
    push @done, $line if $line !~ /reload done/;
    # Not all of them between two connections.
    $busy++
      if Clock::until(sub { $load->connections > $connections });
}
is_deeply(\@done, [], RELOADS . ' reloads done');
is($busy, RELOADS, 'clients were served around each of them');

my $result = $load->stop;
is_deeply($result->{errors}, [],
    'no connection refused, reset, cut short or changed');
note "$result->{connections} connections, slowest $result->{slowest} s";
is_deeply(Process::listeners($d->pid), $before,
    'the listening sockets are still the same ones');
is($d->count_log(qr/: reload done /), RELOADS, 'each is in the log');
ok(Client::echo_once($_, "after\n") eq "after\n", "port $_ answers")
  for @ports;
$d->finish;
done_testing;
