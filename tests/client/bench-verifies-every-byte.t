# SPDX-License-Identifier: ISC
# If this fails, a load does not detect wrong bytes, does not report where the
# first of them was, or claims to have compared bytes that it has not compared.
use strict;
use warnings;

use IO::Select;
use IO::Socket::IP;
use List::Util qw(sum0);
use Test::More;

use Clock;
use EchocBench;
use Process;
use Server;

# The second one is for who has to get as far as to a fault: by number, so that
# it does not matter how fast the machine is.
my @short = ('-d', '0.3s', '--warmup', 0, '-c', 4);
my @far = ('-n', 500, '--warmup', 0, '-c', 4);

# bytes(HEX): "0a ff" as a string of two bytes.
sub bytes { return pack 'H*', $_[0] =~ tr/ //dr }

# told(NAME, RESULT, FIRST): the first mismatch is told once, in all
# detail, on standard error and in the document; nothing else is.  It is at
# FIRST, or within a few bytes after that, where bytes can be equal by chance.
sub told {
    my ($name, $r, $first) = @_;
    is($r->{status}, 6, "$name: status 6")
        or diag($r->{stdout}, $r->{plain});
    my @lines = split /^/, $r->{plain};
    is(scalar @lines, 1, "$name: one line says what differs") or diag(@lines);
    my ($offset) = $r->{plain} =~ /\bdiffers at offset (\d+)\b/;
    my $m = $r->{json}{messages};
    my $found = $m->{first_mismatch} // {};
    is($offset, $found->{offset_bytes}, "$name: at the same offset")
        or diag($r->{plain});
    cmp_ok($offset // -1, '>=', $first, "$name: not before $first");
    cmp_ok($offset // -1, '<=', $first + 4, "$name: nor long after it");
    for my $side (qw(expected received)) {
        my $hex = $found->{"${side}_hex"} // 'none';
        like($hex, qr/^(?:[0-9a-f]{2}(?: (?!\z)|\z))*\z/,
            "$name: the bytes $side are hexadecimal");
        like($r->{plain}, qr/\b\Q$hex\E\b/, "$name: and in the line")
            if $hex ne '';
    }
    my ($expected, $received) = map { bytes($found->{"${_}_hex"} // '') }
        qw(expected received);
    my $at = ($offset // 0) - ($found->{shown_from_bytes} // 0);
    is(substr($expected, 0, $at), substr($received, 0, $at),
        "$name: they are equal before it");
    isnt(substr($expected, $at, 1), substr($received, $at, 1),
        "$name: and differ there");
    cmp_ok($m->{mismatches}, '>=', 1, "$name: it is counted");
    my $count = $m->{mismatches} // 'none';
    like($r->{stdout}, qr/^verified [\d.]+ [KMG]?i?B, $count mismatches$/m,
        "$name: and in the report");
    EchocBench::balances($r, $name);
    return ($expected, $received, $at);
}

# Each kind of wrong byte, on all connections: all of one message, so that the
# server need not wait for the next one.
my @large = ('-s', 10_000);
my @faults = (
    ['flip', [], at => 1000],
    ['flip', ['-P', 8, '-t', 2], at => 1063],
    ['flip', ['-R', 2000], at => 100],
    ['flip', [@large], at => 20_000],
    ['flip', ['-s', '1'], at => 33],
    ['drop', [@large], at => 24_000],
    ['drop', ['-P', 4], at => 1000],
    ['repeat', [@large], at => 20_000],
    ['repeat', ['-P', 2], at => 640, block => 64],
    ['swap', [@large], at => 20_000],
    ['swap', [@large], at => 30_000, block => 64],
    ['swap', [@large], at => 40_000, block => 1],
    ['replace', [], at => 1000, text => 'elsewhere'],
    ['extra', [], at => 1000],
    ['extra', [@large], at => 25_000],
);
for (@faults) {
    my ($fault, $args, %how) = @$_;
    my $server = Server->start(fault => $fault, %how);
    my $name = "$fault at $how{at} @$args";
    # A copy begins after its original.
    my $first = $how{at}
        + ($fault eq 'repeat' ? $how{block} // 4096 : 0);
    my $r = EchocBench::run([@far, @$args], $server);
    my ($expected, $received, $at) = told($name, $r, $first);
    is(substr($expected, $at, 1) ^ substr($received, $at, 1), "\x01",
        "$name: the byte that came") if $fault eq 'flip';
    like(substr($received, $at), qr/^xtra|^extra/,
        "$name: the bytes that came") if $fault eq 'extra';
    cmp_ok($r->{json}{connect}{broken}{mismatch} // 0, '>=', 1,
        "$name: the connection is given up");
}

# On one connection of several: the others go on, and that one begins anew.
for my $only (2, 4) {
    my $name = "flip on connection $only only";
    my $server = Server->start(fault => 'flip', at => 1000,
        only => $only);
    my $r = EchocBench::run([@far, '-n', 2000], $server);
    told($name, $r, 1000);
    is($r->{json}{messages}{mismatches}, 1, "$name: one mismatch");
    is_deeply($r->{json}{errors}, { mismatch => 1 },
        "$name: it is the message that is lost");
    is($r->{json}{connect}{reconnects}, 1, "$name: one new connection");
}

# In the first exchange, before the load.
my $server = Server->start(fault => 'flip', at => 5);
my $r = EchocBench::run([@short], $server);
told('flip in the first exchange', $r, 5);
is($r->{json}{connect}{established}, 0, '... and there is no load');

# After the last message.
$server = Server->start(fault => 'extra', only => 2);
$r = EchocBench::run([@far], $server);
is($r->{status}, 6, 'extra bytes after the end: status 6');
is($r->{json}{messages}{mismatches}, 1, '... one mismatch');
is($r->{json}{messages}{errors}, 0, '... and no message was lost');
is(bytes($r->{json}{messages}{first_mismatch}{received_hex} // ''), 'extra',
    '... these are what is shown');
like($r->{plain}, qr/^echoc: [^\n]+: echo differs at offset \d+,[^\n]*\n\z/,
    '... in one line');
EchocBench::balances($r, 'extra bytes after the end');

# Another connection's bytes.
{
    my $listener = IO::Socket::IP->new(LocalHost => '127.0.0.1',
        LocalPort => 0, Listen => 16, Type => Socket::SOCK_STREAM())
        or die "listen: $@\n";
    my $port = $listener->sockport;
    my $pid = Process::child(sub {
        my @pair = map { scalar $listener->accept } 1 .. 2;
        my $select = IO::Select->new(@pair);
        while ($select->count) {
            for my $from ($select->can_read) {
                my $to = $pair[$from == $pair[0] ? 1 : 0];
                my $n = sysread $from, my $data, 65536;
                $n ? syswrite $to, $data : $select->remove($from);
            }
        }
    });
    close $listener;
    $r = EchocBench::run(['-c', 2, '-d', '0.3s', '-W', 4 * Clock::scale()],
        "127.0.0.1:$port");
    kill KILL => $pid;
    Process::wait($pid);
    told('the bytes of another connection', $r, 0);
}

# Whatever else goes wrong, the mismatch is what it ends with.
# A server that is stalled by more than itself may not come to its fault.
my @patience = ('-W', 0.2 * Clock::scale());
for (1 .. 5) {
    $server = Server->start(fault => 'flip', at => 3200,
        stall => 0.5 * Clock::scale(), period => 0.8 * Clock::scale());
    $r = EchocBench::run(['-c', 4, '-d', 1.2 * Clock::scale(), '--warmup', 0,
            @patience, '--fail-if', 'errors>0', '--fail-if', 'max>1ns'],
        $server);
    my ($m, $connect) = @{ $r->{json} }{qw(messages connect)};
    # With as many echoes as that, one of them has come to it.
    my $enough = 50 * (4 + $connect->{reconnects});
    last if $m->{timeouts} && ($m->{mismatches} || $m->{echoed} > $enough);
}
told('among timeouts and thresholds', $r, 3200);
cmp_ok($r->{json}{messages}{timeouts}, '>=', 1,
    '... of which there were some');
$server = Server->start(fault => 'flip', at => 640);
$r = EchocBench::run([@far, '--max-error-rate', 100], $server);
told('when errors are allowed', $r, 640);

# Who is not asked to look does not notice, and does not say that all is well.
for my $fault ('flip', 'swap') {
    $server = Server->start(fault => $fault, at => 20_000);
    $r = EchocBench::run([@far, @large, '--verify', 'none'], $server);
    is($r->{status}, 0, "$fault, --verify none: status 0");
    is($r->{plain}, '', "$fault, --verify none: no error");
    like($r->{stdout}, qr/^not verified\b/m,
        "$fault, --verify none: the report says so");
    unlike($r->{stdout}, qr/^verified|mismatches/m,
        "$fault, --verify none: and nothing else of it");
    is($r->{json}{config}{verify}, 'none',
        "$fault, --verify none: so does the document");
    is($r->{json}{messages}{bytes_verified}, undef,
        "$fault, --verify none: nothing was verified");
    EchocBench::balances($r, "$fault, --verify none");
}

# Bytes that were never sent are seen without looking at them.
for my $more (1, 5) {
    $server = Server->start(fault => 'extra', at => 640,
        text => 'x' x $more);
    $r = EchocBench::run([@far, '--verify', 'none'], $server);
    is($r->{status}, 6, "$more extra bytes, --verify none: status 6")
        or diag($r->{plain});
}

# What was verified is all that came back: first exchange, warm-up, window,
# and what came after it.
$server = Server->start;
for my $args ([], ['-P', 5, '-t', 2], ['--reconnect', 3], ['-R', 1000],
    ['-n', 500], ['--seed', 7]) {
    for (1 .. 5) {
        $r = EchocBench::run([@short, '-d', '0.1s', '--warmup', '0.1s',
                @$args], $server);
        # The machine may have stood still for all of that.
        last if $r->{json}{warmup}{echoed} > 0;
    }
    my ($m, $warmup, $connect) = @{ $r->{json} }{qw(messages warmup connect)};
    is($r->{status}, 0, "@$args: all is well") or diag($r->{plain});
    is($m->{bytes_verified}, 64 * ($m->{echoed} + $warmup->{echoed}
                + $connect->{established}),
        "@$args: the bytes of all messages were compared");
    is($m->{first_mismatch}, undef, "@$args: none differed");
    cmp_ok($warmup->{echoed}, '>', 0, "@$args: the warm-up is in it");
    my ($number, $unit) = $r->{stdout} =~
        /^verified ([\d.]+) ([KMG]?i?B), 0 mismatches$/m;
    my %unit = (B => 1, KiB => 2**10, MiB => 2**20, GiB => 2**30);
    my $shown = ($number // 0) * $unit{ $unit // 'B' };
    cmp_ok(abs($shown - $m->{bytes_verified}), '<=',
        0.01 * $m->{bytes_verified}, "@$args: and the report says so")
        or diag($r->{stdout});
}
done_testing;
