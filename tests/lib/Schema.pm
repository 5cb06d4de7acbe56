# SPDX-License-Identifier: ISC
#
# Schema: compare the text of documents with a schema of json-schema.org, by
# the jsonschema of Python.
#
#	my $schema = Schema->read('bench.schema.json');	# or the test is skipped
#	is_deeply([$schema->faults($text)], [], 'it is as it should be');
#	is_deeply([$schema->faults($line, 'interval')], [], 'this, too');
#
# A number with a decimal point is no integer here, and a word that a schema
# may not have, such as a misspelt one, is a fault.
package Schema;

use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

use Files;
use Machine;

my $check = <<'END';
import json, sys
from jsonschema import Draft202012Validator as Draft, validators

def words(value, named=False):
    if isinstance(value, dict):
        for word, inner in value.items():
            yield from () if named else (word,)
            yield from words(inner, word in ("properties", "$defs"))

path, text, name = sys.argv[1:]
root = json.load(open(path))
Draft.check_schema(root)
unknown = set(words(root)) - set(Draft.VALIDATORS) - {
    "$schema", "$defs", "title", "description"}
for word in sorted(unknown):
    print("a schema with " + word)
if name:
    root = {"$ref": "#/$defs/" + name, "$defs": root["$defs"]}
integer = Draft.TYPE_CHECKER.redefine(
    "integer", lambda checker, value: type(value) is int)
checker = validators.extend(Draft, type_checker=integer)(root)
rest = open(text, encoding="utf-8").read().strip()
while rest:
    document, end = json.JSONDecoder().raw_decode(rest)
    rest = rest[end:].lstrip()
    for fault in checker.iter_errors(document):
        print("/".join(map(str, fault.absolute_path)) + ": " + fault.message)
END

# read(NAME): a file of tests/data.
sub read {
    my ($class, $name) = @_;
    Machine::needs('python3');
    system('python3', '-c', 'import jsonschema') == 0
        or plan(skip_all => 'no jsonschema for Python here');
    return bless { path => dirname(__FILE__) . "/../data/$name" }, $class;
}

# faults(TEXT, NAME): where the documents in there are not as the schema wants
# it, or not as its definition of that name does; one text each.
sub faults {
    my ($self, $text, $name) = @_;
    my $file = Files::new_name();
    Files::spew($file, $text);
    open my $fh, '-|', 'python3', '-c', $check, $self->{path}, $file,
        $name // '' or die "python3: $!\n";
    my @faults = <$fh>;
    close $fh or push @faults, "python3: status $?\n";
    chomp @faults;
    return @faults;
}

1;
