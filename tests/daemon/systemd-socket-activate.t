# SPDX-License-Identifier: ISC
#
# If this fails, echod does not serve the sockets that a real systemd passes to
# it.
use strict;
use warnings;

use File::Spec;
use Test::More;

use Client;
use Clock;
use Echod;
use Listener;
use Machine;
use Process;

Machine::needs('systemd-socket-activate');

# Two of the three addresses are in the file, and one more that is not passed.
# Their ports have to be known before: those of listeners that were there.
my @passed = map {
    my $l = Listener->new(address => $_);
    $l->target;
} '127.0.0.1', '127.0.0.2', '127.0.0.3';
my @listed = map { /^(.*):(\d+)$/ ? [$1, $2] : () } @passed[0, 1];
my $config = 'listen = ( ' . join(', ',
    map { qq({ address = "$_->[0]"; port = $_->[1]; }) } @listed,
    ['127.0.0.4', 0]) . " );\n";

# It waits for a client before it executes echod, and gives it few variables.
my $d = Echod->start(wait => 0, config => $config, log => 'notice',
    prefix => ['systemd-socket-activate', '-E', 'ECHOD_TEST_TAG',
        '--fdname=a:b:c', map { ('-l', $_) } @passed]);
my ($host, $port) = $passed[2] =~ /^(.*):(\d+)$/;
my $client;
ok(Clock::until(sub { $client = Client::connect($host, $port) }, Clock::START),
    'a client connects before echod is there');
is(Client::echo($client, 'first'), 'first', 'and is served');
$d->{wait} = 1;
$d->wait_ready;
for my $i (0 .. 2) {
    my ($address, $p) = $passed[$i] =~ /^(.*):(\d+)$/;
    my $name = ('a', 'b', 'c')[$i];
    my $note = $i < 2 ? '' : ', not in `listen`';
    is($d->count_log(
        qr/: listening on \Q$address\E port $p \(inherited as "$name"$note\)$/), 1,
        "address $i is used");
    is(Client::echo_once($p, $i, host => $address), $i, 'and served');
}
is($d->count_log(qr/: listening on 127\.0\.0\.4 port \d+$/), 1,
    'the other one is opened');
is(scalar(keys %{ Process::listeners($d->pid) }), 4, 'there are no more');
close $client;
$d->finish;

# A shell between them changes the pid.
$d = Echod->start(wait => 0, log => 'notice',
    prefix => ['systemd-socket-activate', '-E', 'ECHOD_TEST_TAG',
        '-l', $passed[0], 'sh', '-c', '"$@"; exit $?', 'sh']);
ok(Clock::until(sub {
    $client = Client::connect(@{ $listed[0] })
}, Clock::START), 'a client connects');
$d->{wait} = 1;
$d->wait_ready;
is($d->count_log(
    qr/: descriptors were passed to another process, and are not used listen_pid=\d+$/),
    1, 'below a shell they are not used, and the log says so');
is($d->count_log(qr/inherited/), 0, 'and not served');
$d->stop;
# The shell has them still.
close $client;
delete $d->{inodes};
$d->finish;

done_testing;
