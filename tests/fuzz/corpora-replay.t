# SPDX-License-Identifier: ISC
#
# If this fails, an input that broke something once, or led a fuzzer to some
# part of a parser, breaks it now.
use strict;
use warnings;
use Test::More;
use Source;

my $build = $ENV{ECHOD_BUILDDIR} // 'build';
my @targets = map { s{.*/}{}r =~ s/\.c$//r }
    grep { !/replay\.c$/ } files('tests/fuzz', qr/\.c$/);

cmp_ok scalar(@targets), '>', 0, 'there are targets';
for my $target (@targets) {
    my @inputs = files("tests/fuzz/corpus/$target", qr/./);

    push @inputs, files('tests/data', qr/\.conf$/) if $target eq 'loader';
    cmp_ok scalar(@inputs), '>', 0, "$target: has a corpus";
    my ($status, $text) = output("$build/tests/fuzz/$target.fuzz",
        map { top() . "/$_" } @inputs);
    is $status, 0, "$target: replays it" or diag $text;
}

done_testing;
