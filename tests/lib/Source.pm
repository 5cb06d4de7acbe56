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

our @EXPORT = qw(
    circles code files folder functions includes lines module output slurp
    structures top
);

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

# module(PATH): a .c file and its .h file are one module: src/daemon/log/log.c is
# of daemon/log/log.
sub module { return $_[0] =~ s{^src/}{}r =~ s/\.[ch]$//r }

# folder(PATH): that of a source or a module, or '' at the top.
sub folder { return module($_[0]) =~ m{^(.*)/} ? $1 : '' }

# functions(PATH): [name, number of lines] of each function that it defines.
# The name of a function begins a line, and so do both braces of its body.
sub functions {
    my ($path) = @_;
    my @lines = split /\n/, code($path);
    my ($name, $start, @found);

    for my $i (0 .. $#lines) {
        ($name, $start) = ($1, $i) if $lines[$i] =~ /^([a-z_]\w*)\(/;
        undef $name if $lines[$i] =~ /^;|^\w.*;$|^(?:struct|enum)\b.*\{$/;
        if ($lines[$i] eq '}' && defined $name) {
            push @found, [$name, $i - $start + 1];
            undef $name;
        }
    }
    return @found;
}

# structures(PATH): [name, number of fields] of each structure that it defines;
# those of a structure within it count too.
sub structures {
    my ($path) = @_;
    my $code = code($path);
    my @found;

    while ($code =~ /^(?:static\s+)?struct(?:\s+(\w+))?\s*(?=\{)/mg) {
        my $name = $1;
        my $rest = substr $code, pos $code;
        my ($body) = $rest =~ /^(\{(?:[^{}]++|(?1))*\})/;
        next if !defined $body;
        # An initializer is none, and what is in parentheses or within an
        # enumeration has commas of its own.
        next if $body !~ /;/;
        $body =~ s/\benum\b[^{};]*\{[^{}]*\}/enum/g;
        1 while $body =~ s/\([^()]*\)//g;
        push @found, [$name // 'without a name', $body =~ tr/;,//];
    }
    return @found;
}

# includes(): {module}{module}: what includes a header of what.
sub includes {
    my %includes;

    for my $file (files('src', qr/\.[ch]$/)) {
        my $module = module($file);

        $includes{$module} //= {};
        for my $header (slurp($file) =~ /^\s*#\s*include\s+"([^"]+)"/mg) {
            my $other = module($header);
            $includes{$module}{$other} = 1 if $other ne $module;
        }
    }
    return \%includes;
}

# circles(GRAPH): the ways in it that end where they begin, "a -> b -> a": the
# shortest from each node that is in none of those before.
sub circles {
    my ($graph) = @_;
    my (@circles, %seen);

    for my $start (sort keys %$graph) {
        my (%from, @todo) = ();

        next if $seen{$start};
        # From the nearest to the farthest, until we are here again.
        @todo = ($start);
        while (defined(my $node = shift @todo)) {
            for my $next (sort keys %{ $graph->{$node} // {} }) {
                next if exists $from{$next};
                $from{$next} = $node;
                push @todo, $next;
            }
        }
        next if !exists $from{$start};
        my @way = ($start);
        do { unshift @way, $from{ $way[0] } } while $way[0] ne $start;
        $seen{$_} = 1 for @way;
        push @circles, join ' -> ', @way;
    }
    return @circles;
}

# output(COMMAND...): (exit status, both of its outputs as one text).
sub output {
    my $file = Files::new_name();
    my $pid = Process::launch([@_], stdout => $file, stderr => $file);
    return (Process::wait($pid, 300), Files::slurp($file));
}

1;
