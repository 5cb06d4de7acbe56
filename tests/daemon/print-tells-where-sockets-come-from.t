# SPDX-License-Identifier: ISC
#
# If this fails, nobody can find out, before a start, which address a socket unit
# serves and which one echod opens.
use strict;
use warnings;

use Test::More;

use Activation;
use Echod;
use Files;

my ($listed, $unlisted) = map { Activation::listener($_) } '127.0.0.1',
    '127.0.0.2';
my ($port, $other) = map { $_->sockport } $listed, $unlisted;
my @args = ('-T', '-l', "127.0.0.1:$port", '-l', '127.0.0.3:7');
my ($status, $text) = Echod->run(args => \@args,
    Activation::pass([$listed, $unlisted], names => "ec\tho:"));
is($status, 0, '-T with sockets that were passed');
is(join("\n", grep { /^# / } split /\n/, $text),
    qq(# 127.0.0.1:$port: inherited as "ec\\tho"\n)
    . "# 127.0.0.3:7: own\n"
    . "# 127.0.0.2:$other: inherited, not in `listen`",
    'says where each of them comes from');
my $dir = Files::new_dir();
Files::spew("$dir/printed.conf", $text);
is((Echod->run(args => ['-t', '-c', "$dir/printed.conf"]))[0], 0,
    'and is a configuration still');
(undef, $text) = Echod->run(args => \@args);
is(join("\n", grep { /^# / } split /\n/, $text), '',
    'without them there is nothing to say');

done_testing;
