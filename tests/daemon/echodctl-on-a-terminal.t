# SPDX-License-Identifier: ISC
#
# If this fails, echodctl leaves a terminal in disorder, or writes sequences for
# a terminal into a file; or it ends when the terminal changes its size or echod
# is restarted.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Control;
use Echoc;
use Echod;
use Files;

my $dir  = Files::new_dir();
my $path = "$dir/control";
my $d    = Echod->start(options => [Control::option($path)]);
my $escape = qr/\033/;

# once(CASE): the bytes of status on a terminal.
sub once {
    my (%case) = @_;
    return Control::start($path, args => ['status', @{ $case{args} // [] }],
        terminal => ['stdout'], env => $case{env})->wait->{terminal};
}

# Colours and bars.
like(once(), qr/$escape\[32mserving$escape\[0m/, 'colours on a terminal');
like(once(), qr/^.*workers .*[#+.]{40}.*  max 256$/m, 'and a bar');
unlike(once(env => { NO_COLOR => 1 }), $escape, 'no colours with NO_COLOR');
unlike(once(args => ['--no-color']), $escape, 'nor with --no-color');
unlike(once(env => { TERM => 'dumb' }), $escape, 'nor on a dumb terminal');
like(once(env => { LC_ALL => 'C.UTF-8' }), qr/\xe2\x96\x92|\xc2\xb7/,
    'with the characters of UTF-8');
is(scalar(grep { length > 80 } split /\n/, once(env => { NO_COLOR => 1 })), 0,
    'in 80 columns');

# It redraws, and follows another size.
my $watch = Control::start($path, args => ['-w0.1', 'status', '--no-color'],
    terminal => ['stdout']);
ok(Clock::until(sub { $watch->terminal_so_far =~ /(?:$escape\[H[^\033].*?){3}/s }),
    'it is drawn again and again');
like($watch->terminal_so_far, qr/\A$escape\[H$escape\[2J/, 'on a clear screen');
my @clients = map { $d->connect } 1 .. 3;
Client::echo($_, 'x') for @clients;
ok(Clock::until(sub {
    $watch->terminal_so_far =~ /clients   3 now, 3 in all, [\d.]+\/s/
}), 'with what has changed meanwhile, and rates');
my $before = length $watch->terminal_so_far;
$watch->resize(5, 30);
my $narrow;
ok(Clock::until(sub {
    # A whole drawing: from the top to the clearing of the rest.
    ($narrow) = substr($watch->terminal_so_far, $before)
        =~ /.*$escape\[H([^\033].*?)$escape\[J/s;
    return defined $narrow && ($narrow =~ tr/\n//) == 4;
}), 'a smaller terminal gets fewer lines');
is(scalar(grep { length(s/$escape\[K//r) > 30 } split /\n/, $narrow), 0,
    'and shorter ones');

# echod goes, and comes back.
close $_ for @clients;
$d->stop('INT');
ok(Clock::until(sub { $watch->terminal_so_far =~ /echodctl: no echod /s }),
    'when echod is gone it says so');
$before = length $watch->terminal_so_far;
$d->finish;
$d = Echod->start(options => [Control::option($path)]);
$watch->resize(24, 80);
ok(Clock::until(sub {
    substr($watch->terminal_so_far, $before) =~ /pid @{[ $d->pid ]}  up/
}), 'and goes on with the next one');
$watch->signal('INT');
is($watch->wait->{status}, 0, 'until it is interrupted');

# Into a pipe that nobody reads any more.
pipe my $reader, my $writer or die "pipe: $!";
$watch = Control::start($path, args => ['-w0.1', 'status'], stdout => $writer);
close $writer;
my $piped = join '', map { scalar readline $reader } 1 .. 16;
like($piped, qr/\n\nechod \S+  serving /, 'into a pipe, with a line between');
close $reader;
my $r = $watch->wait;
is_deeply([@$r{qw(status stderr)}], [0, ''], 'it ends with its reader, quietly');

# And elsewhere, plainly.
for my $command (qw(status workers listeners config version)) {
    unlike(Control::ctl($path, $command)->{stdout}, qr/[^ -~\n\t]/,
        "$command: no terminal, no sequences");
}

# It may have been counted at its start while it answered the one that watched, with
# a socket, and a file of /proc.
$d->finish(slack => 2);
done_testing;
