# SPDX-License-Identifier: ISC
# If this fails, a restart of the server ends ping, or what was lost meanwhile
# is not counted, not explained or counted twice.
use strict;
use warnings;

use Test::More;
use Echod;
use Echoc;
use EchocPeer;
use EchocPing;
use EchocServer;

# An address that nobody else listens on while the server is away.
my $address = '127.77.0.1';

# The server goes away and comes back, seen by people and by a program.  So many
# probes that it is back before the end.
my $count = 70;
for my $form ([], ['-j']) {
    my $server = EchocServer->start(address => $address);
    my $port = $server->port;
    my $client = EchocPing::start(args => ['-i', '0.1', '-c', $count, @$form,
        $server->target], timeout => 30);
    my ($reply, $loss) = @$form
        ? ('"type":\s*"reply"', '"type":\s*"loss"')
        : ('bytes from', 'connection refused');
    ok(EchocPing::seen($client, qr/(?:$reply.*){3}/s), "@$form: it answers");
    $server->stop;
    ok(EchocPing::seen($client, qr/(?:$loss.*){3}/s), '... it is away');
    $server = EchocServer->start(address => $address, port => $port);
    ok(EchocPing::seen($client, qr/(?:$loss.*){3}(?:$reply.*){3}/s),
        '... it is back');
    my $r = EchocPing::end($client);
    is($r->{status}, 0, '... and that is a success');
    is($server->connections, 1, '... with one connection more');
    if (@$form) {
        my @records = EchocPing::records($r->{stdout});
        my ($sum) = EchocPing::typed('summary', @records);
        my @replies = EchocPing::typed('reply', @records);
        my @losses = EchocPing::typed('loss', @records);
        is($sum->{sent}, $count, 'all were sent');
        is($sum->{received}, @replies, 'each reply is told and counted');
        is($sum->{lost}, @losses, 'and each loss');
        is($sum->{sent}, $sum->{received} + $sum->{lost}, 'they balance');
        is($sum->{reconnects}, 1, 'one reconnect');
        # A busy machine may send two probes on their way to one refusal.
        cmp_ok($sum->{failed_connections}, '<=',
            scalar(grep { $_->{reason} eq 'refused' } @losses),
            'no failed connection without a refusal');
        cmp_ok($sum->{failed_connections}, '>=', 1, 'and some are');
        my %seen = map { $_->{seq} => 1 } @replies, @losses;
        is(join(' ', sort { $a <=> $b } keys %seen), join(' ', 1 .. $count),
            'no probe is without its record');
        is($sum->{error}, undef, 'there is no error');
        next;
    }
    my @replies = EchocPing::replies($r);
    my @losses = EchocPing::losses($r);
    my $sum = $r->{summary};
    is($sum->{sent}, $count, 'all were sent');
    is($sum->{received}, @replies, 'each reply has its line and is counted');
    is($sum->{sent}, $sum->{received} + @losses, 'and each loss its line');
    is(join(' ', sort { $a <=> $b } map { $_->[0] } @replies, @losses),
        join(' ', 1 .. $count), 'no probe is without one');
    is($sum->{loss}, 0 + sprintf('%.4g', 100 * @losses / $count),
        'the loss is what these are');
    is(scalar(grep { $_->[1] ne 'connection refused'
                && $_->[1] !~ /^connection (?:reset|ended early)$/ } @losses),
        0, 'each has its reason') or diag($r->{stdout});
    like("@{ $sum->{more} }", qr/^1 reconnects?, [1-9]\d* failed$/,
        'the connections are counted');
}

# What was under way is lost with the connection, and the next one starts anew.
for (
    [reset => 'connection reset'],
    [close => 'connection ended early'],
) {
    my ($how, $words) = @$_;
    my $peer = EchocPeer->new;
    my $client = EchocPing::start(args => ['-i', 0.1 * Echod::scale(), '-c',
        50, '-W', 60, $peer->target], timeout => 30);
    my $c = $peer->accept;
    $c->take(3 * 56);
    $c->give(56 + 20);
    # A part of an echo is none, and is not mixed up with what comes next.
    EchocPing::seen($client, qr/seq=1 /);
    $c->$how;
    ok(EchocPing::seen($client, qr/seq=3 connection /), "$how: they are lost");
    $peer->serve(sub { !$client->is_running });
    my $r = EchocPing::end($client);
    is($r->{status}, 0, '... and it goes on');
    my @losses = map { "$_->[0] $_->[1]" } EchocPing::losses($r);
    is_deeply([@losses[0, 1]], ["2 $words", "3 $words"],
        '... all for that reason') or diag($r->{stdout});
    my @replies = map { $_->[0] } EchocPing::replies($r);
    is($replies[0], 1, '... but not the one before');
    is($replies[-1], 50, '... and the last one is answered');
    is(@replies + @losses, 50, '... and each has its line');
    is($r->{summary}{received}, @replies, '... and is counted');
    is($r->{summary}{corrupt}, 0, '... and nothing is corrupt');
    is($peer->served, 1, '... over one more connection');
}

# A connection that ends while nothing is under way costs no probe.
my $peer = EchocPeer->new;
my $client = EchocPing::start(args => ['-i', 4, '-c', 2, $peer->target]);
my $c = $peer->accept;
$c->take(56);
$c->give(56);
EchocPing::seen($client, qr/seq=1 /);
$c->close;
$peer->serve(sub { !$client->is_running });
my $r = EchocPing::end($client);
is(join(' ', map { $_->[0] } EchocPing::replies($r)), '1 2',
    'an end between two probes costs none') or diag($r->{stdout});
is($peer->served, 1, '... but a connection');

# It need not be there at the beginning.
my $server = EchocServer->start(address => $address, fault => 'refuse');
my $port = $server->port;
$client = EchocPing::start(args => ['-i', '0.1', '-c', $count,
    $server->target], timeout => 30);
ok(EchocPing::seen($client, qr/seq=2 connection refused/), 'nobody is there');
$server->stop;
$server = EchocServer->start(address => $address, port => $port);
ok(EchocPing::seen($client, qr/bytes from/), 'but later there is');
$r = EchocPing::end($client);
is($r->{status}, 0, '... which is a success');
is($r->{summary}{received} + EchocPing::losses($r), $count,
    '... and balances');
done_testing;
