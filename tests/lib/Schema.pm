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

use Encode qw(decode_utf8);
use File::Basename qw(dirname);
use IPC::Open2;
use JSON::PP;
use Test::More;

use Machine;

my $check = <<'END';
import json, sys
from jsonschema import Draft202012Validator as Draft, validators

def words(value, named=False):
    if isinstance(value, dict):
        for word, inner in value.items():
            yield from () if named else (word,)
            yield from words(inner, word in ("properties", "$defs"))

root = json.load(open(sys.argv[1]))
Draft.check_schema(root)
unknown = set(words(root)) - set(Draft.VALIDATORS) - {
    "$schema", "$defs", "title", "description"}
integer = Draft.TYPE_CHECKER.redefine(
    "integer", lambda checker, value: type(value) is int)
Strict = validators.extend(Draft, type_checker=integer)

def faults(rest, name):
    yield from ("a schema with " + word for word in sorted(unknown))
    checker = Strict({"$ref": "#/$defs/" + name, "$defs": root["$defs"]}
        if name else root)
    while rest := rest.strip():
        document, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:]
        for fault in checker.iter_errors(document):
            yield "/".join(map(str, fault.absolute_path)) + ": " + fault.message

# Each request is a line, and so is its answer.
for line in sys.stdin:
    try:
        answer = list(faults(*json.loads(line)))
    except ValueError as error:
        answer = [str(error)]
    print(json.dumps(answer), flush=True)
END

# read(NAME): a file of tests/data.  Python takes longer to start than to
# compare, so one process answers for all documents of a test.  It ends with it.
sub read {
    my ($class, $name) = @_;
    Machine::needs('python3');
    system('python3', '-c', 'import jsonschema') == 0
        or plan(skip_all => 'no jsonschema for Python here');
    open2(my $out, my $in, 'python3', '-c', $check,
        dirname(__FILE__) . "/../data/$name");
    return bless { in => $in, out => $out }, $class;
}

# faults(TEXT, NAME): where the documents in there are not as the schema wants
# it, or not as its definition of that name does; one text each.
sub faults {
    my ($self, $text, $name) = @_;
    print { $self->{in} }
        JSON::PP->new->ascii->encode([decode_utf8($text), $name]), "\n";
    $self->{in}->flush;
    my $answer = readline $self->{out};
    return defined $answer ? @{ decode_json($answer) } : 'python3 has ended';
}

1;
