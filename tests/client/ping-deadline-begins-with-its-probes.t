# SPDX-License-Identifier: ISC
# If this fails, ping -w has less time for its probes than it was given, as the
# first connection takes some of it.
use strict;
use warnings;

use Test::More;
use Echod;
use Echoc;
use EchocPing;
use EchocServer;

# Addresses of this host that no other test uses.
my @four = map { "127.77.7.$_" } 1, 2;

# The first never answers, so the second is tried after a while.
my ($silent, $good);
for my $attempt (1 .. 20) {
    $silent = EchocServer->start(address => $four[0],
        fault => 'accept_never', full => 1);
    $good = eval {
        EchocServer->start(address => $four[1], port => $silent->port);
    };
    last if $good;
    die $@ if $attempt == 20 || $@ !~ /in use/i;
}
my $port = $silent->port;
my @slow = ('--happy-eyeballs-delay', '1s',
    map { ('--resolve', "slow.example:$port:$_") } @four);

my $r = EchocPing::run(args => [@slow, '-w', 4, '-i', '0.2s', '-W', 20,
        "slow.example:$port"], timeout => 30);
is($r->{status}, 0, 'status 0') or diag($r->{stderr});
like($r->{header}, qr/\Q($four[1])\E/, 'the second address is used');
cmp_ok($r->{summary}{time}, '>=', 3999, '-w is the time of the probes');
cmp_ok($r->{seconds}, '>=', 4.99, '... after that of the connection');
cmp_ok($r->{seconds}, '<', 5 + 8 * Echod::scale(), '... and no more');

# As many as are wanted are in only just before the end.
$r = EchocPing::run(args => [@slow, '-w', 4, '-c', 4, '-i', '1.1s', '-W', 20,
        "slow.example:$port"], timeout => 30);
SKIP: {
    skip 'one of them stood still', 2 if $r->{summary}{time} > 3900;
    is($r->{summary}{sent}, 4, '-c within -w: all of them go');
    is($r->{status}, 0, '... and are in, status 0') or diag($r->{stdout});
}

# The first connection, before that, is not waited for any longer.
$r = EchocPing::run(args => ['-w', 1, '-W', 60, $silent->target],
    timeout => 30);
is($r->{status}, 1, 'no connection: status 1');
cmp_ok($r->{seconds}, '<', 2 + 8 * Echod::scale(), '... in a time');
done_testing;
