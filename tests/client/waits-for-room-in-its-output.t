# SPDX-License-Identifier: ISC
# If this fails, a result is truncated when another program, which shares the
# pipe or the terminal, has made it non-blocking.
use strict;
use warnings;

use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Test::More;

use Clock;
use Echoc;
use Files;
use Process;
use Server;

use constant { F_SETPIPE_SZ => 1031, LEAST => 4096 };

my $server = Server->start;
my $long = 'precious ' x 10_000;
my $dir = Files::new_dir();
Files::spew("$dir/file", $long);

# full_pipe: its two ends, as small and as full as can be.
sub full_pipe {
    pipe my $reader, my $writer or die "pipe: $!\n";
    fcntl $writer, F_SETPIPE_SZ, LEAST;
    $_->blocking(0) for $reader, $writer;
    my $filled = 0;
    while (my $n = syswrite $writer, '#' x LEAST) {
        $filled += $n;
    }
    return ($reader, $writer, $filled);
}

# is_waiting(CLIENT, CONNECTIONS): whether it has connected, and sleeps.
sub is_waiting {
    my ($client, $connections) = @_;
    return (Process::state($client->pid) // '') eq 'S'
        && $server->connections >= $connections;
}

# through_full(STREAM, WANTED, ARGUMENTS): nobody reads the pipe until the
# client waits, and then slowly.  WANTED is a pattern, or a function that looks
# at what came.
sub through_full {
    my ($stream, $status, $wanted, @args) = @_;
    my $name = "a full pipe for $stream: echoc "
        . substr "@args" =~ s/\Q$dir\E\///r, 0, 50;
    my ($reader, $writer, $filled) = full_pipe();
    # The others write something before they connect.
    my $connects = $args[0] =~ /^(?:ping|send|wait)$/ && "@args" !~ / -v/;
    my $connections = $server->connections + ($connects ? 1 : 0);
    my $client = Echoc::start(args => [@args, $server->target],
        $stream => $writer);
    Clock::until(sub {
        return is_waiting($client, $connections) || !$client->is_running;
    });
    my $text = '';
    Clock::until(sub {
        my $over = !$client->is_running;
        1 while sysread($reader, $text, LEAST, length $text) && $over;
        return $over;
    });
    $text = substr $text, $filled;
    is($client->wait->{status}, $status, "$name: status $status");
    ok(ref $wanted eq 'CODE' ? $wanted->($text) : $text =~ $wanted,
        "$name: all of it comes") or diag(Echoc::shown($text));
    ok(fcntl($writer, F_GETFL, 0) & O_NONBLOCK,
        "$name: the pipe stays as it is");
    return;
}

my $document = sub { return Echoc::json($_[0]) };
my $lines = sub {
    my ($wanted, $least) = @_;
    return sub { return scalar(() = $_[0] =~ /$wanted/g) >= $least };
};
my $probes = sub {
    return $_[0] =~ /\AECHO .*\np50[^\n]*\n\z/s && 200 == (() = $_[0] =~ /seq=/g);
};

through_full('stdout', 0, $document, 'bench', '-j', '-n', 2000, '-c', 1);
through_full('stdout', 0, qr/^echoc bench.*\nverified .*\n\z/s, 'bench', '-n',
    100, '-c', 1);
through_full('stdout', 0, qr/\Abegin_us.*\n\d.*\n\z/s, 'bench', '--format',
    'csv', '-n', 100, '-c', 1);
through_full('stdout', 0, qr/^\{.*interval.*\n(.*\n)*\{.*result.*\}\n\z/,
    'bench', '--json-stream', '-d', 0.2, '--interval', 0.01, '-c', 1);
through_full('stdout', 0, $probes, 'ping', '-c', 200, '-i', '1ms');
through_full('stdout', 0, $lines->(qr/"type":"reply".*\n/, 200), 'ping',
    '-c', 200, '-i', '1ms', '-j');
through_full('stdout', 0, $lines->(qr/^\d+,reply,.*\n/m, 200), 'ping', '-c',
    200, '-i', '1ms', '--format', 'csv');
through_full('stdout', 0, sub { return $_[0] eq $long }, 'send', '-f',
    "$dir/file");
through_full('stdout', 0, $document, 'send', '-j', '-f', "$dir/file");
through_full('stdout', 0, $document, 'wait', '-j');
through_full('stdout', 0, qr/^usage: .*print this help\n/s, '--help');

through_full('stderr', 0, $lines->(qr/^received "x"\n/m, 1000), '--chunk', 1,
    '-m', 'x' x 1000);
through_full('stderr', 0, qr/^\d+ bytes sent, .*\n\z/m, 'send', '-v', '-m',
    'hello');
through_full('stderr', 0, $lines->(qr/^[\d.]+ s  .*\n/m, 3), 'bench',
    '--progress=plain', '-d', 0.2, '--interval', 0.01, '-c', 1);
through_full('stderr', 0, qr/ 3 received, .*\n/, 'ping', '--format', 'csv',
    '-c', 3, '-i', '1ms');
through_full('stderr', 2, qr/\Aechoc: .*nosuch.*\n/, '--nosuch');

# Two threads that wait for the same reader: each line stays whole.
{
    my $messages = 8_000;
    my ($reader, $writer, $filled) = full_pipe();
    my $client = Echoc::start(args => ['bench', '-j', '-n', $messages, '-c', 4,
            '-t', 2, '--log', '/dev/fd/2', $server->target],
        stderr => $writer);
    my $text = '';
    Clock::until(sub {
        my $over = !$client->is_running;
        1 while sysread($reader, $text, LEAST, length $text) && $over;
        return $over;
    }, 20);
    $text = substr $text, $filled;
    is($client->wait->{status}, 0, '--log to a pipe: status 0');
    my $line = qr/^\d+\t\d+\t\d+\t[0-3]\t64$/m;
    my (undef, @lines) = split /\n/, $text;
    is(scalar(grep { /$line/ } @lines), $messages,
        '--log to a pipe: a line for each message');
    is_deeply([grep { !/$line/ } @lines], [], '--log to a pipe: and no other');
}

# A terminal that is read late now and then.
for (
    ['stdout', sub { return $_[0] eq $long }, 'send', '-f', "$dir/file"],
    ['stdout', $probes, 'ping', '-c', 200, '-i', '1ms'],
    ['stderr', $lines->(qr/^received "x"\n/m, 5000), '--chunk', 1, '-m',
        'x' x 5000],
) {
    my ($stream, $wanted, @args) = @$_;
    my $name = "a terminal for $stream: echoc @args[0, 1]";
    my $set = 'open my $fh, ">&=", shift or die "open: $!"; '
        . 'fcntl $fh, F_SETFL, O_WRONLY | O_NONBLOCK or die "fcntl: $!"; '
        . 'exec { $ARGV[0] } @ARGV or die "exec: $!"';
    my $r = Echoc::run(args => [@args, $server->target], terminal => [$stream],
        prefix => [$^X, '-MFcntl', '-e', $set, $stream eq 'stdout' ? 1 : 2]);
    is($r->{status}, 0, "$name: status 0") or diag($r->{stderr});
    ok(ref $wanted eq 'CODE' ? $wanted->($r->{terminal})
        : $r->{terminal} =~ $wanted, "$name: all of it comes")
        or diag(Echoc::shown($r->{terminal}));
}
done_testing;
