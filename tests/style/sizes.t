# SPDX-License-Identifier: ISC
#
# If this fails, something has become too large to be read at once; it probably
# does two things.  Divide it by what it does, and not where the line is.
use strict;
use warnings;
use Test::More;
use Source;

# A file has so many lines, a function too; a folder so many modules (a .c
# file with its .h file is one); a structure so many fields.
my %most = (file => 400, function => 60, folder => 16, structure => 30);

# But for plain data, which has one field for each thing that a user can say.
my %data = map { $_ => 1 } ('options in src/client/options.h');

my (%size, %modules);
for my $file (files('src', qr/\.[ch]$/)) {
    my @lines = lines($file);

    pop @lines if $lines[-1] eq '';
    $size{file}{$file} = @lines;
    $size{function}{"$_->[0] in $file"} = $_->[1] for functions($file);
    $size{structure}{"$_->[0] in $file"} = $_->[1] for structures($file);
    $modules{folder($file)}{module($file)} = 1;
}
$size{folder}{"src/$_"} = keys %{ $modules{$_} } for keys %modules;

is_deeply [grep { !$size{structure}{$_} } sort keys %data], [],
    'the exceptions exist';
for my $what (sort keys %most) {
    my $of = $size{$what} // {};
    my @names = sort { $of->{$b} <=> $of->{$a} || $a cmp $b } keys %$of;

    cmp_ok scalar(@names), '>', 5, "there is more than one $what";
    note "the largest $what: $names[$_], $of->{$names[$_]}" for 0 .. 2;
    is join("\n", map { "$_: $of->{$_}" }
            grep { $of->{$_} > $most{$what} && !$data{$_} } @names), '',
        "no $what is larger than $most{$what}";
}

done_testing;
