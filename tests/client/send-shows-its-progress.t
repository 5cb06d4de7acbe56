# SPDX-License-Identifier: ISC
# If this fails, a user who sends much data at a terminal does not see the
# progress, or the progress is mixed with other output.
use strict;
use warnings;

use Test::More;

use Clock;
use Echoc;
use Files;
use Server;

# It stands still in the midst of the file, for longer than it takes until
# there is progress to see.
my $bytes = 300 * 1024;
my $server = Server->start(fault => 'stall', at => 100 * 1024, for => 1.2);
my $dir = Files::new_dir();
Files::spew("$dir/file", 'x' x $bytes);

my @file = ('-f', "$dir/file");
my $line = qr/\r\[\ *[\d.]+s\]\ [\d.]+\ (?:KiB|B)\ of\ 300\ KiB
    \ \ [\d.]+\ \w+\/s\ \ \d+:\d\d\ left\e\[K/x;
my $any = qr/\r|\e|left/;
my @none = (
    ['-q', ['stderr'], {}, @file, '-q'],
    ['--no-progress', ['stderr'], {}, @file, '--no-progress'],
    ['TERM=dumb', ['stderr'], { TERM => 'dumb' }, @file],
    ['the echo on the terminal', ['stdout', 'stderr'], {}, @file],
    ['no terminal', [], {}, @file],
);
my @clients = map {
    my ($name, $on, $env, @args) = @$_;
    [Echoc::start(args => ['send', @args, $server->target], env => $env,
        @$on ? (terminal => $on) : ()), $name];
} ['a file', ['stderr'], {}, @file],
    ['with -j', ['stderr'], {}, '-j', @file],
    ['with -v', ['stderr'], {}, '-v', @file], @none;
Clock::until(sub { !grep { $_->[0]->is_running } @clients }, 30);

for (splice @clients, 0, 3) {
    my ($client, $name) = @$_;
    my $r = $client->wait;
    is($r->{status}, 0, "$name: status 0");
    like($r->{terminal}, $line, "$name: bytes, rate and time left")
        or diag(Echoc::shown($r->{terminal}));
    my $left = $r->{terminal} =~ s/.*\r\e\[K//sr;
    like($left, $name =~ /v/ ? qr/\Aconnected\ to\ \S+\ in\ [\d.]+\ \w+
        \n$bytes\ bytes\ sent,\ $bytes\ came\ back\ equal\ \(300\ KiB\)
        \ in\ [\d.]+\ \w+\ \([\d.]+\ \w+\/s\)\n\z/x : qr/\A\z/,
        "$name: nothing of it stays") or diag(Echoc::shown($left));
    ok($name =~ /j/ ? $r->{stdout} =~ /"bytes_verified": $bytes,/
        : $r->{stdout} eq 'x' x $bytes, "$name: nor is it in the product");
}
for (@clients) {
    my ($client, $name) = @$_;
    my $r = $client->wait;
    is($r->{status}, 0, "$name: status 0");
    unlike(($r->{terminal} // '') . ($r->{stderr} // ''), $any,
        "$name: no progress");
}

# The size of a pipe is unknown; a send that waits for input has progress, too.
{
    my $good = Server->start;
    pipe my $reader, my $writer or die "pipe: $!\n";
    my $client = Echoc::start(args => ['send', $good->target],
        terminal => ['stderr'], stdin => $reader);
    close $reader;
    syswrite $writer, 'x' x 1000;
    ok(Clock::until(sub {
        return $client->terminal_so_far
            =~ /\r\[ *[\d.]+s\] 1000 B  [\d.]+ \w+\/s\e\[K/;
    }), 'a pipe: bytes and rate') or diag(
        Echoc::shown($client->terminal_so_far));
    close $writer;
    Echoc::same($client->wait, 'a pipe: it ends', status => 0,
        stdout => 'x' x 1000, terminal => qr/\r\e\[K\z/);
}

# On a terminal as on a file, -v is no transcript.
my $r = Echoc::run(args => ['send', '-v', '-m', 'hello', $server->target]);
Echoc::same($r, 'send -v: a summary', status => 0, stdout => 'hello',
    stderr => qr/\Aconnected\ to\ 127\.0\.0\.1:\d+\ in\ [\d.]+\ \w+\n
        5\ bytes\ sent,\ 5\ came\ back\ equal\ [^\n]+\n\z/x);
done_testing;
