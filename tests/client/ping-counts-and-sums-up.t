# SPDX-License-Identifier: ISC
# If this fails, the lines of ping differ from the form in the manual, or its
# summary does not agree with them.
use strict;
use warnings;

use List::Util qw(max min sum);
use POSIX qw(ceil);
use Test::More;
use Clock;
use Echoc;
use EchocPing;
use Machine;
use Peer;
use Server;

my $server = Server->start;
my $port = $server->port;
my $ms = qr/\d+\.\d{3}/;

# All of it, once this machine had a processor for it in time.
my $r;
for (1 .. 10) {
    $r = EchocPing::run(args => ['-c', 3, '-i', '0.01', $server->target]);
    last unless @{ $r->{client_late} };
}
Echoc::same($r, 'three probes', status => 0, stderr => '', stdout => qr{
    \A
    ECHO\ 127\.0\.0\.1\ \(127\.0\.0\.1\)\ port\ $port:\ 56\ bytes,
    \ connected\ in\ $ms\ ms \n
    56\ bytes\ from\ 127\.0\.0\.1:\ seq=1\ time=$ms\ ms \n
    56\ bytes\ from\ 127\.0\.0\.1:\ seq=2\ time=$ms\ ms \n
    56\ bytes\ from\ 127\.0\.0\.1:\ seq=3\ time=$ms\ ms \n
    \n
    ---\ 127\.0\.0\.1\ port\ $port\ echo\ statistics\ --- \n
    3\ sent,\ 3\ received,\ 0\ corrupt,\ 0\ late,\ 0%\ loss,\ time\ \d+\ ms \n
    rtt\ min/avg/max/mdev\ =\ $ms/$ms/$ms/$ms\ ms \n
    \z
}x);

# The name as it was typed, and the address that was chosen.
$r = EchocPing::run(args => ['-4', '-c', 1, "localhost:$port"]);
like($r->{header}, qr/^ECHO localhost \(127\.0\.0\.1\) port $port: /,
    'the header has the name and the address');
is($r->{summary}{host}, 'localhost', 'the summary has the name');
is($r->{summary}{port}, $port, 'and the port');
SKIP: {
    skip 'no ::1 here', 2 unless Machine::has_ipv6();
    my $six = Server->start(address => '::1');
    $r = EchocPing::run(args => ['-c', 2, '-i', '1ms', $six->target]);
    like($r->{header}, qr/^ECHO ::1 \(::1\) port ${\ $six->port}: /,
        'the header of IPv6');
    like($r->{lines}[1], qr/^56 bytes from ::1: seq=2 time=$ms ms$/,
        'and a line');
}

# The figures are those of the lines.
$r = EchocPing::run(args => ['-c', 60, '-i', '2ms', $server->target]);
my @replies = EchocPing::replies($r);
is_deeply([map { $_->[0] } @replies], [1 .. 60], 'each probe has its line');
@replies = EchocPing::replies({ lines =>
    [grep { !/this client was/ } @{ $r->{lines} }] });
my @times = sort { $a <=> $b } map { $_->[1] } @replies;
my $mean = sum(@times) / @times;
my $deviation = sqrt(sum(map { ($_ - $mean)**2 } @times) / @times);
my $rtt = $r->{summary}{rtt};
is($rtt->[0], $times[0], 'the least is that of the lines');
cmp_ok(abs($rtt->[1] - $mean), '<', 0.0015, 'so is the mean');
is($rtt->[2], $times[-1], 'and the most');
cmp_ok(abs($rtt->[3] - $deviation), '<', 0.0015, 'and the deviation');
my $p = $r->{summary}{percentiles};
for ([0, 50], [1, 95]) {
    my ($i, $percent) = @$_;
    my $exact = $times[ceil($percent * @times / 100) - 1];
    cmp_ok(abs($p->[$i] - $exact), '<=', 0.001 * $exact + 0.0015,
        "p$percent is that of the lines");
}

# A percentile needs two replies above it; without any there is no line.
for (
    [1, ''], [3, ''], [4, 'n/-/-'], [39, 'n/-/-'],
    [40, 'n/n/-'], [199, 'n/n/-'], [200, 'n/n/n'],
) {
    my ($count, $form) = @$_;
    $r = EchocPing::run(args => ['-q', '-c', $count, '-i', '1ms',
        $server->target]);
    # Not of those with which the client itself was late.
    next if $r->{not_timed};
    my $values = $r->{summary}{percentiles} // [];
    is(join('/', map { s/^$ms\z/n/r } @$values), $form,
        "the percentiles of $count replies");
    is($r->{summary}{received}, $count, '... that are all there');
    my @known = grep { $_ ne '-' } $r->{summary}{rtt}[0], @$values,
        $r->{summary}{rtt}[2];
    is("@known", join(' ', sort { $a <=> $b } @known), '... in order');
}
is_deeply($r->{lines}, [], '-q keeps the header and the summary only');

# One second is what is between two probes, unless -i says else.
my %interval = ('1' => [], '0.25' => ['-i', '0.25'], '.3' => ['-i', '300ms'],
    '0.05' => ['--interval=50000us']);
my %client = map {
    $_ => EchocPing::start(args => ['-c', 3, @{ $interval{$_} },
            $server->target])
} keys %interval;
for my $seconds (sort keys %interval) {
    $r = EchocPing::end($client{$seconds});
    my $name = "an interval of $seconds s";
    cmp_ok($r->{summary}{time}, '>=', 2000 * $seconds - 1, "$name is kept");
    cmp_ok($r->{summary}{time}, '<', 2000 * $seconds + 5000 * Clock::scale(),
        "$name is not longer");
    cmp_ok($r->{seconds}, '>=', 2 * $seconds, "$name is that of the clock");
}

# A date before each line.
my $then = time;
for (
    ['-D', qr/^\[?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/],
    ['-DD', qr/^\[?\d{10,}\.\d{6}\b/],
) {
    my ($option, $form) = @$_;
    $r = EchocPing::run(args => [$option, '-c', 2, '-i', '1ms',
        $server->target]);
    is(scalar(grep { /$form\S* 56 bytes from / } @{ $r->{lines} }), 2,
        "$option: each line begins with it") or diag($r->{stdout});
    like($r->{header}, qr/^ECHO /, '... but not the header');
}
my ($since) = $r->{lines}[0] =~ /(\d{10,})/;
cmp_ok($since, '>=', $then, 'the seconds since 1970');
cmp_ok($since, '<=', time, '... are those of now');
$r = EchocPing::run(args => ['-D', '-c', 1, $server->target],
    env => { TZ => 'XYZ-05:45' });
my ($hour, $minute) = $r->{lines}[0] =~ /T(\d\d):(\d\d):/;
my $ahead = ($hour * 60 + $minute - int(time / 60)) % (24 * 60);
ok($ahead == 345 || $ahead == 344, 'the date is in local time')
    or diag($r->{lines}[0]);

# Any size, counted in the lines.
for (['1', 1], ['7', 7], ['8', 8], ['9', 9], ['1k', 1024], ['1m', 1 << 20]) {
    my ($option, $bytes) = @$_;
    $r = EchocPing::run(args => ['-s', $option, '-c', 3, '-i', '1ms',
        $server->target], timeout => 30);
    is($r->{status}, 0, "-s $option: status 0") or diag($r->{stderr});
    like($r->{header}, qr/: $bytes bytes, connected/, '... with its header');
    is(scalar(grep { /^$bytes bytes from / } @{ $r->{lines} }), 3,
        '... and its lines');
    is($r->{summary}{received}, 3, '... and all of them');
}

# So many bytes there are, and a number is in them.
for my $size (1, 8, 56, 3000) {
    my $peer = Peer->new;
    my $client = EchocPing::start(
        args => ['-s', $size, '-c', 3, '-i', '1ms', $peer->target]);
    my $c = $peer->accept;
    ok($c->take(3 * $size), "-s $size: so many bytes");
    is(length $c->bytes, 3 * $size, '... and no more');
    my @probes = unpack "(a$size)3", $c->bytes;
    is(join(' ', map { unpack 'Q>', $_ } @probes), '1 2 3',
        '... that carry the number') if $size >= 8;
    my %different = map { s/^.{8}//sr => 1 } @probes;
    is(keys %different, 3, '... and differ in the rest') if $size > 8;
    $c->give(3 * $size);
    is($client->wait->{status}, 0, '... and were echoed');
    ok($c->ended, '... and that is the end');
}

# What the kernel knows of the connection, as TCP hides losses as delays.
$r = EchocPing::run(args => ['-v', '-c', 2, '-i', '1ms', $server->target]);
is(scalar(grep { /: seq=\d time=$ms ms .*\brtt=$ms ms\b.*\b\d+ resent\b/ }
        @{ $r->{lines} }), 2, '-v: its round trip, and what it sent again')
    or diag($r->{stdout});

# A point is a point even where people write a comma.
$r = EchocPing::run(args => ['-c', 4, '-i', '0.01', $server->target],
    env => { LC_ALL => 'de_DE.UTF-8' });
is($r->{status}, 0, 'another locale');
is(defined $r->{summary}, 1, '... and the same summary')
    or diag($r->{stdout});

# What cannot be asked for.
for (
    [qr/-s|size/, '-s', '0'], [qr/-s|size/, '-s', '2m'],
    [qr/-s|size/, '-s', '1048577'], [qr/-s|size/, '-s', '-1'],
    [qr/-s|size/, '-s', '5x'], [qr/-s|size/, '--size='],
    [qr/-c|count/, '-c', '0'], [qr/-c|count/, '-c', '-1'],
    [qr/-c|count/, '-c', '1.5'], [qr/-c|count/, '-c', 'all'],
    [qr/-i|interval/, '-i', '0'], [qr/-i|interval/, '-i', '-1'],
    [qr/-i|interval/, '-i', '1d'], [qr/-w|deadline/, '-w', '0'],
    [qr/-w|deadline/, '-w', 'x'], [qr/-W|timeout/, '-W', '0'],
    [qr/-W|timeout/, '-W', '1 s'],
) {
    my ($what, @args) = @$_;
    my $before = $server->connections;
    $r = Echoc::run(args => ['ping', @args, $server->target]);
    Echoc::same($r, "@args is a mistake", status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]*$what[^\n]*\n[^\n]*--help[^\n]*\n\z/);
    is($server->connections, $before, '... that is found at once');
}
done_testing;
