# SPDX-License-Identifier: ISC
#
# If this fails, two modules (a .c file with its .h file) call each other,
# perhaps by way of others: neither can be read, tested or changed alone.  Move
# what both need into a third, hand a function over as an argument, or return
# what happened to the caller.
#
# What a module calls is what its object file has undefined.  A call through a
# pointer is none of these.
use strict;
use warnings;
use Test::More;
use Machine;
use Source;

my $nm = $ENV{NM} // 'nm';
Machine::needs($nm);

# The objects of this tree; there may be some of files that are no more.  A
# program may have its own of a file: src/a/prog-b.o is one of src/a/b.c.
my $build = $ENV{ECHOD_BUILDDIR} // 'build';
my %module;
for my $object (glob "$build/src/{*,*/*,*/*/*,*/*/*/*}.o") {
    my $module = substr($object, length "$build/src/") =~
        s{([^/]*)$}{ $1 =~ s/.*-//r }er =~ s/\.o$//r;
    $module{$object} = $module if -f top() . "/src/$module.c";
}
plan skip_all => 'no objects' if !%module;

# {symbol}{module}: what defines it, and what refers to it.
my (%defined, %used);
my ($status, $text) = output($nm, '-A', '-P', '-g', sort keys %module);
for (split /\n/, $text) {
    my ($object, $symbol, $type) = /^(.*?):\s*(\S+) (\S)/ or next;
    my $module = $module{$object} // next;

    if ($type =~ /^[Uvw]$/) {
        $used{$symbol}{$module} = 1;
    } else {
        $defined{$symbol}{$module} = 1;
    }
}
# Objects for link-time optimization have no such table.
plan skip_all => "$nm reads no symbols" if keys %defined < keys %module;

# nearest(MODULE, CANDIDATES...): both programs may have a function of the same
# name; a module means that of its own.
sub nearest {
    my ($module, @of) = @_;
    my %common;

    for my $other (@of) {
        "$module\0$other" =~ m{^(.*/).*\0\1};
        $common{$other} = length($1 // '');
    }
    return (sort { $common{$b} <=> $common{$a} || $a cmp $b } @of)[0];
}

my (%calls, %known);
for my $symbol (keys %used) {
    for my $module (keys %{ $used{$symbol} }) {
        my $other = nearest($module, keys %{ $defined{$symbol} // {} });
        next if !defined $other || $other eq $module;
        $calls{$module}{$other}{$symbol} = 1;
    }
}
$known{$_} = 1 for keys %calls, map { keys %$_ } values %calls;
cmp_ok scalar(keys %known), '>=', keys(%{ includes() }) / 2,
    'most modules call others';

# reason(CIRCLE): with what is called, which is what there is to change.
sub reason {
    my @way = split / -> /, $_[0];

    return join "\n", $_[0], map {
        my ($from, $to) = @way[$_, $_ + 1];
        my @symbols = sort keys %{ $calls{$from}{$to} // {} };
        "  $from -> $to: " . (@symbols ? "@symbols" : 'an include');
    } 0 .. $#way - 1;
}

is join("\n", map { reason($_) } circles(\%calls)), '',
    'no modules call each other in a circle';

# To include a header is to need it too, whoever has the functions in it.
my $includes = includes();
my %needs = map {
    $_ => { %{ $calls{$_} // {} }, %{ $includes->{$_} // {} } }
} keys %calls, keys %$includes;
is join("\n", map { reason($_) } circles(\%needs)), '',
    'nor do they include and call each other in one';

done_testing;
