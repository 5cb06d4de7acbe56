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

my @tests = map { files($_, qr/\.t$/) } 'tests/client', 'tests/daemon';
cmp_ok scalar(@tests), '>', 0, 'there are tests';

for my $test (@tests) {
    my @found;
    my $n = 0;

    for (lines($test)) {
        $n++;
        # Not in a remark, nor in the name of a test.
        my $line = s/^\s*#.*//r;
        push @found, "$n: $_"
            if $line =~ /\b(?:sleep|usleep|nanosleep)\b[\s(]*[\d.]/
            || $line =~ /\bselect[\s(]*undef\s*,\s*undef\s*,\s*undef\s*,
                \s*([\d.]+)/x && $1 >= PACE;
    }
    is_deeply \@found, [], $test;
}

done_testing;
