# SPDX-License-Identifier: ISC
#
# If this fails, the counters of echod differ from what has happened: an
# operator who compares them with the counts of clients, or with a bill, is
# misled.
use strict;
use warnings;

use Test::More;

use EchocBench;
use Echod;
use List::Util qw(sum0);
use Snapshot;

my $d = Echod->start(log => 'notice',
    Snapshot::asked('-o', 'workers.max_spare=100'));
my $host = '127.0.0.1:' . $d->port;

# Connections that last, with messages of many sizes, and a trial message each.
my $before = Snapshot::of($d);
my $r = EchocBench::run(['-c', 20, '-n', 5000, '-s', '1-3000'], $host);
my $after = Snapshot::of($d);
my %more = Snapshot::difference($before, $after);
my $bytes = $r->{json}{messages}{bytes_verified};
is($r->{status}, 0, 'the load is good');
is($more{'connections.accepted'}, 20, 'as many connections as it made');
is($more{'connections.bytes_in'}, $bytes, 'as many bytes as it sent');
is($more{'connections.bytes_out'}, $bytes, 'and as many as it got back');
is($more{'closed.closed'}, 20, 'they were all closed by their client');
is($after->{connections}{$_}, 0, "and nothing else: $_")
    for qw(active empty mismatched);
is($after->{listener}[0]{bytes_in}, $bytes, 'the listener says the same');

# Connections that are short.
$before = $after;
$r = EchocBench::run(['-c', 10, '-n', 2000, '-s', '100', '--reconnect=2'],
    $host);
$after = Snapshot::of($d);
%more = Snapshot::difference($before, $after);
my $connect = $r->{json}{connect};
my $made = $connect->{established} + $connect->{reconnects};
is($r->{status}, 0, 'short connections are served');
cmp_ok($made, '>', 500, 'many of them');
is($more{'connections.accepted'}, $made, 'each is counted');
is($more{'closed.closed'}, $made, 'once, with its end');
is($more{'connections.bytes_in'}, $r->{json}{messages}{bytes_verified},
    'with its bytes');
is(sum0(map { $more{$_} } grep { /^duration\./ } keys %more), $made,
    'and in the histogram');

$d->finish;
done_testing;
