# SPDX-License-Identifier: ISC
#
# If this fails, a header depends on what was included before it, has a guard
# that another one may have as well, or a file does not say its licence.
use strict;
use warnings;
use Test::More;
use Machine;
use Source;

my $top = top();
my @cc = split ' ', $ENV{CC} // 'cc';
my $config = ($ENV{ECHOD_BUILDDIR} // 'build') . '/autoconf.h';

my %guards;
for my $header (files('src', qr/\.h$/)) {
    my ($name) = $header =~ m{(\w+)\.h$};
    # Both programs have files of the same name.
    my $program = $header =~ m{^src/client/} ? 'ECHOC' : 'ECHOD';
    my $guard = $program . '_' . uc($name) . '_H';
    my $text = slurp($header);

    is $guards{$guard}, undef, "$header: no other header has its name";
    $guards{$guard} = $header;
    like $text, qr/^\#ifndef \Q$guard\E\n\#define \Q$guard\E\n/m,
        "$header: its guard is $guard";
    like $text, qr/\n\#endif\n\z/, "$header: which ends with the file";
    like $text, qr{\A/\* SPDX[^\n]*\*/\n/\*\n \* \Q$name\E: }m,
        "$header: says what it is for";
    SKIP: {
        skip 'no compiler', 1 if !Machine::has($cc[0]);
        skip 'not configured', 1 if !-f $config;
        my ($status, $text) = output(@cc, '-std=gnu17', '-Wall', '-Wextra',
            '-Werror', '-fsyntax-only', '-include', $config, "-I$top/src",
            '-x', 'c', "$top/$header");
        # The main file of a compilation may say "#pragma once" and the like;
        # nothing of that is in ours, so that any message is a mistake.
        is $status, 0, "$header: stands alone" or diag $text;
    }
}

# Every file that is written by hand, wherever it can be.
my @files = (
    # Not what is compared byte for byte, or made by a fuzzer.
    files('src', qr/./), files('m4', qr/\.m4$/),
    grep({ !m{^tests/data/.*\.(?:json|txt)$|^tests/fuzz/corpus/} }
        files('tests', qr/./)),
    files('man', qr/./), grep({ !/\.json$/ } files('etc', qr/./)), files('.ci', qr/./),
    grep { -f "$top/$_" } qw(.clang-format .editorconfig .gitignore
        Makefile.am bootstrap configure.ac),
);
# In a build within the tree there are others.
@files = grep {
    !m{\.(?:o|a|log|trs|gcno|gcda|Po|orig|rej|swp)$|/\.|~$}
        && !m{^tests/unit/.*\.t$} && !/\.dirstamp$/
        || m{^\.[a-z-]+$} || m{^\.ci/}
} @files;
cmp_ok scalar(@files), '>', 80, 'the files are there';
is_deeply [
    grep {
        my @first = lines($_);
        !grep { defined && /SPDX-License-Identifier: ISC\b/ } @first[0 .. 5];
    } @files
], [], 'every file says its licence';
is_deeply [grep { slurp($_) =~ /[ \t]$/m } @files], [],
    'no blanks at the end of a line';
# But for one that is read as if it did.
is_deeply [grep { slurp($_) !~ /[^\n]\n\z/ && !m{/last-comment\.inc\z} }
        @files], [], 'every file ends with one newline';

done_testing;
