# SPDX-License-Identifier: ISC
#
# If this fails, run "make format".
use strict;
use warnings;
use Test::More;
use Machine;
use Source;

# Each version formats a little otherwise; ours is this one.
use constant VERSION => 14;

my $tool;
for my $name ($ENV{CLANG_FORMAT} // (), 'clang-format-' . VERSION,
    'clang-format') {
    next if !Machine::has($name) && !-x $name;
    my (undef, $text) = output($name, '--version');
    if ($text =~ /\bversion (\d+)\./ && $1 == VERSION) {
        $tool = $name;
        last;
    }
}
plan skip_all => 'no clang-format ' . VERSION if !defined $tool;

chdir top() or die top() . ": $!\n";
$ENV{ECHOD_SRCDIR} = '.';
my @files = map { files($_, qr/\.[ch]$/) } qw(src tests/bench tests/fuzz tests/unit);

# One process for all files, which begins each remark with a file's name.
my ($status, $text) = output($tool, '--dry-run', '-Werror', @files);
for my $file (@files) {
    my @remarks = $text =~ /^(?:\.\/)?(\Q$file\E:.*)/mg;
    is "@remarks", '', $file;
}
is $status, 0, 'all of them' or diag $text;

done_testing;
