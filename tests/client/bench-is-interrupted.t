# SPDX-License-Identifier: ISC
# If this fails, a user who interrupts a long load loses the results so far,
# takes a part for the whole, or cannot stop it.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use EchocBench;
use Files;
use Process;
use Server;

my $server = Server->start;
my @load = ('-c', 5, '-W', 20);

# seconds(): of a result, less than this; a time-out of 20 s would be more.
use constant SOON => 5;

# A report of what there was.
for (
    ['INT', '-d', '60s'],
    ['TERM', '-d', '60s'],
    ['INT', '-d', '60s', '-R', 1000],
    ['INT', '-n', 100_000_000],
    ['INT', '-n', 100_000_000, '-R', 1000, '-t', 2],
    ['INT', '-d', '60s', '--reconnect', 5],
) {
    my ($signal, @args) = @$_;
    my $name = "$signal, @args";
    my $bench = EchocBench->start([@load, '--warmup', 0, @args], $server);
    ok($bench->measures(3), "$name: it measures");
    my $from = Clock::now();
    $bench->signal($signal);
    my $r = $bench->wait;
    cmp_ok(Clock::now() - $from, '<', SOON * Clock::scale(),
        "$name: it ends soon");
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($r->{plain}, '', "$name: no error");
    like($r->{stdout}, qr/^interrupted$/m, "$name: the report says so");
    for my $line (qw(messages rate connections latency verified)) {
        like($r->{stdout}, qr/^\s*$line\b/m, "$name: it has $line");
    }
    my $json = $r->{json};
    ok($json->{interrupted}, "$name: the document says so, too");
    is($json->{status}, 0, "$name: with status 0");
    is($json->{error}, undef, "$name: and no error");
    my $m = $json->{messages};
    # Three intervals of 50 ms, and not much more than the load really took.
    my $window = $m->{window_us} / 1e6;
    cmp_ok($window, '>=', 0.15, "$name: the window is as long as it was");
    cmp_ok($window, '<=', $r->{seconds}, "$name: and not longer");
    my $rate = $m->{echoed_in_window} / $window;
    cmp_ok(abs($m->{rate_per_s} - $rate), '<=', 0.01 * $rate,
        "$name: the rate is that of the window");
    EchocBench::balances($r, $name);
}

# In the warm-up, which is shown on a terminal, nothing has been measured yet.
SKIP: {
    my $client = Echoc::start(args => ['bench', @load, '-d', '60s',
            '--warmup', '60s', $server->target], terminal => ['stderr']);
    ok(Clock::until(sub { $client->terminal_so_far =~ /warm-up/ }),
        'in the warm-up');
    $client->signal('INT');
    my $r = $client->wait;
    cmp_ok($r->{seconds}, '<', SOON * Clock::scale(), '... it ends soon');
    is($r->{status}, 1, '... with status 1');
    like($r->{stdout}, qr/^interrupted$/m, '... it says so');
    like($r->{stdout}, qr/^messages +0 sent, 0 echoed, /m,
        '... nothing is measured');
    like($r->{terminal}, qr/echoc: [^\n]*: interrupted before [^\n]*\n\z/,
        '... which is what is wrong') or diag(Echoc::shown($r->{terminal}));
}

# Messages in flight are waited for, but not for longer than -W.
sub stalled { return Server->start(fault => 'stall', at => 320,
    for => 600) }

my $patience = 1.5 * Clock::scale();
my $bench = EchocBench->start(['-c', 4, '-d', '60s', '--warmup', 0, '-P', 2,
        '-W', $patience], stalled());
ok($bench->measures(2), 'a server that stalls: it measures');
my $from = Clock::now();
$bench->signal('INT');
my $r = $bench->wait;
Clock::soon($from, '... it ends after -W', $patience);
is($r->{status}, 1, '... with status 1');
like($r->{stdout}, qr/^interrupted$/m, '... it says so');
cmp_ok($r->{json}{messages}{timeouts}, '>=', 8,
    '... what was under way timed out');
EchocBench::balances($r, 'a server that stalls');

# is_ready(PID): whether the client, which is no copy of this process any
# more, catches the signal instead of being killed by it.
sub is_ready {
    return 0 unless defined Echoc::peak_memory($_[0]);
    my $text = Files::slurp("/proc/$_[0]/status") // return 0;
    return grep { hex($_) & 2 }    # SIGINT
        $text =~ /^SigCgt:\s*[0-9a-f]*([0-9a-f])$/mg;
}

# The second one does not wait for anything.  One that comes within 0.3 s may be
# the first one again, by way of a shell.
for my $again (qw(INT TERM)) {
    $bench = EchocBench->start(['-c', 4, '-d', '60s', '--warmup', 0, '-W',
            60], stalled());
    ok($bench->measures(2), "INT and $again: it measures");
    $from = Clock::now();
    $bench->signal('INT');
    Clock::until(sub {
        $bench->signal($again);
        return !$bench->is_running;
    }, SOON);
    $r = $bench->wait(0);
    is($r->{status}, 'signal ' . ($again eq 'INT' ? 2 : 15),
        "INT and $again: the second one kills");
    cmp_ok(Clock::now() - $from, '>=', 0.3,
        "INT and $again: and until then it waits for echoes");
    cmp_ok(Clock::now() - $from, '<', SOON * Clock::scale(),
        "INT and $again: at once");
}

# While it connects.
for (
    ['nobody answers the first handshake', 1, [],
        fault => 'accept_never', full => 1],
    ['nobody answers the first exchange', 1, [], fault => 'accept_never'],
    ['the first exchange is not echoed', 5, [], fault => 'silent'],
    ['one of them is not echoed', 5, [], fault => 'silent', only => 4],
    ['few a second', 2, ['--connect-rate', 4, '-c', 200]],
) {
    my ($name, $connections, $args, %fault) = @$_;
    for my $json (0, 1) {
        my $bad = Server->start(%fault);
        my $client = Echoc::start(args => ['bench', ($json ? '-j' : ()),
                '-c', 5, '-W', 60, '-d', 60, @$args, $bad->target]);
        # An accept queue cannot be seen; the socket can.
        Clock::until(sub {
            my %fd = %{ Process::descriptors($client->pid) };
            return is_ready($client->pid)
                && grep({ /^socket:/ } values %fd) > 0
                && ($bad->{fault} eq 'accept_never'
                || $bad->connections >= $connections);
        });
        $from = Clock::now();
        $client->signal('INT');
        $r = $client->wait;
        my $what = $name . ($json ? ' -j' : '');
        cmp_ok(Clock::now() - $from, '<', SOON * Clock::scale(),
            "$what: it ends soon");
        # Some may have had their first exchange, which is not measured.
        is($r->{status}, 1, "$what: status 1");
        my $document = $json ? Echoc::json($r->{stdout}) : {};
        is($document->{status}, $r->{status}, "$what: the same status")
            if $json;
        ok($document->{interrupted}
            || "$r->{stdout}$r->{stderr}" =~ /\binterrupted\b/,
            "$what: it says why");
        like($r->{stderr}, qr/^(?:echoc: [^\n]+\n)?\z/,
            "$what: in a line at most");
        accounted($document, $what) if $json;
    }
}

# accounted(DOCUMENT, NAME): each connection is, and none of them was late.
sub accounted {
    my ($document, $name) = @_;
    my ($connect, $warmup) = @$document{qw(connect warmup)};
    is($connect->{established} + EchocBench::total($connect->{failed}),
        $connect->{wanted}, "$name: each connection is told of");
    is($connect->{failed}{timeout} // 0, 0, "$name: no handshake was late");
    is($warmup->{errors}{timeout} // 0, 0, "$name: nor was an echo");
    is($warmup->{echoed} + EchocBench::total($warmup->{errors}),
        $warmup->{sent}, "$name: so is each message before the window");
    return;
}

# An echo that differed before goes over it.
for my $signal ('INT', 'TERM') {
    my $name = "a mismatch, and $signal while it connects";
    for (1 .. 5) {
        my $bad = Server->start(fault => 'flip', only => 1);
        my $client = Echoc::start(args => ['bench', '-j', '-c', 200,
                '--connect-rate', 8, '-W', 60, '-d', 60, $bad->target]);
        Clock::until(sub { $bad->connections >= 3 });
        $client->signal($signal);
        $r = $client->wait;
        # It may have been slow to come.
        last if $r->{stdout} =~ /"mismatches": *[1-9]/;
    }
    is($r->{status}, 6, "$name: status 6") or diag($r->{stderr});
    my $document = Echoc::json($r->{stdout});
    is($document->{status}, 6, "$name: and in the document");
    is($document->{error}{kind}, 'mismatch', "$name: with its kind");
    cmp_ok($document->{messages}{mismatches}, '>', 0, "$name: and the count");
}
done_testing;
