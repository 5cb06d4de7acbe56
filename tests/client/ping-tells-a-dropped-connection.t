# SPDX-License-Identifier: ISC
# If this fails, ping does not report that its connection was dropped between
# two probes, which users who ping at long intervals want to know.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocPing;
use Peer;

# seldom(HOW, ARGUMENTS): two probes far apart, and between them the server
# drops the connection.
sub seldom {
    my ($how, @args) = @_;
    my $peer = Peer->new;
    my $client = EchocPing::start(args => ['-i', '0.7', '-W', 60, '-c', 2,
        @args, $peer->target], timeout => 20);
    my $c = $peer->accept;
    $c->take(56);
    $c->give(56);
    # It has come before the connection goes.
    EchocPing::seen($client, qr/seq=1 |"seq":1,|^1,reply/m)
        unless grep { $_ eq '-q' } @args;
    $c->$how if $how;
    $peer->serve(sub { !$client->is_running }, 20, $c);
    return EchocPing::end($client);
}

# A line when it happens, and one for the new connection.
my $time = qr/\d+(?:\.\d+)? (?:us|ms|s)/;
my @if = ('--fail-if', 'disconnects>0');
my $true = qr/^echoc: \S+ port \d+: --fail-if: disconnects = 1 > 0\n/m;
my $r = seldom('close');
is($r->{status}, 0, 'closed: that is no loss');
like($r->{lines}[1],
    qr/^from 127\.0\.0\.1: connection closed by the server after $time idle$/,
    '... but a line');
like($r->{lines}[2], qr/^from 127\.0\.0\.1: connected again in \d+\.\d{3} ms$/,
    '... and another for the next connection');
is(join(' ', map { $_->[0] } EchocPing::replies($r)), '1 2',
    '... and no probe is lost');
is("@{ $r->{summary}{more} }", '1 disconnects, 1 reconnects, 0 failed',
    '... and it is counted');
$r = seldom('reset', '-D');
like($r->{lines}[1],
    qr/^\[\S+\] from 127\.0\.0\.1: connection reset after $time idle$/,
    'reset: its line, with the date');

# The time of silence ends with the probe that was answered by a reset.
my $peer = Peer->new;
my $client = EchocPing::start(args => ['-j', '-i', '0.7', '-W', 60, '-c', 2,
    $peer->target], timeout => 20);
my $c = $peer->accept;
$c->take(56);
$c->give(56);
$c->take(2 * 56);
$c->reset;
$peer->serve(sub { !$client->is_running }, 20);
$r = $client->wait;
my @records = EchocPing::records($r->{stdout});
my ($drop) = EchocPing::typed('disconnect', @records);
is($drop->{reason}, 'reset', '-j: a record with the reason');
is($drop->{waiting}, 1, '... and how many probes went with it');
cmp_ok($drop->{idle_us}, '>', 0.4e6, '... and how long it was silent');
cmp_ok($drop->{idle_us}, '<', $drop->{age_us}, '... but not all the time');
like($drop->{time}, qr/^\d{4}-\d\d-\d\dT[\d:.]+Z\z/, '... and when that was');
my ($sum) = EchocPing::typed('summary', @records);
is($sum->{disconnects}, 1, '... and the summary counts it');

# The handshake of the new connection is told, and part of no round trip.
$r = seldom('close', '-j', @if);
is($r->{status}, 1, '-j: --fail-if');
like($r->{stderr}, $true, '... says why');
@records = EchocPing::records($r->{stdout});
my ($made) = EchocPing::typed('connect', @records);
is($made->{address}, '127.0.0.1', '-j: a record of the new connection');
cmp_ok($made->{connect_time_us}, '>', 0, '... with the time of its handshake');
is(join(' ', map { $_->{type} } @records),
    'start reply disconnect connect reply summary', '... in this order');

($sum) = EchocPing::typed('summary', @records);
is(join(' ', map { "$_->{fail_if}: " . ($_->{failed} ? 1 : 0) }
        @{ $sum->{thresholds} }), 'disconnects>0: 1',
    '... and so does the summary');

# Where there are no such lines.
$r = seldom('close', '--format', 'csv', @if);
is($r->{status}, 1, 'CSV: --fail-if');
like($r->{stderr}, $true, '... says why');
like($r->{stderr}, qr/^1 disconnects, .*\nfailed: disconnects = 1 > 0$/m,
    '... and the summary has it');
$r = seldom('', @if);
is($r->{status}, 0, 'a connection that stays is none') or diag($r->{stdout});
is("@{ $r->{summary}{more} }", '', '... and needs no line');

# The other conditions of ping.
for (
    ['max>1ns', 1, qr/max = .* > 1 ns/],
    ['p50>1h', 1, qr/p50>1h cannot be told: too few samples/],
    ['max>1h', 0], ['errors>0', 0], ['error_rate>0%', 0],
    ['rate<1', 2, qr/rate<1: /],
    ['connect.p50>1s', 2, qr/--reconnect/],
    ['max>5', 2, qr/5ms, or 5s/],
) {
    my ($condition, $status, $why) = @$_;
    my $server = Peer->new;
    my $pinged = EchocPing::start(args => ['-c', 1, '--fail-if', $condition,
        $server->target]);
    $server->serve(sub { !$pinged->is_running });
    $r = $pinged->wait;
    is($r->{status}, $status, "$condition: status $status")
        or diag($r->{stderr});
    like($r->{stderr}, $why, "$condition: it says why") if $why;
}
done_testing;
