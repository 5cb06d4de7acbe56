# SPDX-License-Identifier: ISC
#
# If this fails, whoever may connect to the control socket can keep others from
# it, or the service from its clients, by being silent, slow, or rude.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Control;
use Echod;
use Files;

use constant { CALLERS => 8, PATIENCE => 2 };

my $dir  = Files::new_dir();
my $path = "$dir/control";
my $d    = Echod->start(options => [Control::option($path)]);

sub is_over { return Client::readable($_[0], 0) && !sysread $_[0], my $byte, 1 }

# Silent ones: as many as there are places, and another one who asks.
my $start  = Clock::now();
my @silent = map { Control::open($path) } 1 .. CALLERS;
is((Control::ask($path, 'status'))[-1], 'ok', 'another one is answered');
ok(is_over($silent[0]), 'the place of who was silent for the longest time is his');
is(scalar(grep { is_over($_) } @silent[1 .. $#silent]), 0, 'the others stay')
    if Clock::now() - $start < PATIENCE;
ok(Client::echo_once($d->port, 'x') eq 'x', 'clients are served');
# There is room for two again, so that nobody has to give way.
close shift @silent for 1 .. 2;

# One who asks and does not read.  His requests wait in his socket.
my $deaf = Control::open($path);
$deaf->blocking(0);
my $sent = 0;
while (my $n = syswrite $deaf, "help\n" x 1000) { $sent += $n }
cmp_ok($sent, '>', 10_000, 'one asks more than he reads');
is((Control::ask($path, 'status'))[-1], 'ok', 'another one is answered');
ok(Client::echo_once($d->port, 'x') eq 'x', 'clients are served');
local $SIG{PIPE} = 'IGNORE';
$d->calm(sub {
    ok(Clock::until(sub {
        syswrite($deaf, 'x');
        return $!{EPIPE} && !grep { !is_over($_) } @silent;
    }), 'who does not move is let go by and by');
});
cmp_ok(Clock::now() - $start, '>=', PATIENCE, 'but not at once');

# As many as there are places, who ask again and again.
my @deaf = map {
    my $s = Control::open($path);
    $s->blocking(0);
    1 while syswrite $s, "help\n" x 1000;
    $s;
} 1 .. CALLERS;
is((grep { Client::readable($_, Clock::DEADLINE) } @deaf), CALLERS, 'all are answered');
is((Control::ask($path, 'status'))[-1], 'ok', 'eight do not read: another one is answered');
ok(Client::echo_once($d->port, 'x') eq 'x', 'clients are served');
close $_ for @deaf;

# Rude ones.
my $rude = Control::open($path);
syswrite $rude, 'x' x 100_000;
is((Control::answer($rude))[-1], 'error 64 the request is too long',
    'a line without an end');
is((Control::ask($path, "\0\1\377"))[-1],
    'error 64 "\x00\x01\xff" is no request, try help', 'bytes that are no word');
is((Control::ask($path, ''))[-1], 'error 64 "" is no request, try help',
    'no word at all');

# Several requests, also without a newline after the last one.
my $s = Control::open($path);
syswrite $s, " version \r\nversion";
shutdown $s, 1;
my $text = '';
1 while sysread $s, $text, 1000, length $text;
like($text, qr/\A(echod \S+\nok\n)\1\z/, 'two requests, two answers, the end');

$d->finish;
done_testing;
