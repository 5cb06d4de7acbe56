# SPDX-License-Identifier: ISC
#
# If this fails, a manual page may not look on every system as it does here.
use strict;
use warnings;
use Test::More;
use Machine;
use Source;

my @pages = files('man', qr/\.[1-9]$/);
cmp_ok scalar(@pages), '>=', 2, 'there are pages';

for my $page (@pages) {
    my $path = top() . "/$page";

    SKIP: {
        skip 'no mandoc', 1 if !Machine::has('mandoc');
        my ($status, $text) = output(qw(mandoc -T lint -W warning), $path);
        is "$status $text", '0 ', "$page: mandoc has nothing to say";
    }
    SKIP: {
        skip 'no groff', 1 if !Machine::has('groff');
        my ($status, $text) = output(qw(groff -ww -mdoc -Tutf8 -z), $path);
        is "$status $text", '0 ', "$page: groff has nothing to say";
    }
}

done_testing;
