# SPDX-License-Identifier: ISC
#
# If this fails, ps does not show an operator which process is the master, the
# logger, the forker or a worker.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Http;
use Machine;
use Shim;

Machine::needs('ps');

# ps_names(PID, ...): how many of these processes have which name, as ps says.
sub ps_names {
    my @pids = @_;
    my %count;
    $count{$_}++ for map { /^(\S+)$/ ? $1 : () }
        split /\n/, qx(ps -o comm= -p @{[join ',', @pids]});
    return \%count;
}

# A loader can be looked at while its name service hangs.
my $shim = Shim->build;
my $http = Http::has();
my $d = Echod->start(env => $shim->env, options => [$http ? Http::OPTIONS : ()],
    config => qq(listen = ( { address = "localhost"; port = 0; } );\n));
is_deeply ps_names($d->{pid}, $d->children),
    { 'echod:master' => 1, 'echod:logger' => 1, 'echod:forker' => 1,
        'echod:worker' => 5, $http ? ('echod:reporter' => 1) : () },
    'all of them are told apart';

my $client = $d->connect;
is Client::echo($client, 'x'), 'x', 'a worker serves';
is_deeply ps_names($d->busy_workers), { 'echod:worker' => 1 },
    'and has the same name while it does';
close $client;

$shim->on('hold-getaddrinfo');
my $from = $d->mark;
$d->signal('HUP');
ok Clock::until(sub { $shim->entered('getaddrinfo') }), 'a reload loads';
is_deeply ps_names($shim->entered('getaddrinfo')), { 'echod:loader' => 1 },
    'the loader is told from them';
$shim->off('hold-getaddrinfo');
ok $d->wait_log(qr/: reload done/, from => $from), 'and goes';

$d->finish;
done_testing;
