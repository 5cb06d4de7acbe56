# SPDX-License-Identifier: ISC
# If this fails, the round trips of --reconnect include the time to connect, or
# ping does not connect for each probe.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocPing;
use Peer;
use Process;
use Server;

my $scale = Clock::scale();
my $ms = qr/\d+\.\d{3}/;

# One connection of these is silent.  They take their time, and begin before the
# others.
my @silent = map { Server->start(fault => 'silent', only => 2) } 1, 2;
my $silent = EchocPing::start(args => ['--reconnect', '-c', 4, '-i', '0.1',
        '-W', 2 * $scale, $silent[0]->target], timeout => 30);
my $outstanding = EchocPing::start(args => ['--reconnect', '-O', '-c', 3, '-i',
        $scale, '-W', 1.5 * $scale, $silent[1]->target], timeout => 30);

# Both times, one connection a probe.
my $server = Server->start;
my $r = EchocPing::run(args => ['--reconnect', '-c', 5, '-i', '0.05',
    $server->target]);
is($r->{status}, 0, '--reconnect: status 0') or diag($r->{stderr});
is(scalar(grep {
        /^56 bytes from 127\.0\.0\.1: seq=\d connect=$ms ms time=$ms ms$/
    } @{ $r->{lines} }), 5, '... with both times in each line')
    or diag($r->{stdout});
like("@{ $r->{summary}{more} }",
    qr{^connect min/avg/max = $ms/$ms/$ms ms$}, '... and in the summary');
is($r->{summary}{received}, 5, '... of what came back');
is($server->connections, 5, '... and a connection for each');

$server = Server->start;
$r = EchocPing::run(args => ['--reconnect', '-j', '-c', 4, '-i', '0.05',
    $server->target]);
my @records = EchocPing::records($r->{stdout});
my @replies = EchocPing::typed('reply', @records);
is(scalar(grep { $_->{connect_time_us} > 0 && $_->{rtt_us} > 0 } @replies), 4,
    '-j: both times in each record');
is($server->connections, 4, '... and a connection for each');

$server = Server->start;
$r = EchocPing::run(args => ['--reconnect', '--format', 'csv', '-c', 2, '-i',
    '0.05', $server->target]);
is(scalar(grep { /^\d,reply,\d+\.\d{3},\d+\.\d{3},,(?:\d+\.\d{3})?$/ }
        split /\n/, $r->{stdout}), 2, 'csv: both times in each row')
    or diag($r->{stdout});

# A handshake that takes long: the first SYN finds the queue full, and is sent
# again after a second.  The echo is no slower for that.
my $apart;
for my $attempt (1 .. 3) {
    my $peer = Peer->new(backlog => 0);
    my $filling = $peer->fill;
    my $client = EchocPing::start(args => ['--reconnect', '-c', 1, '-W', 60,
        $peer->target], timeout => 30);
    ok(Peer::connecting($client, 1), 'a SYN is not answered');
    undef $filling;
    $peer->serve(sub { !$client->is_running }, 30);
    $r = EchocPing::end($client);
    is($r->{summary}{received}, 1, '... but the next one is');
    my ($connect, $time) = $r->{stdout} =~ /connect=($ms) ms time=($ms) ms/
        or diag($r->{stdout});
    $apart = $connect > 500 && $time < $connect / 2;
    last if $apart;
    diag("attempt $attempt: connect=$connect ms time=$time ms");
}
ok($apart, 'the wait for the handshake is apart');

# Each probe has its own outcome: a probe that waits on one connection does not
# delay another.
$r = EchocPing::end($silent);
# Two that come at once may be told in any order.
is(join(' ', sort { $a <=> $b } map { $_->[0] } EchocPing::replies($r)),
    '1 3 4',
    'one connection is silent: the others are not') or diag($r->{stdout});
is_deeply([EchocPing::losses($r)], [[2, 'timeout']], '... and it is lost');
$r = EchocPing::end($outstanding);
is(join(' ', map { /seq=(\d) no answer yet/ ? $1 : () } @{ $r->{lines} }),
    '2', '-O names the one that is silent') or diag($r->{stdout});

# All that can happen to a connection.
for (
    [{ fault => 'refuse' }, 1, 'connection refused'],
    [{ fault => 'early', at => 5 }, 1, 'connection ended early'],
    [{ fault => 'reset', at => 5 }, 1, 'connection reset'],
    [{ fault => 'flip', at => 5 }, 6, 'corrupt at byte 5'],
) {
    my ($fault, $status, $words) = @$_;
    $server = Server->start(%$fault);
    $r = EchocPing::run(args => ['--reconnect', '-c', 3, '-i', '0.05',
        $server->target]);
    is($r->{status}, $status, "$words: status $status");
    is_deeply([map { "$_->[0] $_->[1]" } EchocPing::losses($r)],
        [map { "$_ $words" } 1 .. 3], '... each time') or diag($r->{stdout});
    is($r->{summary}{sent}, 3, '... of three');
}

# They do not stay.
$server = Server->start;
my $client = EchocPing::start(args => ['--reconnect', '-i', '0.02',
    $server->target]);
EchocPing::seen($client, qr/seq=30 /);
# A server that is late leaves some of them open for a while.
ok(Clock::until(sub {
    my %open = %{ Process::descriptors($client->pid) };
    return %open && keys %open < 20;
}), 'their descriptors are closed');
$client->signal('INT');
is($client->wait->{status}, 0, '... and that is the end');
done_testing;
