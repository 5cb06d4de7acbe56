# SPDX-License-Identifier: ISC
#
# EchodSource: reads the source tree, for the tests in tests/style.
#
# All paths are relative to the top of the tree.
package EchodSource;

use strict;
use warnings;

use Exporter qw(import);
use File::Find ();

our @EXPORT = qw(command_exists code files lines output slurp top);

# The top of the source tree.
sub top {
    return $ENV{ECHOD_SRCDIR} // '.';
}

# slurp(PATH): the content of a file.
sub slurp {
    my ($path) = @_;

    open my $fh, '<', top() . "/$path" or die "$path: $!\n";
    local $/;
    return scalar(<$fh>) // '';
}

sub lines {
    my ($path) = @_;

    return split /\n/, slurp($path), -1;
}

# files(FOLDER, PATTERN): the files below a folder whose path matches, sorted.
sub files {
    my ($folder, $pattern) = @_;
    my $top = top();
    my @found;

    return () if !-d "$top/$folder";
    File::Find::find({
        no_chdir => 1,
        wanted => sub {
            return if !-f $_;
            my $path = substr $_, length("$top/");
            push @found, $path if $path =~ $pattern;
        },
    }, "$top/$folder");
    return sort @found;
}

# code(PATH): a C file whose comments are blank and whose strings are empty,
# so that every word in it is code.  It keeps its lines.
sub code {
    my ($path) = @_;
    my $text = slurp($path);

    $text =~ s{
        (/\*.*?\*/) | (//[^\n]*) | ("(?:[^"\\\n]|\\.)*") | ('(?:[^'\\\n]|\\.)+')
    }{
        defined $1 ? "\n" x ($1 =~ tr/\n//) : defined $2 ? '' :
            defined $3 ? '""' : "' '"
    }gsex;
    return $text;
}

# command_exists(NAME): whether a command can be found.
sub command_exists {
    my ($name) = @_;

    return scalar grep { -x "$_/$name" } split /:/, $ENV{PATH} // '';
}

# output(COMMAND...): (exit status, both of its outputs as one text).
sub output {
    my @command = @_;
    my $pid = open(my $fh, '-|') // die "fork: $!\n";

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT or die "dup: $!\n";
        exec @command or die "$command[0]: $!\n";
    }
    local $/;
    my $text = <$fh> // '';
    close $fh;
    return ($? & 127 ? 256 + $? : $? >> 8, $text);
}

1;
