# SPDX-License-Identifier: ISC
# rows: 61, 74
#
# If this fails, a reload that fails because one of its addresses is in use
# resets clients that another new listener has received instead of the
# wildcard.
use strict;
use warnings;

use IO::Socket::IP;
use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Tracer;

Tracer::needs();

my $other = IO::Socket::IP->new(LocalHost => '127.0.0.2', LocalPort => 0,
    Listen => 1) or die "listen: $@";
my $d = Echod->start(config =>
    qq(listen = ( { address = "0.0.0.0"; port = 0; } );\n));
my $port = $d->port;
my $taken = $other->sockport;
$d->rewrite(<<"CONFIG");
listen = ( { address = "127.0.0.1"; port = $port; },
           { address = "127.0.0.2"; port = $taken; } );
CONFIG

# There is time between the two: the first one takes two calls.  More of it
# where the machine stood still for as long.
my $fault;
for my $seconds (1.5, 6, 20) {
    $d->mark;
    $fault = Tracer->attach([$d->pid], 'bind',
        'delay_enter=' . $seconds * 1e6 * Clock::scale() . ':when=3');
    $d->signal('HUP');
    my $listens;
    Clock::until(sub {
        $listens = Process::listeners($d->pid)->{"127.0.0.1:$port"};
        return $listens || $d->count_log(qr/: error: reload failed/);
    });
    last if $listens && !$d->count_log(qr/: error: reload failed/);
    $fault->detach;
}
is($d->count_log(qr/: error: reload failed/), 0, 'the first address listens');
my $client = Client::connect('127.0.0.1', $port);
syswrite $client, 'hello';
ok($d->wait_log(qr/: error: reload failed.*127\.0\.0\.2.*in use/),
    'the second one is in use');
is(Client::echo($client, ' again', eof => 1), 'hello again',
    'whom the first has taken is served');
is($Client::problem, '', 'to the end');
$fault->detach;
$d->expect_log(qr/: error: reload failed/);
$d->finish;
done_testing;
