# SPDX-License-Identifier: ISC
package Schema;

=head1 NAME

Schema - compare a document with a schema

=head1 SYNOPSIS

    my $schema = Schema->read('bench.schema.json');
    is_deeply([$schema->faults($document)], [], 'it is as it should be');
    is_deeply([$schema->faults($interval, 'interval')], [], 'this, too');

Schemas are those of json-schema.org, of which this knows the words

    type, properties, required, additionalProperties, items, minItems,
    maxItems, enum, const, minimum, pattern, $ref to #/$defs/NAME

and dies on any other, but for $schema, $defs, title and description.

The document must come from JSON::PP, as Echoc::json() has it: that keeps
numbers with a decimal point apart from integers, for as long as nobody has
calculated with them.

=cut

use strict;
use warnings;

use B ();
use JSON::PP ();

use Files;

my %silent = map { $_ => 1 } qw($schema $defs title description);

# read(NAME): a file of tests/data.
sub read {
    my ($class, $name) = @_;
    my $path = ($ENV{ECHOD_SRCDIR} // '.') . "/tests/data/$name";
    my $text = Files::slurp($path) // die "$path: $!\n";
    return bless { root => JSON::PP->new->utf8->decode($text) }, $class;
}

# faults(DOCUMENT, NAME): where it is not as the schema wants it, or not as
# its definition of that name does; one text each.
sub faults {
    my ($self, $document, $name) = @_;
    my $schema = defined $name ? $self->definition($name) : $self->{root};
    return $self->compare('', $document, $schema);
}

sub definition {
    my ($self, $name) = @_;
    return $self->{root}{'$defs'}{$name} // die "no definition of $name\n";
}

# type_of(VALUE): as a schema calls it.  A number without a point is an
# integer.
sub type_of {
    my $value = shift;
    return 'null' unless defined $value;
    return 'boolean' if JSON::PP::is_bool($value);
    return 'array' if ref $value eq 'ARRAY';
    return 'object' if ref $value;
    my $flags = B::svref_2object(\$value)->FLAGS;
    return 'string' if $flags & B::SVf_POK;
    return $flags & B::SVf_NOK ? 'number' : 'integer';
}

sub list { return ref $_[0] ? @{ $_[0] } : ($_[0]) }

sub same {
    my ($a, $b) = @_;
    return 0 unless type_of($a) eq type_of($b);
    return !defined $a || $a eq $b;
}

# One word of a schema: CODE(SELF, WHERE, VALUE, WHAT THE WORD WANTS, SCHEMA)
# returns the faults.  What a word does not apply to, it does not judge.
my %word = (
    type => sub {
        my (undef, $at, $value, $wanted) = @_;
        my $type = type_of($value);
        my %good = map { $_ => 1 } list($wanted);
        $good{integer} = 1 if $good{number};
        return $good{$type} ? ()
            : ("$at: $type instead of " . join ' or ', list($wanted));
    },
    enum => sub {
        my (undef, $at, $value, $wanted) = @_;
        return grep({ same($_, $value) } @$wanted) ? ()
            : ("$at: none of the values that it may have");
    },
    const => sub {
        my (undef, $at, $value, $wanted) = @_;
        return same($wanted, $value) ? () : ("$at: not $wanted");
    },
    minimum => sub {
        my (undef, $at, $value, $least) = @_;
        return type_of($value) =~ /^(?:integer|number)$/ && $value < $least
            ? ("$at: $value is less than $least") : ();
    },
    pattern => sub {
        my (undef, $at, $value, $pattern) = @_;
        return type_of($value) eq 'string' && $value !~ /$pattern/
            ? ("$at: \"$value\" does not match $pattern") : ();
    },
    required => sub {
        my (undef, $at, $value, $names) = @_;
        return unless ref $value eq 'HASH';
        return map { "$at: no $_" } grep { !exists $value->{$_} } @$names;
    },
    properties => sub {
        my ($self, $at, $value, $schemas) = @_;
        return unless ref $value eq 'HASH';
        return map { $self->compare("$at/$_", $value->{$_}, $schemas->{$_}) }
            grep { exists $value->{$_} } sort keys %$schemas;
    },
    additionalProperties => sub {
        my ($self, $at, $value, $wanted, $schema) = @_;
        return unless ref $value eq 'HASH';
        my @more = grep { !exists $schema->{properties}{$_} }
            sort keys %$value;
        return map { "$at: $_ is unknown" } @more
            if JSON::PP::is_bool($wanted) && !$wanted;
        return if JSON::PP::is_bool($wanted);
        return map { $self->compare("$at/$_", $value->{$_}, $wanted) } @more;
    },
    items => sub {
        my ($self, $at, $value, $schema) = @_;
        return unless ref $value eq 'ARRAY';
        return map { $self->compare("$at/$_", $value->[$_], $schema) }
            0 .. $#$value;
    },
    minItems => sub {
        my (undef, $at, $value, $least) = @_;
        return ref $value eq 'ARRAY' && @$value < $least
            ? ("$at: fewer than $least") : ();
    },
    maxItems => sub {
        my (undef, $at, $value, $most) = @_;
        return ref $value eq 'ARRAY' && @$value > $most
            ? ("$at: more than $most") : ();
    },
    '$ref' => sub {
        my ($self, $at, $value, $ref) = @_;
        my ($name) = $ref =~ m{^#/\$defs/(\w+)$} or die "\$ref $ref\n";
        return $self->compare($at, $value, $self->definition($name));
    },
);

sub compare {
    my ($self, $at, $value, $schema) = @_;
    my @faults;
    for my $name (sort keys %$schema) {
        next if $silent{$name};
        my $word = $word{$name} // die "a schema with $name\n";
        push @faults,
            $word->($self, $at, $value, $schema->{$name}, $schema);
    }
    return @faults;
}

1;
