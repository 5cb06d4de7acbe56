# SPDX-License-Identifier: ISC
#
# If this fails, the page about the faults does not say which test covers a
# fault, names one that does not, or leaves out a fault or a test.
use strict;
use warnings;
use Test::More;
use Source;

use constant ROWS => 127;

my %tests = map { $_ => 1 } files('tests', qr{^tests/(?:\w+/.*\.t|unit/.*\.c)$});
my $page = slurp('tests/faults/README.md');

# head(FILE): its first comment.
sub head {
    my ($text) = slurp(shift) =~ m{\A((?:(?:#|/\*| \*).*\n)*)};
    return $text // '';
}

# rows(FILE): the faults that it says it covers.
sub rows {
    my ($list) = head(shift) =~ m{^(?:#| \*) rows: ([\d, ]*\d)$}m;
    return split /, /, $list // '';
}

sub tier {
    my ($tag) = head(shift) =~ m{^(?:#| \*) (slow|alone|root|soak): }m;
    return !$tag ? 'check' : $tag eq 'alone' ? 'slow' : $tag;
}

# Each row: number, fault, tier, tests, how it was seen failing.
my (%covers, @numbers, @wrong);
for my $line ($page =~ /^\| (\d+ \|.*) \|$/mg) {
    my ($row, $fault, $tier, $list, $seen, @more) = split / \| /, $line, -1;
    push @numbers, $row;
    push @wrong, "$row: other cells than five" if @more || ($seen // '') eq '';
    my @files = map { m{/} ? "tests/$_" : "tests/faults/$_" }
        ($list // '') =~ /`([^`]+)`/g;
    push @wrong, "$row: neither a test nor -" if !@files && $list ne '-';
    for my $file (@files) {
        push @wrong, "$row: there is no $file" if !$tests{$file};
        next if !$tests{$file};
        $covers{$file}{$row} = 1;
        push @wrong, "$row: $file does not name it"
            if !grep { $_ == $row } rows($file);
    }
    my %tiers = map { tier($_) => 1 } grep { $tests{$_} } @files;
    my $is = join(', ', grep { $tiers{$_} } qw(check slow root soak)) || '-';
    push @wrong, "$row: the tier is $is" if $tier ne $is;
}
is_deeply \@wrong, [], 'each line has a test that names its fault';
is_deeply \@numbers, [1 .. ROWS], 'each fault is there once, in order';

is_deeply [grep { !rows($_) } grep { m{^tests/faults/} } sort keys %tests], [],
    'each test of this folder names a fault';
is_deeply [
    map {
        my $file = $_;
        map { $covers{$file}{$_} ? () : "$file: $_" } rows($file);
    } sort keys %tests
], [], 'and the page names the test';

done_testing;
