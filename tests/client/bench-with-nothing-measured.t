# SPDX-License-Identifier: ISC
# If this fails, a load that has measured nothing counts as successful, or its
# report does not say why there is no result.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocBench;
use Peer;
use Server;

my $scale = Clock::scale();

# warmed(NAME, SIGNAL, ARGUMENTS): start it, stop it in its warm-up, of which
# the server sees a message, and return the result.
sub warmed {
    my ($name, $signal, @args) = @_;
    my $peer = Peer->new;
    my $bench = EchocBench->start(['-c', 1, '-d', '60s', '--warmup', '60s',
            '-W', 20, @args], $peer);
    my $c = $peer->accept;
    $c->take(64);
    $c->give(64);
    ok($c->take(128), "$name: it is in the warm-up");
    $bench->signal($signal);
    # It waits for the server to close.
    $peer->serve(sub {
        $c->close if $c->{eof} && $c->{sock}->opened;
        return !$bench->is_running;
    }, undef, $c);
    return $bench->wait;
}

for (
    ['INT'], ['TERM'], ['TERM', '-R', 100], ['INT', '--fail-if', 'max>1h'],
) {
    my ($signal, @args) = @$_;
    my $name = join ' ', "$signal in the warm-up", @args;
    my $r = warmed($name, $signal, @args);
    is($r->{status}, 1, "$name: status 1");
    like($r->{plain}, qr/\Aechoc: [^\n]*\binterrupted\b[^\n]*\n\z/,
        "$name: one line says why");
    like($r->{stdout}, qr/^interrupted$/m, "$name: and so does the report");
    like($r->{stdout}, qr/^messages +0 sent, 0 echoed, /m,
        "$name: with no messages");
    my $json = $r->{json};
    is($json->{status}, 1, "$name: the document has the status");
    is($json->{error}{kind}, 'negative', "$name: and the error");
    like($json->{error}{text} // $json->{error}{message}, qr/interrupted/,
        "$name: in words");
    ok($json->{interrupted}, "$name: and that it was interrupted");
    EchocBench::balances($r, $name);
}

# What was due in the warm-up and did not go.
my $server = Server->start(fault => 'stall', at => 64, for => 600,
    rcvbuf => 4096);
my $bench = EchocBench->start(['-c', 1, '-R', '1m', '-d', '0.2s', '-s', 64,
        '--warmup', '0.3s', '-W', '0.3s'], $server);
my $r = $bench->wait;
my $before = $r->{json}{warmup};
cmp_ok($before->{not_sent}, '>', 0, 'not sent in the warm-up');
like($r->{stdout},
    qr/^$before->{not_sent} messages of the warm-up were not sent$/m,
    '... the report says so');
unlike($r->{stdout}, qr/^no errors$/m, '... which is an error');
EchocBench::balances($r, 'not sent in the warm-up');
$server->stop;

# Where all of it is sent there is no such line.
$r = EchocBench::run(['-c', 1, '-R', 100, '-n', 20, '--warmup', '0.1s'],
    Server->start);
is($r->{json}{warmup}{not_sent}, 0, 'all of the warm-up is sent');
unlike($r->{stdout}, qr/were not sent/, '... and not a word of it');

# Conditions hold also where there is no connection: what is not known is not
# good enough.
my @conditions = map { ('--fail-if', $_) } 'errors>0', 'p99>5ms', 'rate<1',
    'errors>100', 'error_rate>0%';
for (
    ['refused', 4, Server->start(fault => 'refuse')],
    ['no answer', 5, Server->start(fault => 'silent'), '-W',
        0.3 * $scale],
    ['ended', 7, Server->start(fault => 'early')],
) {
    my ($name, $status, $bad, @args) = @$_;
    $name = "no connection, $name";
    $r = EchocBench::run(['-c', 2, '-d', '0.2s', @conditions, @args], $bad);
    is($r->{status}, $status, "$name: status $status");
    is_deeply([map { $_->{failed} ? 1 : 0 } @{ $r->{json}{thresholds} }],
        [1, 1, 1, 0, 1], "$name: the conditions are judged")
        or diag(explain($r->{json}{thresholds}));
}
done_testing;
