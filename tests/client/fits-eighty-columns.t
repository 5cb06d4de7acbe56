# SPDX-License-Identifier: ISC
# If this fails, lines of the help or of a result are too long for a terminal
# of 80 columns.
use strict;
use warnings;

use Test::More;
use Echoc;
use Machine;
use Server;

# wide(TEXT): its lines that are too long.
sub wide { return grep { length > 80 } split /\n/, $_[0] }

for my $mode ('', qw(send ping bench wait)) {
    my $r = Echoc::run(args => [$mode || (), '--help']);
    is(join("\n", wide($r->{stdout})), '', "echoc $mode --help");
}
my $help = `$Machine::ECHOD --help`;
is($?, 0, 'echod --help');
# The path is as long as configure was told.
$help =~ s{/\S+(?=/echod\.conf)}{/etc}g;
is(join("\n", wide($help)), '', '... fits, too');

my $server = Server->start;
my $early = Server->start(fault => 'early', at => 645);
for (
    [$server],
    [$server, '--easy'],
    [$server, 'send', '-v', '-m', 'x' x 40],
    [$server, 'ping', '-c', 2, '-i', '1ms', '--reconnect'],
    [$early, 'ping', '-c', 20, '-i', '1ms'],
    [$server, 'wait'],
    [$server, 'bench', '-n', 300, '-c', 3, '--histogram', '--reconnect', 10,
        '--fail-if', 'p99>1ns', '--fail-if', 'connect.p99>1ns'],
    [$server, 'bench', '-n', 300, '-c', 3, '-t', 3, '-s', '64,512,4096',
        '-R', '1g', '--progress=plain'],
    [$early, 'bench', '-n', 300, '-c', 3, '--histogram', '-R', 5000],
) {
    my ($to, @args) = @$_;
    my $r = Echoc::run(args => [@args, $to->target], timeout => 30);
    is(join("\n", wide("$r->{stdout}\n$r->{stderr}")), '', "echoc @args");
}
done_testing;
