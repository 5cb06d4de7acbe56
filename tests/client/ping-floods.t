# SPDX-License-Identifier: ISC
# If this fails, a flood waits for the clock, sends before the replies have
# arrived, or draws dots when standard output is not a terminal.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use EchocPing;
use Peer;
use Server;

my $scale = Clock::scale();
my $server = Server->start;

# By the clock these would take minutes.
for my $option ('-A', '-f', '--adaptive', '--flood') {
    my $r = EchocPing::run(args => [$option, '-c', 300, $server->target],
        timeout => 30);
    is($r->{status}, 0, "$option: status 0") or diag($r->{stderr});
    is($r->{summary}{sent}, 300, "$option: so many, and no more");
    is($r->{summary}{received}, 300, "$option: all came back");
    cmp_ok($r->{seconds}, '<', 15 * $scale, "$option: as fast as they come");
    is(scalar EchocPing::replies($r), $option =~ /^-+f/ ? 0 : 300,
        "$option: " . ($option =~ /^-+f/ ? 'no lines' : 'a line for each'));
    unlike($r->{stdout}, qr/^\.|[\b\e]/m, "$option: no dots in a file");
    is($r->{stderr}, '', "$option: and none elsewhere");
}

# One probe is in flight, never two; the next is sent when the reply is in.
for my $option ('-A', '-f') {
    my $peer = Peer->new;
    my $client = EchocPing::start(args => [$option, '-i', 60, '-W', 60,
        '-c', 4, $peer->target]);
    my $c = $peer->accept;
    for (1 .. 4) {
        ok($c->take(56 * $_), "$option: $_ comes");
        $c->read_now;
        is(length $c->bytes, 56 * $_, '... alone');
        $c->give(55);
        # A part of an answer is none.
        ok(!$c->take(56 * $_ + 1, 0.02), '... and no other while it waits');
        $c->give(1);
    }
    is($client->wait->{status}, 0, "$option: and that is all");
    ok($c->ended, '... of it');
}

# Who gets no answer goes on by the clock.
my $peer = Peer->new;
my $from = Clock::now();
my $client = EchocPing::start(args => ['-A', '-i', '0.3', '-W', 60, '-c', 3,
    $peer->target]);
my $c = $peer->accept;
ok($c->take(3 * 56), 'no answer: by the clock');
cmp_ok($c->came(3 * 56) - $from, '>=', 0.6, '... and no sooner');
$c->give(3 * 56);
is($client->wait->{status}, 0, '... and the answers count');

# Bounded by time as well.
my $r = EchocPing::run(args => ['-f', '-w', 1, $server->target]);
is($r->{status}, 0, '-w bounds a flood');
cmp_ok($r->{seconds}, '>=', 1, '... to that time');
cmp_ok($r->{seconds}, '<', 1 + 8 * $scale, '... and no longer');
cmp_ok($r->{summary}{received}, '>', 10, '... which is enough for many');
is($server->connections, 5, 'each over one connection');

# With a new one for each it is a flood of connections.
$server = Server->start;
$r = EchocPing::run(args => ['-f', '--reconnect', '-c', 50,
    $server->target]);
is($r->{summary}{received}, 50, '--reconnect: all came back');
cmp_ok($r->{seconds}, '<', 15 * $scale, '... as fast as they come');
is($server->connections, 50, '... each over its own');

# On a terminal there is a dot for each probe in flight.
for (
    [['-f'], {}, 1],
    [['-A'], {}, 0],
    [['-f', '-q'], {}, 0],
    [['-f'], { TERM => 'dumb' }, 0],
    [[], {}, 0],
) {
    my ($args, $env, $dots) = @$_;
    # By the clock a late answer would leave two dots at a time.
    my $interval = "@$args" =~ /-[fA]/ ? 5 : 0.02;
    my $bytes = Echoc::on_terminal(terminal => ['stdout'], env => $env,
        args => ['ping', '-i', $interval, '-c', 5, @$args, $server->target]);
    my $name = "on a terminal @$args" . join ' ', '', %$env;
    is(scalar(() = $bytes =~ /\.(?=\x08)/g), $dots ? 5 : 0,
        "$name: " . ($dots ? 'a dot for each' : 'no dots'))
        or diag(Echoc::shown($bytes));
    like($bytes, qr/^5 sent, 5 received, /m, "$name: and the summary");
}
my $refuse = Server->start(fault => 'refuse');
my $bytes = Echoc::on_terminal(terminal => ['stdout'],
    args => ['ping', '-f', '-i', '0.02', '-c', 3, $refuse->target]);
like($bytes, qr/E.*E.*E/s, 'what is lost stays to be seen')
    or diag(Echoc::shown($bytes));
done_testing;
