# SPDX-License-Identifier: ISC
# If this fails, a script that relies on the exit status of a load takes a bad
# run for a good one, a good one for a bad one, or one kind of failure for
# another.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use EchocBench;
use Server;

# By number, so that it does not matter how fast the machine is.
my @short = ('-n', 2000, '-c', 3);
# For runs that would wait forever, and for runs that have to be served first.
my @patience = ('-W', 0.3 * Clock::scale());
my @slow = ('-W', 1.5 * Clock::scale());

# check(NAME, SERVER, ARGUMENTS, STATUS, %want): one load; wanted of its
# result, as Echoc::same() has it.
sub check {
    return judge(begin(@_));
}

sub begin {
    my ($name, $server, $args, $status, %want) = @_;
    my $target = ref $server ? $server->target : $server;
    return {
        name => $name,
        server => $server,
        client => Echoc::start(args => ['bench', @short, @$args, $target],
            timeout => 30),
        status => $status,
        want => \%want,
    };
}

sub judge {
    my $run = shift;
    my $r = $run->{client}->wait;
    Echoc::same($r, "$run->{name}: status $run->{status}",
        status => $run->{status}, %{ $run->{want} }) or diag($r->{stdout});
    return $r;
}

# So many at the same time, of those that wait.
use constant TOGETHER => 20;

my @later;

# later(CODE, as check()): begin one, and go on; CODE gets the result in the
# end.
sub later {
    my ($then, @run) = @_;
    push @later, [$then, begin(@run)];
    judge_later() if @later >= (Clock::is_slow() ? 2 : TOGETHER);
    return;
}

sub judge_later {
    while (my $waiting = shift @later) {
        my ($then, $run) = @$waiting;
        $then->(judge($run));
    }
    return;
}

sub bad { return Server->start(fault => @_) }

my $good = Server->start;
my %silence = (stderr => '');

# one_line(SERVER, RE): exactly one line of error, for this reason.
sub one_line {
    my ($server, $reason) = @_;
    my $port = $server->port;
    return (stderr =>
            qr/\Aechoc: 127\.0\.0\.1 port $port: [^\n]*$reason[^\n]*\n\z/);
}

# What it ends with without an echo is what went wrong most.
check('all is well', $good, [], 0, %silence);
for (
    ['refuse', [], 4, 'refused'],
    ['accept_never', [], 5, 'in time'],
    ['silent', [], 5, 'in time'],
    ['unread', [], 5, 'in time'],
    ['early', [at => 0], 7, 'ended'],
    ['early', [at => 10], 7, 'ended'],
    ['reset', [at => 0], 7, 'reset'],
    ['reset', [at => 10], 7, 'reset'],
    ['flip', [at => 0], 6, 'differs'],
) {
    my ($fault, $how, $status, $why) = @$_;
    my $server = bad($fault, @$how);
    later(sub {
        like($_[0]{stdout}, qr/^messages +0 sent, 0 echoed/m,
            "$fault @$how: with a report") if $fault ne 'refuse';
    }, "$fault @$how", $server, $status == 5 ? \@patience : [], $status,
        one_line($server, $why));
}
my $full = bad('accept_never', full => 1);
later(sub { }, 'nobody can connect', $full, \@patience, 4, one_line($full, 'connect'));

# After the first exchange, and nothing since.
my $server;
my $r = EchocBench::loaded(sub {
    $server = bad('stall', at => 64, for => 600);
    return Echoc::run(args => ['bench', '-c', 3, '-d', '0.2s', @patience,
            $server->target]);
});
Echoc::same($r, 'stalled after the first exchange: status 5', status => 5,
    one_line($server, 'in time')) or diag($r->{stdout});

# Names and addresses.
check('no such name', 'no-such-host.invalid', [], 3,
    stdout => '', stderr => qr/\Aechoc: no-such-host\.invalid port 10000: /);

# With at least one echo it is a matter of more or less.
for my $fault (qw(early reset stall)) {
    $server = bad($fault, at => 645, for => 600);
    my @wait = $fault eq 'stall' ? @slow : ();
    later(sub {
        like($_[0]{stdout}, qr/^messages lost +\S.*\d$/m,
            "$fault at 645: after the full report");
    }, "$fault at 645", $server, ['-n', 30, @wait], 1,
        one_line($server, 'messages failed'));
}
$server = bad('unread', only => 2);
later(sub { }, 'one connection of three is not served', $server,
    [@slow, '-q'], 1, one_line($server, 'connection'));

# Errors that are allowed.
sub ended { return bad('early', at => 645) }    # each tenth or so is lost

for (
    ['0', 1], ['1', 1], ['1%', 1], ['0.001', 1], ['60', 0], ['60%', 0],
    ['100', 0], ['99.5%', 0],
) {
    my ($rate, $status) = @$_;
    check("--max-error-rate $rate", ended(),
        ['--max-error-rate', $rate], $status);
    check("--max-error-rate $rate, and no error", $good,
        ["--max-error-rate=$rate"], 0, %silence);
}
for (['30', 1], ['40', 0]) {
    my ($rate, $status) = @$_;
    later(sub { }, "--max-error-rate $rate, and one of three is not served",
        bad('unread', only => 2), [@slow, '--max-error-rate', $rate],
        $status);
}
judge_later();
check('--max-error-rate 100, and no echo', bad('early', at => 0),
    ['--max-error-rate', 100], 7);
check('--max-error-rate 100, and a mismatch', bad('flip', at => 645),
    ['--max-error-rate', 100], 6);

# Thresholds.
sub fails {
    my ($expression, @args) = @_;
    my ($figure, $sign) = $expression =~ /^([\w.]+) *([<>]=?)/;
    my $says = "\Q$figure\E = \\d[^\\n]* $sign \\d"
        . "|\Q$expression\E cannot be told";
    my $r = check("--fail-if $expression", $good,
        ['--fail-if', $expression, @args], 1,
        one_line($good, "--fail-if: (?:$says)"));
    like($r->{stdout}, qr/^failed: (?:$says)/m,
        "--fail-if $expression: the report says so");
    return $r;
}

sub passes {
    my ($expression, @args) = @_;
    check("--fail-if $expression", $good,
        ['--fail-if', $expression, @args], 0, %silence);
    return;
}

fails('p99>1ns');
passes('p99>10s');
fails('p50>=1ns');
fails('p90<10s');
passes('p90<1ns');
fails('min>1ns');
passes('min>10s');
fails('mean > 1ns');
passes('mean > 10s');
fails('max>1ns');
passes('max<=1ns');
passes('errors>0');
fails('errors>=0');
passes('error_rate>0');
fails('rate<100m');
passes('rate<1');
fails('connect.p50>1ns', '-c', 30);
passes('connect.p50>10s', '-c', 30);
passes('rate<1%', '-R', 4000, '-n', 400);
fails('rate<200%', '-R', 4000, '-n', 400);

$r = fails('p99.999>10s');
like($r->{stdout}, qr/^failed: p99\.999>10s cannot be told: too few samples$/m,
    'what cannot be told is a failure, and said to be that');
$r = check('two thresholds, the second is broken', $good,
    ['--fail-if', 'p50>10s', '--fail-if', 'p50>1ns'], 1);
unlike($r->{stdout}, qr/^failed: p50 [^\n]* > 10 s$/m, '... it is not the first');
like($r->{stdout}, qr/^failed: p50 = \d[^\n]* > 1 ns$/m, '... but the second');
$r = check('two thresholds are broken', $good,
    ['--fail-if', 'p50>1ns', '--fail-if', 'max>1ns'], 1);
is(() = $r->{stdout} =~ /^failed: /mg, 2, '... both are told');

check('errors>0, and there are some', ended(),
    ['--max-error-rate', 100, '--fail-if', 'errors>0'], 1);
check('error_rate>1%, and there are more', ended(),
    ['--max-error-rate', 100, '--fail-if', 'error_rate>1%'], 1);
check('error_rate>90%, and there are less', ended(),
    ['--max-error-rate', 100, '--fail-if', 'error_rate>90%'], 0);
# Whatever the threshold says, worse is worse.
check('a threshold and a mismatch', bad('flip', at => 640),
    ['--fail-if', 'max>1ns'], 6);
check('a threshold and no echo', bad('reset', at => 0),
    ['--fail-if', 'max>1ns'], 7);

# A server that does not keep up: it works for a while, and the time is over
# before it does again, unless the load began late.
for (1 .. 5) {
    $server = bad('none', stall => 0.6 * Clock::scale(),
        period => Clock::scale());
    $r = Echoc::run(args => ['bench', '-c', 3, '-d', 0.7 * Clock::scale(),
            '-R', 500, '--warmup', 0, '--fail-if', 'rate<90%',
            $server->target]);
    last if $r->{status} != 0 && $r->{stdout} !~ /^messages +\d+ sent, 0 /m;
}
Echoc::same($r, 'rate<90%, and the server stalls', status => 1,
    stdout => qr/^failed: rate = \d[^\n]* < 90%$/m);
like($r->{stdout}, qr/ of \d+ messages due were /,
    '... which the report says, too');

# What cannot be meant.
for my $args (
    ['--fail-if', 'rate<90%'],    # of which -R?
    map({ ['--fail-if', $_] } 'p99=5ms', 'p99', '>5ms', 'pp9>5ms', 'p>5ms',
        'p99>', 'p99>5', 'p99>5xs', 'p101>5ms', 'p0>5ms', 'p99>5ms,',
        'error>0', 'errors>x', 'errors>1.5', 'rate<x', 'rate<90%%',
        'p99>-5ms', 'error_rate>101%', ''),
    map({ ['--max-error-rate', $_] } '101', '-1', 'x', '', '1%%', '%'),
    ['--percentiles', '50,'], ['--percentiles', '101'],
    ['--percentiles', 'p50'], ['-c', 0], ['-t', 0], ['-P', 0], ['-n', 0],
    ['-R', 0], ['-d', '0'], ['-d', '5x'], ['-s', 0], ['-s', '64,'],
    ['-s', '9-3'], ['-R', 10, '-P', 2], ['--verify', 'some'],
    ['--reconnect', '-1'], ['--progress', 'big'], ['--bogus'],
    ['-I', 'not-an-address'], ['extra', 'words'],
) {
    my $before = $good->connections;
    my $r = Echoc::run(args => ['bench', @$args, $good->target]);
    Echoc::same($r, "@$args: a usage error", status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]+\n(?:Try 'echoc bench --help'\.\n)?\z/);
    my ($option, $value) = @$args;
    like($r->{stderr}, qr/\A[^\n]*\Q$option\E/, "@$args: it says which")
        if @$args == 2 && $option =~ /^-/;
}

# A file that cannot be written, before and after the load.
for my $option (qw(-o --log --hdr)) {
    $r = check("$option, no such folder", $good,
        [$option, '/no-such-folder/file'], 2,
        stderr => qr/\Aechoc: [^\n]*no-such-folder[^\n]*\n/);
}
SKIP: {
    skip 'no /dev/full here', 1 unless -c '/dev/full';
    for my $args ([], ['-j'], ['--format', 'csv'], ['-o', '/dev/full']) {
        for ([{}, 2], [{ fault => 'flip', at => 640 }, 6]) {
            my ($fault, $status) = @$_;
            my $server = Server->start(%$fault);
            open my $no_room, '>', '/dev/full' or die "/dev/full: $!\n";
            my $name = join ' ', 'no room for', @$args, values %$fault;
            $r = Echoc::run(
                args => ['bench', @short, @$args, $server->target],
                @$args && $args->[0] eq '-o' ? () : (stdout => $no_room));
            is($r->{status}, $status, "$name: status $status");
            like($r->{stderr}, qr/^echoc: .*No space/m, "$name: it says why")
                if $status == 2;
        }
    }
}

# Standard output is not read.
for my $args ([], ['-j']) {
    pipe my $reader, my $writer or die "pipe: $!\n";
    close $reader;
    $r = Echoc::run(args => ['bench', @short, @$args, $good->target],
        stdout => $writer);
    is($r->{status}, 2, "a closed pipe @$args: status 2");
    like($r->{stderr}, qr/^echoc: .*Broken pipe/m,
        "a closed pipe @$args: it says why");
}
done_testing;
