# SPDX-License-Identifier: ISC
# If this fails, a restart of the server ends ping, or the probes lost
# meanwhile are not counted, not explained or counted twice.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocPing;
use Peer;
use Server;

# Addresses on which no other program listens while the server is down.
my @addresses = map { "127.77.0.$_" } 1, 3, 4;

# So many probes that the server is back before the end.  While these leave,
# the rest of this test goes on.
my $count = 60;
my @rate = ('-i', Clock::is_slow() ? 0.1 : 0.05, '-c', $count);

# A connection that ends while nothing is in flight: the next probe is due
# long after that.
my $idle_peer = Peer->new;
my $idle = EchocPing::start(args => ['-i', 3 * Clock::scale(), '-c', 2, '-W',
        60, $idle_peer->target], timeout => 30);
my $c = $idle_peer->accept;
$c->take(56);
$c->give(56);
EchocPing::seen($idle, qr/seq=1 /);
$c->close;

# The server goes away and comes back, seen by people and by a program; and one
# is not there at the beginning.
my @runs = map { {
    name => $_->[0],
    args => $_->[1],
    reply => $_->[2],
    loss => $_->[3],
} } (
    ['for people', [], 'bytes from', 'connection refused'],
    ['-j', ['-j'], '"type":\s*"reply"', '"type":\s*"loss"'],
    ['it comes later', [], 'bytes from', 'connection refused'],
);
for my $run (@runs) {
    $run->{address} = shift @addresses;
    # One that has its only client listens no more, so that nobody connects to
    # it again while it ends.
    $run->{server} = Server->start(address => $run->{address},
        $run->{name} =~ /later/ ? (fault => 'refuse') : (most => 1));
    $run->{port} = $run->{server}->port;
    $run->{client} = EchocPing::start(args => [@rate, @{ $run->{args} },
            $run->{server}->target], timeout => 30);
}
for my $run (grep { $_->{name} !~ /later/ } @runs) {
    my $replies = qr/(?:$run->{reply}.*){3}/s;
    ok(EchocPing::seen($run->{client}, $replies), "$run->{name}: it answers");
    $run->{server}->stop;
}
for my $run (@runs) {
    my $losses = qr/(?:$run->{loss}.*){3}/s;
    ok(EchocPing::seen($run->{client}, $losses), "$run->{name}: it is away");
    $run->{server}->stop;
    $run->{server} = Server->start(address => $run->{address},
        port => $run->{port});
}
for my $run (@runs) {
    my $both = qr/(?:$run->{loss}.*){3}(?:$run->{reply}.*){3}/s;
    ok(EchocPing::seen($run->{client}, $both), "$run->{name}: it is back");
}

# Probes in flight are lost with the connection, and the next one starts anew.
for (
    [reset => 'connection reset'],
    [close => 'connection ended early'],
) {
    my ($how, $words) = @$_;
    my $most = 25;
    my $peer = Peer->new;
    my $client = EchocPing::start(args => ['-i', 0.05 * Clock::scale(), '-c',
        $most, '-W', 60, $peer->target], timeout => 30);
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
    is($replies[-1], $most, '... and the last one is answered');
    is(@replies + @losses, $most, '... and each has its line');
    is($r->{summary}{received}, @replies, '... and is counted');
    is($r->{summary}{corrupt}, 0, '... and nothing is corrupt');
    is($peer->served, 1, '... over one more connection');
}

# The end between two probes has cost none.
$idle_peer->serve(sub { !$idle->is_running });
my $r = EchocPing::end($idle);
is(join(' ', map { $_->[0] } EchocPing::replies($r)), '1 2',
    'an end between two probes costs none') or diag($r->{stdout});
is($idle_peer->served, 1, '... but a connection');

# The end of the clients whose server was down.
for my $run (@runs) {
    note($run->{name});
    my $r = EchocPing::end($run->{client});
    is($r->{status}, 0, "$run->{name}: that is a success");
    is($run->{server}->connections, 1, '... with one connection more');
    if ($run->{name} eq '-j') {
        balance_of_records($r);
    } else {
        balance_of_lines($r, $run->{name} =~ /later/);
    }
}

sub balance_of_records {
    my $r = shift;
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
    return;
}

sub balance_of_lines {
    my ($r, $came_later) = @_;
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
    return if $came_later;
    is(scalar(grep { $_->[1] ne 'connection refused'
                && $_->[1] !~ /^connection (?:reset|ended early)$/ } @losses),
        0, 'each has its reason') or diag($r->{stdout});
    like("@{ $sum->{more} }", qr/(?:^| )1 disconnects?, 1 reconnects?, [1-9]\d* failed$/,
        'the connections are counted');
    return;
}
done_testing;
