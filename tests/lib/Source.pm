# SPDX-License-Identifier: ISC
#
# Source: reads the source tree, for the tests in tests/style.
#
# All paths are relative to the top of the tree.
package Source;

use strict;
use warnings;

use Exporter qw(import);
use File::Find ();

use Files;
use Process;

our @EXPORT = qw(code files lines output slurp top);

# The top of the source tree.
sub top { return $ENV{ECHOD_SRCDIR} // '.' }

# slurp(PATH): the content of a file.
sub slurp {
    my ($path) = @_;
    return Files::slurp(top() . "/$path") // die "$path: $!\n";
}

# lines(PATH): its lines, without their ends.
sub lines { return split /\n/, slurp($_[0]), -1 }

# files(FOLDER, PATTERN): the files below a folder whose path matches, sorted.
sub files {
    my ($folder, $pattern) = @_;
    my $top = top();
    my @found;

    File::Find::find({
        no_chdir => 1,
        wanted   => sub { push @found, substr $_, length "$top/" if -f },
    }, -d "$top/$folder" ? "$top/$folder" : ());
    return sort grep { $_ =~ $pattern } @found;
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

# output(COMMAND...): (exit status, both of its outputs as one text).
sub output {
    my $file = Files::new_name();
    my $pid = Process::launch([@_], stdout => $file, stderr => $file);
    return (Process::wait($pid, 300), Files::slurp($file));
}

1;
