# SPDX-License-Identifier: ISC
#
# If this fails, a test waits for a time instead of an event: it is slow on a
# fast machine and fails on a slow one.
use strict;
use warnings;
use Test::More;
use Source;

# Seconds; less than this only sets the pace of what is sent, or asked for.
use constant PACE => 0.05;

# Where the time itself is what a test needs, or what is measured.
my %time_matters = (
    'tests/client/bench-open-loop-is-honest.t' => 'somebody is stopped',
    'tests/client/ping-knows-when-it-was-late.t' =>
        'a client is stopped for a time',
    'tests/client/started-is-the-start.t' => 'a connection is not the start',
    'tests/daemon/quit-after-idle.t'      => 'the master has slept',
    'tests/daemon/reload-applies-settings.t' =>
        'a client says nothing for longer than a limit that is gone',
    'tests/faults/reload-storm.t'         => 'HUP comes in many rhythms',
    'tests/faults/stalled-log-costs-no-speed.t' => 'a rate is measured',
    'tests/daemon/stop-after-idle.t'      => 'the master has slept',
    'tests/faults/death-reload-and-stop.t' => 'signals come in many rhythms',
    'tests/faults/idle-timeout.t' => 'a client says nothing',
    'tests/faults/outage-of-five-seconds.t' => 'it is to last so long',
    'tests/faults/signals-in-early-life.t' => 'a signal at each moment',
    'tests/lib/Clock.pm'  => 'it is here that everybody waits',
    'tests/lib/Load.pm'   => 'clients come at a certain rate',
    'tests/lib/Server.pm' => 'a server stalls',
);

# What a condition looks like that says nothing but how late it is.
my $clock = qr/(?:\w+::)?now\(\)/;
my $figure = qr/[\$\w.\/*+-]+(?:\s+[\/*+-]\s+[\$\w.]+)*/;
my $late = qr/$clock(?:\s*-\s*$figure)?\s*>=?\s*$figure
    | $figure\s*<=?\s*$clock(?:\s*-\s*$figure)?/x;

# Each: what is wrong, a pattern, and, for the numbers that it captures, how
# much is too much.
my @rules = (
    ['a sleep', qr/\b(?:sleep|usleep|nanosleep)\b[\s(]*([\d.]+|[\$\w]+)/],
    ['a select that waits for nothing',
        qr/\bselect[\s(]*undef\s*,\s*undef\s*,\s*undef\s*,\s*([\d.]+|[\$\w]+)/],
    ['a condition that is never true',
        qr/\buntil\(\s*sub\s*\{\s*(?:return\b)?\s*
            (?:0|''|""|undef|!1|\(\))?\s*;?\s*\}/x],
    ['a condition that only looks at the clock',
        qr/\buntil\(\s*sub\s*\{\s*(?:return\b)?\s*(?:$late)\s*;?\s*\}/x],
    ['a look at a socket that nobody wants to know the result of',
        qr/^\s*(?:\w+::)?readable\([^;]*\)\s*;/m],
);

# offences(TEXT): what is wrong in it, a line each.
sub offences {
    my ($text) = @_;
    my @found;

    # Not in a remark.
    $text =~ s/^\s*#.*$//mg;
    for (@rules) {
        my ($what, $pattern) = @$_;
        while ($text =~ /$pattern/g) {
            my ($start, $seconds) = ($-[0], $1 // '');
            next if $seconds =~ /^[\d.]+$/ && $seconds < PACE;
            my $line = 1 + (substr($text, 0, $start) =~ tr/\n//);
            push @found, "$line: $what";
        }
    }
    return @found;
}

# The rules themselves.
for ('sleep 1;', 'Time::HiRes::sleep($n);', 'select undef, undef, undef, 0.2;',
    'Clock::until(sub { 0 }, 2);', "Clock::until(sub { return ''; }, 2);",
    'until(sub { Clock::now() >= $end }, 3);', 'until(sub { }, 3);',
    'Clock::until(sub { return Clock::now() - $from > 0.8 });',
    'Clock::until(sub { $end < now() });',
    'Clock::until(sub { Clock::now() >= $last + $idle / 2 }, $idle);',
    'Client::readable($sock, 3);') {
    isnt scalar(offences($_)), 0, "not allowed: $_";
}
for ('# sleep 1', 'select undef, undef, undef, 0.01;', 'sleep(0.01);',
    'Clock::until(sub { Clock::now() > $end || $d->workers });',
    'Clock::until(sub { -e $file });', 'until(sub { 0 < $d->workers });',
    'ok(!Client::readable($sock, 3), "nothing comes");') {
    is_deeply [offences($_)], [], "allowed: $_";
}

my @tests = ((map { files("tests/$_", qr/\.t$/) } qw(client daemon faults
        service)),
    files('tests/lib', qr/\.pm$/), files('tests/bench', qr/^[^.]+$|\.pm$/));
cmp_ok scalar(@tests), '>', 0, 'there are tests';
is_deeply [grep { $time_matters{$_} ? () : offences(slurp($_)) } $_], [], $_
    for @tests;
is_deeply [grep { !-e top() . "/$_" || !offences(slurp($_)) }
        sort keys %time_matters], [], 'each exception is needed';

done_testing;
