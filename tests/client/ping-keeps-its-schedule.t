# SPDX-License-Identifier: ISC
# If this fails, a slow server slows ping down too and so hides how slow it is,
# or a late echo is taken for the echo of another probe.
use strict;
use warnings;

use List::Util qw(max);
use Test::More;
use Clock;
use EchocPing;
use Peer;
use Server;

my $scale = Clock::scale();
my $size = 56;

# Probes are sent by the clock without any reply, and the time that each waited
# is counted from its own moment.
my $step = 0.2;

# One that will be stopped for a while; so many probes that it is not over
# before.  That while is how long the six probes of another one take.
my $server = Server->start;
my $many = 12;
my $stopped = EchocPing::start(args => ['-i', $step, '-c', $many, '-W', 60,
    $server->target]);
EchocPing::seen($stopped, qr/seq=2 /);
$stopped->signal('STOP');
my $begin = Clock::now();

# One that has nothing to say for a long time.
my $idle = EchocPing::start(args => ['-O', '-i', 2 * $scale, '-c', 2,
    $server->target]);

my $peer = Peer->new;
my $from = Clock::now();
my $client = EchocPing::start(args => ['-i', $step, '-c', 6, '-W', 60,
    $peer->target]);
my $c = $peer->accept;
ok($c->take($size * $_), "probe $_ comes, unanswered as those before")
    for 1 .. 6;
$stopped->signal('CONT');
my $pause = Clock::now() - $begin;
my @came = map { $c->came($size * $_) } 1 .. 6;
for my $i (1 .. 5) {
    # The first may have been seen late itself.
    cmp_ok($came[$i] - $from, '>=', $step * $i,
        'not before its time: ' . ($i + 1));
    my $after = $came[$i] - $came[0];
    cmp_ok($after, '<', $step * $i + Clock::SOON * $scale,
        'not much after it: ' . ($i + 1));
}
$c->give(6 * $size);
my $r = EchocPing::end($client);
is($r->{status}, 0, 'all of them are answered in the end');
my %time = map { $_->[0] => $_->[1] } EchocPing::replies($r);
is(keys %time, 6, 'each has its line');
for (2 .. 6) {
    my $less = ($time{1} - $time{$_}) / 1000;
    cmp_ok(abs($less - $step * ($_ - 1)), '<', 0.1 * $scale,
        "$_ waited for as much less as it left later");
}

# It is the client that is late: the schedule is still that of the clock.
$r = EchocPing::end($stopped);
is($r->{summary}{received}, $many, 'a client that was stopped: no probe less');
my @late = sort { $b <=> $a } @{ $r->{client_late} };
# Five steps, and so five probes at least that are late: by all of the pause, by
# a step less, ...
cmp_ok($pause, '>=', 5 * $step, '... so long');
cmp_ok($late[0], '>=', 1000 * ($pause - 2 * $step),
    'the first that was missed says how late the client was');
cmp_ok($late[$_], '<', $late[$_ - 1] - 1000 * $step / 2,
    '... and less for each after it') for 1 .. 3;
is($r->{not_timed}, scalar @late, '... and they are kept out of the times');
my $time = ($many - 1) * 1000 * $step;
cmp_ok($r->{summary}{time}, '>=', $time - 1,
    '... and none comes before its time');
cmp_ok($r->{summary}{time}, '<', $time + 5000 * $scale,
    '... nor does it all take longer');

# -O says which has waited longest when the next one is due.
$peer = Peer->new;
$client = EchocPing::start(args => ['-O', '-i', '0.3', '-c', 3, '-W', 60,
    $peer->target]);
$c = $peer->accept;
ok(EchocPing::seen($client,
        qr/(?:^from 127\.0\.0\.1: seq=1 no answer yet\n){2}/m),
    '-O: no answer yet');
$c->take(3 * $size);
$c->give(3 * $size);
$r = EchocPing::end($client);
is_deeply([map { /seq=(\d)(.*yet)?/ ? $1 . ($2 ? '?' : '') : '' }
        @{ $r->{lines} }], [qw(1? 1? 1 2 3)],
    '-O: at each time that was without an answer') or diag($r->{stdout});
$r = EchocPing::end($idle);
is(scalar(grep { /yet/ } @{ $r->{lines} }), 0, '-O: not when they come');
is(scalar EchocPing::losses($r), 0, '... and nothing else either');

# Whoever comes after -W was lost, is late, and is counted as that.
my $patience = 0.8 * $scale;
my @forms = map {
    my $there = Peer->new;
    { args => $_, peer => $there, client => EchocPing::start(
        args => ['-i', 1.5 * $patience, '-c', 3, '-W', $patience, @$_,
            $there->target], timeout => 40) };
} [], ['-j'];
for (@forms) {
    $_->{connection} = $_->{peer}->accept;
    $_->{connection}->take($size);
}
for (@forms) {
    ok(EchocPing::seen($_->{client},
            qr/seq=1 timeout$|"seq":\s*1\b.*"timeout"/m),
        "@{ $_->{args} }: the first is not answered in time");
}
$forms[0]{peer}->serve(sub {
    $forms[1]{peer}->serve(sub { 1 }, undef, $forms[1]{connection});
    return !grep { $_->{client}->is_running } @forms;
}, undef, $forms[0]{connection});
for (@forms) {
    my $form = $_->{args};
    $r = EchocPing::end($_->{client});
    is($r->{status}, 0, '... and the run goes on');
    if (@$form) {
        my @records = EchocPing::records($r->{stdout});
        my ($first, @more) = EchocPing::typed('reply', @records);
        is($first->{seq}, 1, 'the late one has its record');
        ok($first->{late}, '... that says so');
        cmp_ok($first->{rtt_us}, '>=', 1_000_000 * $patience,
            '... with what it took');
        is(join(' ', map { $_->{seq} . ($_->{late} ? ' late' : '') } @more),
            '2 3', 'the others are in step');
        my ($sum) = EchocPing::typed('summary', @records);
        is(join(' ', map { $sum->{$_} } qw(sent received lost late corrupt)),
            '3 2 1 1 0', 'the summary counts it apart');
        cmp_ok($sum->{rtt_us}{max}, '<', $first->{rtt_us},
            '... and not among the times');
        next;
    }
    like($r->{lines}[0], qr/^from \S+: seq=1 timeout$/, 'it is lost');
    like($r->{lines}[1], qr/^56 bytes from \S+: seq=1 time=\S+ ms late$/,
        '... its echo is late');
    cmp_ok((EchocPing::replies($r))[0][1], '>=', 1000 * $patience,
        '... with what it took');
    like($r->{lines}[$_], qr/^56 bytes from \S+: seq=$_ time=\S+ ms$/,
        "... and $_ is in step") for 2, 3;
    is(join(' ', @{ $r->{summary} }{qw(sent received late corrupt loss)}),
        '3 2 1 0 33.33', 'the summary counts it apart');
    cmp_ok($r->{summary}{rtt}[2], '<', 1000 * $patience,
        '... and not among the times');
}

# One of several in flight differs: the others are lost with the connection,
# and only that one is corrupt.
$peer = Peer->new;
$client = EchocPing::start(args => ['-i', '0.05', '-c', 8, '-W', 60,
    $peer->target]);
$c = $peer->accept;
$c->take(5 * $size);
my $wrong = substr $c->bytes, 0, 2 * $size;
substr($wrong, $size + 7, 1) ^= "\1";
$c->give(2 * $size, $wrong);
$peer->serve(sub { !$client->is_running });
$r = EchocPing::end($client);
is($r->{status}, 6, 'one of five differs');
is($r->{summary}{corrupt}, 1, '... and only that one is corrupt')
    or diag($r->{stdout});
my @losses = EchocPing::losses($r);
is("$losses[0][0] $losses[0][1]", '2 corrupt at byte 7', '... at its byte');
is(scalar(grep { $_->[1] =~ /corrupt/ } @losses), 1,
    '... and the others are not called so');
cmp_ok(scalar @losses, '>=', 4, '... but lost');
is($r->{summary}{sent}, $r->{summary}{received} + @losses,
    '... and all are told');
done_testing;
