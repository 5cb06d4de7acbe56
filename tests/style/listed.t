# SPDX-License-Identifier: ISC
#
# If this fails, a file is not in the build: a source that is not compiled, a
# test that never runs, or one that is not in a release.
use strict;
use warnings;
use Test::More;
use Source;

# listed MK: the files that a fragment names, relative to the top.
sub listed {
    my ($mk) = @_;
    my ($folder) = $mk =~ m{^(.*)/};
    my $text = slurp($mk) =~ s/^#.*//mgr;

    return map { $_ => 1 } map { s/%D%/$folder/r }
        $text =~ m{(%D%/[\w./-]+)}g;
}

my %sources = map { listed($_) } files('src', qr/local\.mk$/);
is_deeply [grep { !$sources{$_} } files('src', qr/\.[ch]$/)], [],
    'every source is listed in the local.mk of its folder';
is_deeply [grep { !-f top() . "/$_" } sort keys %sources], [],
    'and what is listed is there';

my %tests = listed('tests/local.mk');
is_deeply [grep { !$tests{$_} } files('tests/unit', qr/\.[ch]$/)], [],
    'every file of tests/unit is listed in tests/local.mk';
is_deeply [
    grep { !$tests{s/\.c$/.t/r} } files('tests/unit', qr/\.c$/)
], [], 'and each is a test';
my %modules = map { s{.*/}{}r =~ s/\.[ch]$//r => 1 }
    files('src', qr/\.[ch]$/);
is_deeply [
    grep { !$modules{s{.*/}{}r =~ s/\.c$//r} } files('tests/unit', qr/\.c$/)
], [], 'of the module that it has its name from';
is_deeply [
    grep { !$tests{$_} } files('tests/daemon', qr/\.t$/),
    files('tests/client', qr/\.t$/), files('tests/faults', qr/\.t$/),
    files('tests/service', qr/\.t$/), files('tests/style', qr/\.t$/)
], [], 'every Perl test is listed in tests/local.mk';
is_deeply [
    grep {
        my $file = $_;
        !grep { $tests{$_} } $file,
            $file =~ s{/[^/]*$}{}r, $file =~ s{^(tests/\w+)/.*}{$1}r;
    } files('tests/lib', qr/\.(?:pm|c|h)$/), files('tests/data', qr/./)
], [], 'and all that they read';
is_deeply [
    grep { !-e top() . "/$_" && !m{^tests/unit/.*\.t$} } sort keys %tests
], [], 'and what is listed is there';

my %fuzz = listed('tests/fuzz/local.mk');
is_deeply [grep { !$fuzz{$_} } files('tests/fuzz', qr/(?:\.[cht]|\.dict|run)$/)],
    [], 'every file of tests/fuzz is listed in its local.mk';
is_deeply [
    grep { !-d top() . '/tests/fuzz/corpus/' . s{.*/}{}r =~ s/\.fuzz$//r }
        grep { /\.fuzz$/ } sort keys %fuzz
], [], 'and each target has a corpus';

# A line that no backslash joins to its list is in no list, and make ignores it.
is_deeply [
    slurp('tests/local.mk') =~ /(?<!\\)\n(\t[^\n]*%D%\/[\w-]+\/[\w-]+\.t)\b/g
], [], 'and is in a list';

# In its order, so that two changes do not meet in the same place.
for my $name (qw(unit_tests client_tests daemon_tests fault_tests
    service_tests style_tests test_support)) {
    my ($text) = slurp('tests/local.mk') =~
        /^$name =((?:[^\n]*\\\n)*[^\n]*)\n/m;
    my @names = ($text // '') =~ m{%D%/([\w./-]+)}g;

    is_deeply \@names, [sort @names], "$name is sorted";
}

my $man = slurp('man/local.mk');
like $man, qr/%D%\/\Q$_\E\b/, "man/$_ is listed"
    for map { s{.*/}{}r } files('man', qr/\.[1-9]$/);

done_testing;
