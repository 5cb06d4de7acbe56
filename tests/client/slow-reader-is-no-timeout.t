# SPDX-License-Identifier: ISC
# If this fails, echoc blames the server for the time in which its own output
# was not read: after Ctrl-S and Ctrl-Q, or when a pipe is read late.
use strict;
use warnings;

use Test::More;

use Clock;
use Echoc;
use EchocPing;
use Files;
use Peer;
use Server;

# Longer than the machine may stand still, and shorter than the reader does.
my $patience = 2 * Clock::scale();

# send to a terminal that is not read for a while.
my $server = Server->start;
my $text = 'precious ' x 40_000;
my $dir = Files::new_dir();
open my $fh, '>', "$dir/file" or die "$dir/file: $!\n";
print $fh $text;
close $fh;
my @clients = map {
    my ($on, @args) = @$_;
    [Echoc::start(terminal => [$on], timeout => 60, args => ['send', '-W',
            $patience, '-f', "$dir/file", @args, $server->target]),
        join ' ', "send to a slow $on", @args];
} ['stdout'], ['stdout', '--no-half-close'];
Clock::until(sub { $server->connections >= @clients });

# ping to a pipe that is full while answers come.
my ($count, $size) = (150, 56);
my $peer = Peer->new;
pipe my $reader, my $writer or die "pipe: $!\n";
fcntl $reader, 1031, 4096;    # F_SETPIPE_SZ
my $ping = EchocPing::start(args => ['-c', $count, '-i', '1ms', '-s', $size,
        '-W', $patience, $peer->target], stdout => $writer, timeout => 60);
close $writer;
my $c = $peer->accept;
ok($c->take($count * $size), 'ping: all probes came');
# More lines than there is room for.
$c->give(100 * $size);
ok(Clock::until(sub { Echoc::in_write($ping->pid) }),
    'ping: nobody reads what it says');
$c->give(($count - 100) * $size);

# Nobody reads for as long as another client takes to lose a patience that
# lasts longer.
my $silent = Server->start(fault => 'silent');
my $r = Echoc::run(args => ['send', '-m', 'x', '-W', 1.4 * $patience,
        $silent->target], timeout => 60);
is($r->{status}, 5, 'a pause that is longer than the patience of a client');

my $lines = '';
$reader->blocking(0);
Clock::until(sub {
    1 while sysread $reader, $lines, 65536, length $lines;
    $c->close if $c->{sock}->opened && ($c->read_now, $c->{eof})[-1];
    return !$ping->is_running;
}, 30);
1 while sysread $reader, $lines, 65536, length $lines;
$r = $ping->wait;
$r = EchocPing::parse({ %$r, stdout => $lines });
is($r->{status}, 0, 'ping: status 0') or diag($r->{stderr});
is_deeply([EchocPing::losses($r)], [], 'ping: no probe is lost');
is($r->{summary}{received}, $count, 'ping: all have come back');
is($r->{summary}{late}, 0, 'ping: none of them late');

for (@clients) {
    my ($client, $name) = @$_;
    $r = $client->wait;
    is($r->{status}, 0, "$name: status 0") or diag($r->{stderr});
    unlike($r->{stderr}, qr/time-out/, "$name: nobody is late");
    ok($r->{terminal} eq $text, "$name: all of it comes");
}
done_testing;
