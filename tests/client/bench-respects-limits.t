# SPDX-License-Identifier: ISC
# If this fails, a load that exceeds a limit of this machine starts
# nevertheless and fails in the middle, blames the server, or does not say how
# much it would have needed.
use strict;
use warnings;

use Test::More;
use Echoc;
use EchocBench;
use Namespace;
use Server;

# limited(LIMITS, ARGUMENTS): a load under "ulimit LIMITS".
sub limited {
    my ($limits, @args) = @_;
    return Echoc::run(args => ['bench', @args],
        prefix => ['sh', '-c', "ulimit $limits && exec \"\$@\"", 'sh']);
}

# refused(NAME, RESULT, SERVER, CONNECTIONS, NUMBERS): it did not begin, as
# that is known before; all of the numbers are in the message.
sub refused {
    my ($name, $r, $server, $before, @numbers) = @_;
    my $port = $server->port;
    Echoc::same($r, "$name: status 8", status => 8,
        stderr => qr/\Aechoc: 127\.0\.0\.1 port $port: [^\n]+\n\z/);
    like($r->{stderr}, qr/(?<!\d)$_(?!\d)/, "$name: $_ is in the message")
        for @numbers;
    unlike($r->{stdout}, qr/^messages/m, "$name: there is no report");
    is($server->connections, $before, "$name: no connection was made");
    return;
}

my @short = ('-n', 500);
my $server = Server->start;

# Descriptors.
for my $how ([], ['-j']) {
    my $before = $server->connections;
    my $r = limited('-n 64', @$how, '-c', 1000, @short, $server->target);
    refused("1000 connections, 64 descriptors @$how", $r, $server, $before,
        1000, 64);
    my ($needed) = $r->{stderr} =~ /need[^\d]*(\d+)/;
    cmp_ok($needed // 0, '>', 1000, '... and how many it would need');
    next unless @$how;
    my $json = Echoc::json($r->{stdout});
    is($json->{status}, 8, '... in the document, too');
    is($json->{error}{kind}, 'limit', '... with its kind');
    like($json->{error}{message}, qr/\b1000\b.*\b64\b/, '... and its numbers');
}

# As many as were said to be needed are enough, and one less is not.
{
    my $r = limited('-n 40', '-c', 100, '-t', 2, @short, $server->target);
    my ($needed) = $r->{stderr} =~ /need[^\d]*(\d+)/;
    isnt($needed, undef, '100 connections: the number is told')
        or diag($r->{stderr});
    my $less = ($needed // 1) - 1;
    Echoc::same(limited("-n $needed", '-c', 100, '-t', 2, @short,
            $server->target),
        "100 connections, $needed descriptors", status => 0, stderr => '');
    Echoc::same(limited("-n $less", '-c', 100, '-t', 2, @short,
            $server->target),
        "100 connections, $less descriptors", status => 8);
}

# A low soft limit is only a default.
my $r = limited('-Sn 32', '-c', 200, @short, $server->target);
Echoc::same($r, 'a soft limit of 32, and 200 connections', status => 0,
    stderr => '', stdout => qr/^connections 200 of 200 /m);

# Local ports: each time a server in a network of its own, with 50 of them, as
# ports that were in use wait for a while.
my $few;

sub new_network {
    my $ports = shift // 50;
    skip('no private network here', 1) unless Namespace::network();
    $few = Server->start;
    my $file = '/proc/sys/net/ipv4/ip_local_port_range';
    # Not where the server is, which has one of them.
    my $low = $few->port < 45_000 ? 50_000 : 40_000;
    my $high = $low + $ports - 1;
    open my $fh, '>', $file or skip("$file: $!", 1);
    print $fh "$low $high\n";
    close $fh or skip("$file: $!", 1);
    return;
}

sub from_few {
    my ($n, @args) = @_;
    return Echoc::run(args => ['bench', '-c', $n, @args, @short,
            $few->target]);
}

SKIP: {
    my @two = ('-I', '127.0.0.2', '-I', '127.0.0.3');

    new_network();
    for my $how ([], ['-j']) {
        my $before = $few->connections;
        refused("60 connections, 50 ports @$how", from_few(60, @$how), $few,
            $before, 60, 50);
    }
    my $before = $few->connections;
    refused('101 connections, 50 ports, two addresses',
        from_few(101, @two), $few, $before, 101, 100);

    # All of them can be used.
    for ([50], [90, @two], [100, @two]) {
        my ($n, @from) = @$_;
        my $name = join ' ', "$n connections", @from;
        new_network();
        Echoc::same(from_few($n, @from), $name, status => 0, stderr => '',
            stdout => qr/^connections $n of $n /m);
        my %seen;
        $seen{ $_->[1] }++ for $few->accepted;
        is_deeply(\%seen, @from
            ? { '127.0.0.2' => $n / 2, '127.0.0.3' => $n / 2 }
            : { '127.0.0.1' => $n }, "$name: and so the server sees it")
            or diag(explain(\%seen));
    }
}

# More connections than that, one after the other: it is not the server that
# makes them few.
SKIP: {
    new_network(10);
    my $r = EchocBench::run(['-c', 5, '-t', 2, '--reconnect', 1, '-d', '1s',
            '--max-error-rate', 100, '--warmup', 0, '-W', 20], $few);
    my $failed = $r->{json}{connect}{reconnects_failed}{local};
    cmp_ok($failed // 0, '>', 0, '10 ports, --reconnect: they are used up');
    ok($r->{json}{generator}{saturated}, '... the document says whose fault');
    like($r->{stdout},
        qr/^warning: the client limits this result\b.*\bports\b/ms,
        '... and so does a warning');
    is($r->{status}, 0, '... status 0') or diag($r->{plain});
    EchocBench::balances($r, '10 ports, --reconnect');

    # As many as there is room for are no reason.
    new_network(50);
    $r = EchocBench::run(['-c', 5, '--reconnect', 10, '-n', 50], $few);
    unlike($r->{stdout}, qr/^warning: .*\bports\b/m,
        '50 ports, 5 reconnects: no warning of them');
}
done_testing;
