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

my ($listed, $unlisted, $http) = map { Activation::listener($_) } '127.0.0.1',
    '127.0.0.2', '127.0.0.4';
my ($port, $other, $metrics) = map { $_->sockport } $listed, $unlisted, $http;
my @args = ('-T', '-l', "127.0.0.1:$port", '-l', '127.0.0.3:7',
    '-o', 'metrics.address=127.0.0.4', '-o', "metrics.port=$metrics");
my ($status, $text) = Echod->run(args => \@args,
    Activation::pass([$listed, $unlisted, $http], names => "ec\tho::http"));
is($status, 0, '-T with sockets that were passed');
is(join("\n", grep { /^# / } split /\n/, $text),
    qq(# 127.0.0.1:$port: inherited as "ec\\tho"\n)
    . "# 127.0.0.3:7: own\n"
    . qq(# 127.0.0.4:$metrics: inherited as "http", for metrics\n)
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
