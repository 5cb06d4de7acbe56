# SPDX-License-Identifier: ISC
# If this fails, the lines of several clients that write to one file or
# terminal are mixed within a line, or output is written byte by byte.
use strict;
use warnings;

use Socket qw(AF_UNIX SOCK_DGRAM);
use Test::More;

use Clock;
use Echoc;
use Server;

# written(ARGUMENTS, %arg): the result, and each write(2) to standard error,
# which is a socket that keeps them apart.
sub written {
    my ($args, %arg) = @_;
    socketpair my $reader, my $writer, AF_UNIX, SOCK_DGRAM, 0
        or die "socketpair: $!\n";
    $reader->blocking(0);
    my @writes;
    my $take = sub {
        while (defined recv($reader, my $text, 1 << 18, 0)) {
            push @writes, $text;
        }
        return;
    };
    my $client = Echoc::start(args => $args, stderr => $writer, %arg);
    close $writer;
    # It waits when there are too many.
    Clock::until(sub {
        my $over = !$client->is_running;
        $take->();
        return $over;
    });
    return ($client->wait, @writes);
}

my $server = Server->start;
my $port = $server->port;
my $odd = '\x00\xff\n\t"\\\\' . "\xc3\xa9";
for (
    ['the transcript', 0, 6],
    ['--easy', 0, 5, '--easy'],
    ['--chunk 1', 0, 8, '--chunk', 1, '-m', 'hello'],
    ['bytes that are not printable', 0, 4, '-e', '-m', $odd],
    ['the same, UTF-8', 0, 4, '-e', '-m', $odd, 'C.UTF-8'],
    ['a long one', 0, 4, '--chunk', '4k', '-m', 'long ' x 800],
    ['send -v', 0, 1, 'send', '-v', '-m', 'hello'],
    ['send -vv', 0, 1, 'send', '-vv', '-m', 'hello'],
    ['nobody is there', 4, 2, 'refuse'],
) {
    my ($name, $status, $least, @args) = @$_;
    my $refuse = @args && $args[-1] eq 'refuse' && pop @args;
    my $locale = @args && $args[-1] eq 'C.UTF-8' ? pop @args : 'C';
    my $there = $refuse ? Server->start(fault => 'refuse') : $server;
    my ($r, @writes) = written([@args, $there->target],
        env => { LC_ALL => $locale });
    is($r->{status}, $status, "$name: status $status");
    cmp_ok(scalar @writes, '>=', $least, "$name: there are lines")
        or diag(map { Echoc::shown($_) . "\n" } @writes);
    my @bad = grep { !/\n\z/ } @writes;
    is(scalar @bad, 0, "$name: each is a line, or several")
        or diag(map { Echoc::shown($_) . "\n" } splice @bad, 0, 5);
}
done_testing;
