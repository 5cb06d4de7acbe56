# SPDX-License-Identifier: ISC
# If this fails, echod -d does not print the lines of the tutorial that it is
# based on.
use strict;
use warnings;

use Test::More;
use Client;
use Echod;

my $message = 'This is the message.  It will be repeated.';

my $d = Echod->start(
    options => ['-d', '-o', 'buffer_size=16', '-o', 'workers.start=1'],
);
my $sock = $d->connect;
my ($host, $port) = ($sock->sockhost, $sock->sockport);
is(Client::echo($sock, $message, eof => 1), $message, 'the echo');
close $sock;
my ($end) = $d->wait_log(qr/connection ended/);
my ($worker) = $end =~ / echod\[(\d+)\]/;

my @story = map { s/^\S+ echod\[$worker\]: //r }
    grep { / echod\[$worker\]: / } $d->log_lines;
my $last = pop @story;

is_deeply(\@story, [
    "connection from $host port $port",
    'received "This is the mess"',
    'sending data back to the client',
    'received "age.  It will be"',
    'sending data back to the client',
    'received " repeated."',
    'sending data back to the client',
    "no more data from $host port $port",
], 'the story');

my $n = length $message;
like($last, qr/^connection\ ended\ peer=\Q$host:$port\E
    \ listener=\S+:${\ $d->port}\ in_bytes=$n\ out_bytes=$n
    \ seconds=\d+\.\d{3}
    \ rtt_us=\d+\ retrans=0\ mss=\d+\ reason=closed$/x, 'and its summary');

# What a client sends can neither forge a line nor write to a terminal.
my $from = $d->mark;
Client::echo_once($d->port, "a\n\e[2J\0\"\\\xff");
my ($line, $text) = $d->wait_log(qr/: received (.*)/);
is($text, '"a\n\x1b[2J\x00\"\\\\\xff"', 'bytes are escaped as in C')
    or diag($line);
is($d->count_log(qr/[^ -~]/), 0, 'each line is printable ASCII');
$d->finish;
done_testing;
