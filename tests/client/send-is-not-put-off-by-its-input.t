# SPDX-License-Identifier: ISC
# If this fails, while there is input to send, send does not notice that the
# server returns no echo, and waits forever: "tail -f log | echoc send".
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Server;

# begin(NAME, FORM, FAULT): one that has an input without an end.
sub begin {
    my ($name, $form, @fault) = @_;
    my $server = Server->start(@fault);
    pipe my $reader, my $writer or die "pipe: $!\n";
    my $client = Echoc::start(args => ['send', '-W', '1.5s', @$form,
            $server->target], stdin => $reader, timeout => 30);
    return { name => $name, form => "@$form", server => $server,
        client => $client, input => $writer, lines => 0 };
}

my @runs = map { begin(@$_) } (
    ['a server that swallows', [], fault => 'silent'],
    ['one that swallows, -j', ['-j'], fault => 'silent'],
    ['one that does not read', [], fault => 'unread'],
    ['one that does not accept', [], fault => 'accept_never'],
    ['one that stops after a while', ['--no-half-close'], fault => 'stall',
        at => 40, for => 600],
);

# Each gets a line now and then, for as long as it runs, at most for some
# seconds.
Clock::until(sub {
    my @running = grep { $_->{client}->is_running } @runs;
    $_->{lines} += syswrite($_->{input}, "line\n") // 0 for @running;
    return !@running;
}, 8);
for (@runs) {
    my ($name, $client) = @$_{qw(name client)};
    ok(!$client->is_running, "$name: it ends before its input does");
    cmp_ok($_->{lines}, '>=', 3, "$name: which goes on meanwhile");
    close $_->{input};
    my $r = $client->wait;
    is($r->{status}, 5, "$name: status 5") or diag($r->{stderr});
    cmp_ok($r->{seconds}, '>=', 1.5, "$name: after -W");
    is(Echoc::json($r->{stdout})->{error}{kind}, 'timeout',
        "$name: the document says so") if $_->{form} eq '-j';
}
done_testing;
