# SPDX-License-Identifier: ISC
#
# If this fails, a file or a function has become too long to be read at once;
# it probably does two things.
use strict;
use warnings;
use Test::More;
use Source;

use constant { FILE_LINES => 420, FUNCTION_LINES => 60};

for my $file (files('src', qr/\.[ch]$/)) {
    my @lines = lines($file);
    my ($start, @long);

    pop @lines if $lines[-1] eq '';
    cmp_ok scalar(@lines), '<=', FILE_LINES, "$file: its length";
    for my $i (0 .. $#lines) {
        # The name of a function begins a line, its body is in braces there.
        $start = $i if $lines[$i] =~ /^[a-z_]\w*\(/;
        undef $start if $lines[$i] =~ /^[#;]|^struct\b|^enum\b/;
        if ($lines[$i] eq '}' && defined $start) {
            my $length = $i - $start + 1;
            my ($name) = $lines[$start] =~ /^(\w+)/;
            push @long, "$name: $length" if $length > FUNCTION_LINES;
            undef $start;
        }
    }
    is_deeply \@long, [], "$file: its functions";
}

done_testing;
