# SPDX-License-Identifier: ISC
#
# If this fails, a shell script does something else than it seems to, at
# least with an unusual name or an error on its way.
use strict;
use warnings;
use Test::More;
use Machine;
use Source;

plan skip_all => 'no shellcheck' if !Machine::has('shellcheck');

# .ci is not in a release.
for my $script (grep { -f top() . "/$_" } qw(bootstrap .ci/run
    tests/analyze tests/fuzz/run tests/run-test)) {
    my ($status, $text) = output('shellcheck', top() . "/$script");

    is $status, 0, "$script: shellcheck has nothing to say" or diag $text;
    like slurp($script), qr{\A#!/bin/(?:sh|bash)\n}, "$script: its shell";
}

done_testing;
