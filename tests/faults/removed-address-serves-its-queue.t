# SPDX-License-Identifier: ISC
# rows: 74
#
# If this fails, clients that had connected to an address before it was removed
# are reset, because closing the last descriptor of a listener discards its
# queue.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

use constant CLIENTS => 10;

my $both = qq(listen = ( { address = "127.0.0.1"; port = 0; },
    { address = "127.0.0.2"; port = 0; } );\n);
my $one = qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);

my $d    = Echod->start(config => $both, log => 'info');
my $port = $d->port_of('127.0.0.2');

my @workers = $d->workers;
is(scalar @workers, 5, 'five workers');
$d->expect_log(qr/: warning: worker stopped pid=/);
kill 'STOP', @workers;
ok(Clock::until(
    sub { !grep { (Process::state($_) // '') ne 'T' } @workers }),
    'all are frozen');

# No worker accepts them, and their data waits with them.
my @clients;
for my $n (1 .. CLIENTS) {
    my $s = Client::connect('127.0.0.2', $port) or last;
    syswrite $s, "client $n\n";
    push @clients, $s;
}
is(scalar @clients, CLIENTS, 'ten clients wait in the queue');

$d->rewrite($one);
like($d->reload, qr/reload done .*listeners=1/, 'their address is removed');
kill 'CONT', @workers;

my @served;
for my $n (1 .. CLIENTS) {
    my $s    = $clients[ $n - 1 ];
    my $data = "client $n\n";
    my $back = Client::receive($s, length $data);
    shutdown $s, 1;
    my $rest = Client::receive_all($s);
    push @served, $n
      if $back eq $data && $rest eq '' && $Client::problem eq '';
}
is_deeply(\@served, [ 1 .. CLIENTS ], 'all ten are served to their end');
ok(Clock::until(sub { !Client::connect('127.0.0.2', $port) }),
    'the address refuses now');
ok(Clock::until(
    sub { !grep { Process::is_alive($_) } @workers }),
    'the old workers have left');
is(Client::echo_once($d->port_of('127.0.0.1'), 'x'), 'x', 'the other answers');
$d->finish;
done_testing;
