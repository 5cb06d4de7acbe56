# SPDX-License-Identifier: ISC
# If this fails, send waits for ever for a server that swallows what it gets,
# as long as there is something to send: "tail -f log | echoc send".
use strict;
use warnings;

use Test::More;
use Echod;
use Echoc;
use EchocServer;

# trickle(NAME, SERVER, ARGUMENTS): give it a line now and then, for as long as
# it runs, at most for some seconds.  Returns the result.
sub trickle {
    my ($name, $server, @args) = @_;
    pipe my $reader, my $writer or die "pipe: $!\n";
    my $client = Echoc::start(args => ['send', @args, $server->target],
        stdin => $reader, timeout => 30);
    close $reader;
    my $lines = 0;
    my $ended = Echod::until(sub {
        $lines += syswrite($writer, "line\n") // 0;
        return !$client->is_running;
    }, 8);
    close $writer;
    ok($ended, "$name: it ends before its input does");
    cmp_ok($lines, '>=', 3, "$name: which goes on meanwhile");
    return $client->wait;
}

for (
    ['a server that swallows', [], fault => 'silent'],
    ['one that swallows, -j', ['-j'], fault => 'silent'],
    ['one that does not read', [], fault => 'unread'],
    ['one that does not accept', [], fault => 'accept_never'],
    ['one that stops after a while', ['--no-half-close'], fault => 'stall',
        at => 40, for => 600],
) {
    my ($name, $args, @how) = @$_;
    my $server = EchocServer->start(@how);
    my $r = trickle($name, $server, '-W', '1.5s', @$args);
    is($r->{status}, 5, "$name: status 5") or diag($r->{stderr});
    cmp_ok($r->{seconds}, '>=', 1.5, "$name: after -W");
    is(Echoc::json($r->{stdout})->{error}{kind}, 'timeout',
        "$name: the document says so") if "@$args" eq '-j';
}
done_testing;
