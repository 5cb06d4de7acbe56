# SPDX-License-Identifier: ISC
#
# If this fails, one thing has two names: a word is back that another one has
# replaced.  HACKING.md has the words that stay.  Or a merge has left its marks, which
# a compiler does not see in a comment.
use strict;
use warnings;
use Test::More;
use Source;

# What is not to be used, what is used instead, and where that holds.
my $all = qr{^(?:src/|man/.*\.\d$|README\.md$|HACKING\.md$|NEWS$|etc/)};
my @replaced = (
    ['demands?', 'wake', $all],
    ['dismiss(?:al|ed|es|ing)?', 'terminate', $all],
    ['flows?', 'connection', $all],
    ['msglog', 'message log', $all],
    ['products?', 'output', $all],
    ['removals?', 'drain', $all],
    ['sanity', 'check', $all],
    ['spectr(?:um|a)', 'percentiles', $all],
    ['suppl(?:y|ies)', 'autoscale', $all],
    ['sweepers?', 'a worker that drains', $all],
    ['tall(?:y|ies)', 'counts', $all],
    ['vigils?', 'stall', $all],
    # The daemon knows systemd's.
    ['journals?', 'lines', qr{^src/client/}],
);

my %text = map { $_ => slurp($_) } files('src', qr/\.[ch]$/),
    files('man', qr/\.\d$/), files('etc', qr/\.conf$/),
    qw(HACKING.md NEWS README.md src/client/README.md);

for (@replaced) {
    my ($word, $instead, $where) = @$_;
    my @found;

    for my $file (grep { $_ =~ $where } sort keys %text) {
        # In names of the code too, whose parts "_" divides.
        push @found, map { "$file: $_" }
            $text{$file} =~ /^(.*(?<![A-Za-z])$word(?![A-Za-z]).*)$/gmi;
    }
    is join("\n", @found), '', "$word: $instead";
}

is join(' ', grep { $text{$_} =~ /^(?:<{7}|>{7}) /m } sort keys %text), '',
    'no text has the marks of a merge';

done_testing;
