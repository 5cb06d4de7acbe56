# SPDX-License-Identifier: ISC
#
# If this fails, HACKING.md, or the page about echoc, sends its reader to a file, a function or a folder
# that is not there, leaves an event loop or a folder out, or has become too
# long to be read in one go.
use strict;
use warnings;
use Test::More;
use Source;

my $page = slurp('HACKING.md');
my $both = $page . slurp('src/client/README.md');
my %section;
for (split /^(?=## )/m, $both) {
    $section{$1} .= $_ if /^## (.*)\n/;
}
my @sources = files('src', qr/\.[ch]$/);
my %code = map { $_ => code($_) } @sources;

# rows(HEADING): the cells of each row of the table in that section.
sub rows {
    my ($heading) = @_;
    my @rows = ($section{$heading} // '') =~ /^\| (.*) \|$/mg;

    return map { [split / \| /, $_] } grep { !/^word \||^file \||^-+\|/ } @rows;
}

cmp_ok scalar(() = $page =~ /\n/g), '<=', 300, 'it has 300 lines at most';
my ($words) = $page =~ /^## Words\n(.*?)^## /ms;
cmp_ok scalar(() = $words =~ /^\| (?!word )/mg), '<=', 20,
    'there are 20 words at most';
cmp_ok scalar(() = ($section{'Ten decisions'} // '') =~ /^- /mg), '==', 10,
    'and ten decisions';

# `master.c` is any file whose path ends so.
sub named { my ($name) = @_; return grep { m{/\Q$name\E$} } @sources }

my %files = map { $_ => 1 } $both =~ /`([\w\/]+\.[ch])`/g;
is join("\n", map { my @is = named($_); @is == 1 ? () : "$_: @is" }
        sort keys %files), '', 'each file that they name is one of ours';

# `master.c`: `obey`, `tend`
my (@missing, $count);
while ($both =~ /`([\w\/]+\.c)`: ((?:`\w+`(?:,\s|))+)/g) {
    my ($name, $list) = ($1, $2);
    my %defined = map { $_->[0] => 1 } map { functions($_) } named($name);

    for my $function ($list =~ /`(\w+)`/g) {
        $count++;
        push @missing, "$name: $function" if !$defined{$function};
    }
}
cmp_ok $count, '>', 50, 'they name functions';
is join("\n", @missing), '', 'each function is in the file that is named';
my $all = join "\n", values %code;
my %words = map { $_ => 1 } $both =~ /`(?:struct )?([a-z]\w*_\w+)`/g;
is join(' ', grep { $all !~ /\b$_\b/ && $all !~ /\b\Q$_\E\W/ }
        sort keys %words), '', 'and so is each other name of the code';

my %folders = map { folder($_) => 1 } @sources;
my %rows = map { $_->[0] =~ m{^`(.*)/`$} ? ($1 => 1) : () }
    rows('Folders');
is_deeply [sort keys %rows], [sort keys %folders],
    'there is a row for each folder with sources';

my $wait = qr/\b(?:epoll_p?wait2?|p?poll|p?select)\s*\(/;
my %loops = map { $_->[0] =~ /^`(.*)`/ ? map { $_ => 1 } named($1) : () }
    rows('Event loops');
is_deeply [sort keys %loops], [sort grep { $code{$_} =~ $wait } @sources],
    'there is a row for each file that waits for descriptors';

done_testing;
