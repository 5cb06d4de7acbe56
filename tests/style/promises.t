# SPDX-License-Identifier: ISC
#
# If this fails, SECURITY.md promises something that no test shows, or names a
# test or a file that is not there.
use strict;
use warnings;
use Test::More;
use Source;

my $page = slurp('SECURITY.md');

my %named = map { $_ => 1 } $page =~ m{`((?:tests|src|man)/[\w./-]+)`}g;
is_deeply [grep { !-f top() . "/$_" } sort keys %named], [],
    'every file that it names is there';

my ($promises) = $page =~ /^## Promises\n(.*?)^## /ms;
my @rows = grep { /^\|/ && !/^\|(?: promise |-)/ } split /\n/, $promises // '';
cmp_ok scalar(@rows), '>', 20, 'there are promises';
is_deeply [grep { !m{^\| [^|]+ \| (?:`tests/[\w./-]+`[ ]?)+ \|$} } @rows], [],
    'and tests show each of them';

# A test that does not run shows nothing.
my %run = map { $_ => 1 } map { slurp($_) =~ m{%D%/([\w./-]+\.[tc])\b}g }
    'tests/local.mk';
is_deeply [grep { m{^tests/(?!fuzz/)(.*\.[tc])$} && !$run{$1} }
        sort keys %named], [], 'by tests that run';

# Each kind of process of HACKING.md has its row.
my ($table) = $page =~ /^## Processes\n(.*?)^## /ms;
like $table, qr/^\| \Q$_\E \|/m, "it says what there is to the $_"
    for qw(master echod-load forker worker echod-report logger);
done_testing;
