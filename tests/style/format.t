# SPDX-License-Identifier: ISC
#
# If this fails, run "make format".
use strict;
use warnings;
use Test::More;
use EchodSource;

# Each version formats a little otherwise; ours is this one.
use constant VERSION => 14;

my $tool;
for my $name ($ENV{CLANG_FORMAT} // (), 'clang-format-' . VERSION,
    'clang-format') {
    next if !command_exists($name) && !-x $name;
    my (undef, $text) = output($name, '--version');
    if ($text =~ /\bversion (\d+)\./ && $1 == VERSION) {
        $tool = $name;
        last;
    }
}
plan skip_all => 'no clang-format ' . VERSION if !defined $tool;

chdir top() or die top() . ": $!\n";
$ENV{ECHOD_SRCDIR} = '.';
for my $file (map { files($_, qr/\.[ch]$/) }
    qw(src tests/bench tests/unit)) {
    my ($status, $text) = output($tool, '--dry-run', '-Werror', $file);

    is $status, 0, $file or diag $text;
}

done_testing;
