# SPDX-License-Identifier: ISC
# If this fails, a script that runs ping takes a broken server for a working
# one or the reverse, or a probe is lost without a reason.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use EchocPing;
use Server;

# So many at the same time: they only wait, most of the time.
use constant TOGETHER => 30;

my @pings;

# ping(NAME, STATUS, SERVER, ARGUMENTS, %sum): begin one.  When it ends, its
# status is looked at, the error line, these figures of the summary, and what
# CODE in `then` tests; that gets the result and the server.
sub ping {
    my ($name, $status, $server, $args, %sum) = @_;
    push @pings, {
        name => $name,
        status => $status,
        server => $server,
        client => EchocPing::start(args => [@$args, $server->target],
            timeout => 20),
        then => delete $sum{then} // sub { },
        sum => \%sum,
    };
    judge() if @pings >= (Clock::is_slow() ? 2 : TOGETHER);
    return;
}

# judge(): all that have begun.
sub judge {
    while (my $ping = shift @pings) {
        my $r = EchocPing::end($ping->{client});
        judge_one($r, @$ping{qw(name status server)}, %{ $ping->{sum} });
        $ping->{then}->($r, $ping->{server});
    }
    return;
}

sub judge_one {
    my ($r, $name, $status, $server, %sum) = @_;
    is($r->{status}, $status, "$name: status $status") or diag($r->{stderr});
    my $port = $server->port;
    like($r->{stderr}, $status == 0 ? qr/\A\z/
        : qr/\Aechoc: 127\.0\.0\.1 port $port: [^\n]+\n\z/,
        "$name: " . ($status == 0 ? 'no error' : 'one line says why'));
    isnt($r->{summary}, undef, "$name: there is a summary")
        or diag($r->{stdout});
    for (sort keys %sum) {
        is($r->{summary}{$_}, $sum{$_},
            "$name: " . ($sum{$_} // 'no') . " $_");
    }
    my $summary = $r->{summary};
    if ($summary->{sent}) {
        my $lost = $summary->{sent} - $summary->{received};
        is($summary->{loss},
            0 + sprintf('%.4g', 100 * $lost / $summary->{sent}),
            "$name: the loss is what was not received");
    }
    return;
}

# losses(NAME, LINE...): what tests of a result that these are the failed
# probes, "SEQ REASON".
sub losses {
    my ($name, @lines) = @_;
    return sub {
        my $r = shift;
        is_deeply([map { "$_->[0] $_->[1]" } EchocPing::losses($r)], \@lines,
            "$name: each loss has its reason") or diag($r->{stdout});
    };
}

my @fast = ('-i', '0.02');

# One after the other, so that only one is in flight when something happens.
my @single = ('-A', '-i', 2 * Clock::scale());
my @within = ('-w', 15 * Clock::scale());
# Long enough for a few probes.
my $time = 1.5 * Clock::scale();

# Up.
my $server = Server->start;
ping('up', 0, $server, [@fast, '-c', 3], sent => 3, received => 3);
ping('up, -c and -w', 0, $server, [@single, '-c', 3, @within], sent => 3,
    received => 3);

# One reply of several is enough, but where all are asked for in a time.
$server = Server->start(fault => 'stall', at => 56, for => 600);
ping('one reply', 0, $server, [@fast, '-c', 3, '-W', $time], sent => 3,
    received => 1);
$server = Server->start(fault => 'stall', at => 112, for => 600);
ping('fewer than -c within -w', 1, $server,
    ['-i', '0.1', '-c', 5, '-w', $time, '-W', 60], received => 2,
    then => sub {
        my $r = shift;
        cmp_ok($r->{seconds}, '>=', $time, '... after that time');
        cmp_ok($r->{seconds}, '<', 15 * Clock::scale(), '... and no later');
        cmp_ok($r->{summary}{sent}, '>=', 3, '... in which the probes go on');
    });
$server = Server->start(fault => 'stall', at => 112, for => 600);
ping('-w alone', 0, $server, ['-i', '0.1', '-w', $time], received => 2);
# Probes still in flight then are lost, for a --fail-if as for the summary.
for my $condition ('errors>0', 'error_rate>1%') {
    $server = Server->start(fault => 'stall', at => 112, for => 600);
    ping("-w alone, --fail-if $condition", 1, $server, ['-i', '0.1', '-w',
            $time, '-W', 60, '--fail-if', $condition], received => 2);
}

# Down.
$server = Server->start(fault => 'refuse');
ping('down', 1, $server, [@fast, '-c', 3], sent => 3, received => 0,
    loss => 100, corrupt => 0, late => 0, rtt => undef, then => sub {
        my $r = shift;
        losses('down', map { "$_ connection refused" } 1 .. 3)->($r);
        like($r->{header}, qr/^ECHO 127\.0\.0\.1 \(127\.0\.0\.1\) port \d+: /,
            'down: the header has the address');
    });
ping('down, -w', 1, $server, ['-i', '0.1', '-w', $time], received => 0,
    loss => 100, then => sub {
        my $r = shift;
        cmp_ok($r->{seconds}, '>=', $time, '... to the end');
        cmp_ok($r->{summary}{sent}, '>=', 3, '... for errors do not end it');
    });

# The last one is lost before it has left: nothing is waited for any more.
for my $args ([], ['-A'], ['--reconnect']) {
    my $name = "cannot be sent @$args";
    my $from = Clock::now();
    my $r = EchocPing::run(args => ['-c', 1, '-i', 60, @$args,
            '255.255.255.255', 9], timeout => 30);
    is($r->{status}, 1, "$name: status 1") or diag($r->{stderr});
    is($r->{summary}{sent}, 1, "$name: it was tried");
    is(scalar EchocPing::losses($r), 1, "$name: it was lost");
    Clock::soon($from, "$name: it ends then, and not when the next were due");
}

# No answer, of the server or of the host.
$server = Server->start(fault => 'silent');
ping('silent', 1, $server, [@fast, '-c', 2, '-W', '0.3'], sent => 2,
    loss => 100, then => losses('silent', '1 timeout', '2 timeout'));
$server = Server->start(fault => 'accept_never', full => 1);
ping('no handshake', 1, $server, [@fast, '-c', 2, '-W', '0.3'],
    sent => 2, loss => 100, then => losses('no handshake',
        '1 connect timed out', '2 connect timed out'));
ping('no handshake, -w', 1, $server, ['-w', '0.4', '-W', 60],
    received => 0, then => sub {
        cmp_ok($_[0]{seconds}, '<', 15 * Clock::scale(),
            '... which bounds the handshake too');
    });

# Wrong, by the byte of the probe.
my $at = 4 * 56 + 17;
$server = Server->start(fault => 'flip', at => $at, only => 1);
ping('corrupt', 6, $server, [@single, '-c', 8], sent => 8,
    received => 7, corrupt => 1, then => sub {
        my ($r, $there) = @_;
        losses('corrupt', '5 corrupt at byte 17')->($r);
        like($r->{stderr}, qr/: 1 of 8 /, 'corrupt: the error line counts it');
        is($there->connections, 2,
            'corrupt: that connection is not used again');
    });
$server = Server->start(fault => 'drop', at => $at, only => 1);
ping('a byte is missing', 6, $server, [@single, '-c', 6], corrupt => 1,
    then => losses('a byte is missing', '5 corrupt at byte 17'));
$server = Server->start(fault => 'extra', at => 112, only => 1);
ping('extra bytes', 6, $server, [@single, '-c', 5], corrupt => 1,
    then => losses('extra bytes', '3 corrupt at byte 0'));
$server = Server->start(fault => 'flip', at => 3);
ping('nothing but corrupt', 6, $server, [@single, '-c', 2], received => 0,
    corrupt => 2, loss => 100);
$server = Server->start(fault => 'flip', at => 3, only => 1);
ping('corrupt, -c and -w', 6, $server, [@single, '-c', 2, @within],
    received => 2, corrupt => 1);

# Ended by the server.
for (
    [early => 'connection ended early'],
    [reset => 'connection reset'],
) {
    my ($fault, $words) = @$_;
    $server = Server->start(fault => $fault, at => 2 * 56 + 5,
        only => 1);
    ping($fault, 0, $server, [@single, '-c', 5], sent => 5,
        received => 4, then => sub {
            my $r = shift;
            losses($fault, "3 $words")->($r);
            like("@{ $r->{summary}{more} }", qr/^1 disconnects?, 1 reconnects?\b/,
                "$fault: and one reconnect");
        });
    $server = Server->start(fault => $fault, at => 0);
    ping("nothing but $fault", 1, $server, ['-i', '0.1', '-c', 2],
        received => 0, corrupt => 0);
}
judge();

# The name does not exist.
my $r = Echoc::run(args => ['ping', '-c', 1, 'no-such-host.invalid:7']);
Echoc::same($r, 'unknown host', status => 3, stdout => '',
    stderr => Echoc::error_line('no-such-host.invalid', 7));
$r = Echoc::run(args => ['ping', '-c', 1, 'localhost:no-such-service']);
Echoc::same($r, 'unknown service', status => 3, stdout => '',
    stderr => qr/\Aechoc: localhost port no-such-service: .+: .+\n\z/);

# Mistakes on the command line, and files that cannot be written.
for (['--foreheads'], ['-I', 'no-such-interface'], ['-4', '-6'],
    ['-I', '127.0.0.1', '-I', '127.0.0.2'],
    ['-o', '/nonexistent/file'], ['--resolve', 'localhost'],
    ['--color=blue'], ['--format', 'xml'], ['-j', '--format', 'csv'],
    ['one', '2', 'three']) {
    $r = Echoc::run(args => ['ping', '-c', 1, @$_]);
    Echoc::same($r, "@$_: status 2", status => 2,
        stderr => qr/\Aechoc: [^\n]+\n/);
}
done_testing;
