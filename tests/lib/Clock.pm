# SPDX-License-Identifier: ISC
#
# Clock: the time, and waiting.
#
# Nothing in a test sleeps a fixed time: until() is the only place that waits,
# always for a condition and never beyond a deadline.  All seconds are for an
# ordinary build; they are stretched under valgrind and for builds with
# sanitizers.
package Clock;

use strict;
use warnings;

use List::Util qw(min);
use Test::More ();
use Time::HiRes ();

use Machine;

# What happens at once takes less than SOON, even on a machine that is busy with
# other tests; what a test tells it from must take longer.  The others say how
# long to wait for a state to be reached.
use constant { SOON => 5, SETTLED => 5, DEADLINE => 10, START => 15 };

# now(): seconds on the monotonic clock.
sub now { return Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC()) }

# scale(): by how much slower than an ordinary build this one is.
my $scale;

sub scale {
    return $scale //=
          $ENV{ECHOD_TEST_SCALE}   ? $ENV{ECHOD_TEST_SCALE}
        : @Machine::WRAPPER        ? 10
        : Machine::has_sanitizer() ? 3
        :                            1;
}

# is_slow(): under valgrind or built with sanitizers.
sub is_slow { return scale() > 1 }

# until(CODE, SECONDS): call CODE until it returns something true, at most
# for SECONDS (stretched by scale()).  Returns what it returned last.
sub until {
    my ($code, $seconds) = @_;
    my $deadline = now() + ($seconds // DEADLINE) * scale();
    my $nap = 0.0005;

    while (1) {
        my $over = now() >= $deadline;
        my $result = $code->();
        return $result if $result || $over;
        Time::HiRes::sleep($nap);
        $nap = min($nap * 1.5, 0.02);
    }
}

# soon(START, TEXT, SECONDS): the test TEXT, that no more time has passed since
# START than these SECONDS, none unless told, and what "at once" may take.
sub soon {
    my ($start, $text, $seconds) = @_;
    my $limit = ($seconds // 0) + SOON * scale();

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return Test::More::cmp_ok(now() - $start, '<', $limit, $text);
}

1;
