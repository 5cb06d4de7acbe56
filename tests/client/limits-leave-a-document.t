# SPDX-License-Identifier: ISC
# If this fails, a limit of the machine ends a client without a message or
# document: a limit of file size or CPU time, a closed terminal, or a closed
# pipe.
use strict;
use warnings;

use Config;
use Test::More;

use Clock;
use Echoc;
use Files;
use Process;
use Server;

my $server = Server->start;
my $silent = Server->start(fault => 'silent');
my $dir = Files::new_dir();
my %number;
@number{ split ' ', $Config{sig_name} } = split ' ', $Config{sig_num};
my @limited = ('sh', '-c', 'ulimit -f 1; exec "$@"', 'sh');
Files::spew("$dir/input", 'precious ' x 1000);

sub to_file {
    my $path = shift;
    open my $file, '>', $path or die "$path: $!\n";
    return $file;
}

# catches(PID, SIGNAL): whether it has a handler for it, and is this test's copy
# no more, which may have one, too.
sub catches {
    my ($pid, $signal) = @_;
    return 0 if (readlink("/proc/$pid/exe") // '') eq readlink '/proc/self/exe';
    return hex(Process::status($pid, 'SigCgt') // 0) & 1 << $number{$signal} - 1;
}

# document(PATH): the document, or the last object of several.
sub document {
    my $text = Files::slurp(shift) // '';
    ($text) = $text =~ /([^\n]*)\n\z/ if $text =~ /\}\n\{/;
    return Echoc::json($text) // {};
}

# Processor time, as the kernel counts it: a second of a load that nobody can
# keep up with, and that has failed then.
my $busy = Echoc::start(args => ['bench', '-d', 60, '-c', 2, '-t', 2, '-R',
        '10m', '-W', 0.5, '-o', "$dir/busy", $server->target], timeout => 60,
    prefix => ['sh', '-c', 'ulimit -S -t 1; exec "$@"', 'sh']);

# The size of a file.
my @ping = ('ping', '-c', 40, '-i', '1ms');
my @bench = ('bench', '-n', 500, '-c', 1);
for (
    ['send', '-f', "$dir/input"],
    [@ping], [@ping, '-j'], [@ping, '--format', 'csv'],
    [@bench, '-j'], [@bench, '--format', 'csv', '--interval', '10ms', '-n',
        5000],
    ['--help'],
) {
    my $r = Echoc::run(args => [@$_, $server->target], prefix => \@limited,
        stdout => to_file("$dir/out"));
    Echoc::same($r, "echoc @$_ >file: status 2", status => 2,
        stderr => qr/^echoc: standard output: File too large\n/m);
}
for my $option ('-o', '--log', '--hdr') {
    my @args = (@bench, $option, "$dir/out", $option eq '-o' ? () : '-j');
    pipe my $reader, my $writer or die "pipe: $!\n";
    my $r = Echoc::run(args => [@args, $server->target], prefix => \@limited,
        stdout => $writer);
    close $writer;
    my $text = do { local $/; readline $reader };
    Echoc::same($r, "bench $option file: status 2", status => 2,
        stderr => qr/^echoc: [^\n]*\/out: File too large\n\z/m);
    next if $option eq '-o';
    my $json = Echoc::json($text) // {};
    is($json->{status}, 2, "bench $option file: the document says so");
    like($json->{error}{message}, qr/File too large/,
        "bench $option file: and why");
}
my $r = Echoc::run(args => ['--chunk', 1, '-m', 'x' x 100, $server->target],
    prefix => \@limited);
is($r->{status}, 2, 'a transcript in a file: status 2');

# A reader that has gone before anything was begun.
for (['--help'], ['--nosuch'], ['wait', '--help']) {
    my %gone;
    for my $stream ('stdout', 'stderr') {
        pipe my $reader, $gone{$stream} or die "pipe: $!\n";
    }
    is(Echoc::run(args => $_, %gone)->{status}, 2,
        "echoc @$_ to nobody: status 2");
}

# What has no room in one place is complete in the other.
SKIP: {
    skip 'no /dev/full here', 1 unless -c '/dev/full';
    for (\@ping, \@bench) {
        my $r = Echoc::run(args => [@$_, '-o', "$dir/out", $server->target],
            stdout => to_file('/dev/full'));
        my $json = document("$dir/out");
        is($r->{status}, 2, "$_->[0] -o file >/dev/full: status 2");
        is($json->{status}, 2, "$_->[0]: the document says so");
        like($json->{error}{message}, qr/standard output/,
            "$_->[0]: and why");
    }
}

# Signals that limits send.  PATTERN says when it has begun.
my %words = (HUP => ' by a hangup', XCPU => ' by the limit of processor time');
for my $signal (sort keys %words) {
    for (
        ['the transcript', 130, qr/^sending/m, $silent],
        ['send', 130, undef, $silent, 'send', '-m', 'x'],
        ['wait', 130, undef, $silent, 'wait'],
        ['ping', 0, qr/seq=1 /, $server, 'ping', '-i', '10ms'],
        ['bench', 0, qr/^[\d.]+ s  [1-9]/m, $server, 'bench', '-d', 60, '-c', 1,
            '--warmup', 0, '--progress=plain', '--interval', '50ms'],
    ) {
        my ($mode, $status, $begun, $to, @args) = @$_;
        my $before = $to->connections;
        unlink "$dir/out";
        my $client = Echoc::start(args => [@args, '-o', "$dir/out",
                $to->target]);
        Clock::until(sub {
            my $text = $client->stdout_so_far . $client->stderr_so_far;
            return defined $begun ? $text =~ $begun
                : $to->connections > $before && catches($client->pid, $signal);
        });
        # They come more than once, and none of them kills.
        Clock::until(sub {
            $client->signal($signal);
            return !$client->is_running;
        });
        my $r = $client->wait;
        my $json = document("$dir/out");
        is($r->{status}, $status, "$mode, SIG$signal: status $status")
            or diag($r->{stderr});
        is($json->{status}, $status, "$mode, SIG$signal: with a document");
        like($status ? $r->{stderr} : $r->{stdout},
            qr/\binterrupted$words{$signal}\b/,
            "$mode, SIG$signal: it is named") if $mode ne 'ping';
    }
}

is($busy->wait->{status}, 1, 'ulimit -S -t 1: the load ends');
ok(document("$dir/busy")->{interrupted}, 'ulimit -S -t 1: and is reported');

# Who does not want to hear of a hangup does not.
my $client = Echoc::start(args => ['ping', '-i', '1ms', $server->target],
    prefix => ['sh', '-c', 'trap "" HUP; exec "$@"', 'sh']);
Clock::until(sub { $client->stdout_so_far =~ /seq=1 / });
$client->signal('HUP');
my ($last) = $client->stdout_so_far =~ /.*seq=(\d+)/s;
ok(Clock::until(sub {
    return ($client->stdout_so_far =~ /.*seq=(\d+)/s)[0] > $last + 20;
}), 'after nohup: it goes on');
$client->signal('TERM');
is($client->wait->{status}, 0, 'after nohup: until it is told to end');
done_testing;
