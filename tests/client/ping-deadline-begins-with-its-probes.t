# SPDX-License-Identifier: ISC
# If this fails, ping -w has less time for its probes than it was given,
# because the first connection takes some of it.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocPing;
use Server;

# Addresses of this host that no other test uses.
my @four = map { "127.77.7.$_" } 1, 2;

# The first never answers, so the second is tried after a while.
my ($silent, $good);
for my $attempt (1 .. 20) {
    $silent = Server->start(address => $four[0],
        fault => 'accept_never', full => 1);
    $good = eval {
        Server->start(address => $four[1], port => $silent->port);
    };
    last if $good;
    die $@ if $attempt == 20 || $@ !~ /in use/i;
}
my $port = $silent->port;
my @slow = ('--happy-eyeballs-delay', '1s',
    map { ('--resolve', "slow.example:$port:$_") } @four);

# All of them at the same time.
my $all = EchocPing::start(args => [@slow, '-w', 2, '-i', '0.2s', '-W', 20,
        "slow.example:$port"], timeout => 30);
my $few = EchocPing::start(args => [@slow, '-w', 2, '-c', 4, '-i', '0.55s',
        '-W', 20, "slow.example:$port"], timeout => 30);
my $none = EchocPing::start(args => ['-w', 1, '-W', 60, $silent->target],
    timeout => 30);
Clock::until(sub { !grep { $_->is_running } $all, $few, $none }, 20);

my $r = EchocPing::end($all);
is($r->{status}, 0, 'status 0') or diag($r->{stderr});
like($r->{header}, qr/\Q($four[1])\E/, 'the second address is used');
cmp_ok($r->{summary}{time}, '>=', 1999, '-w is the time of the probes');
cmp_ok($r->{seconds}, '>=', 2.99, '... after that of the connection');
cmp_ok($r->{seconds}, '<', 3 + 8 * Clock::scale(), '... and no more');

# As many as are wanted are in only just before the end.
$r = EchocPing::end($few);
SKIP: {
    skip 'one of them stood still', 2 if $r->{summary}{time} > 1900;
    is($r->{summary}{sent}, 4, '-c within -w: all of them go');
    is($r->{status}, 0, '... and are in, status 0') or diag($r->{stdout});
}

# The first connection, before that, is not waited for any longer.
$r = EchocPing::end($none);
is($r->{status}, 1, 'no connection: status 1');
cmp_ok($r->{seconds}, '<', 2 + 8 * Clock::scale(), '... in a time');
done_testing;
