# SPDX-License-Identifier: ISC
# If this fails, send cannot be interrupted while it waits for a writer of a
# FIFO, or takes the missing writer for the end of the input.
use strict;
use warnings;

use POSIX ();
use Test::More;
use Clock;
use Echoc;
use Files;
use Server;

my $server = Server->start;
my $dir = Files::new_dir();
my $fifo = "$dir/fifo";
POSIX::mkfifo($fifo, 0600) or die "mkfifo: $!\n";

sub sending {
    my $before = $server->connections;
    my $client = Echoc::start(args => ['send', '-f', $fifo, $server->target],
        timeout => 30);
    ok(Clock::until(sub { $server->connections > $before }),
        'it connects, though nobody writes');
    return $client;
}

# No writer at all.
my $client = sending();
$client->signal('TERM');
my $r = $client->wait;
is($r->{status}, 130, 'TERM ends it') or diag $r->{stderr};
like($r->{stderr}, qr/: interrupted(?:: 0 of 0 bytes came back)?/,
    'which says so');

# One that comes late, and is slow.
$client = sending();
open my $writer, '>', $fifo or die "open: $!\n";
syswrite $writer, 'hello';
ok(Clock::until(sub { $client->stdout_so_far eq 'hello' }),
    'what is written is echoed');
ok($client->is_running, 'which is not the end');
syswrite $writer, ' world';
close $writer;
$r = $client->wait;
is($r->{status}, 0, 'the end of the writer is') or diag $r->{stderr};
is($r->{stdout}, 'hello world', 'and all of it has come back');
done_testing;
