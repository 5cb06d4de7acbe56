# SPDX-License-Identifier: ISC
# rows: 46
#
# If this fails, two echo servers that somebody has connected with each other
# echo for ever, or nobody else is served meanwhile.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

use constant LIFETIME => 1;

my @d = map { Echod->start(log => 'info',
    options => [ '-o', 'timeouts.lifetime=' . LIFETIME ]) } 1, 2;

# Whoever connects the two copies bytes in both directions.
my @sock = map { $_->connect } @d;
my $relay = Process::child(sub {
    syswrite $sock[0], 'x' x 1000;
    my ($in, $moved) = ('', 0);
    vec($in, fileno $_, 1) = 1 for @sock;
    while (select(my $ready = $in, undef, undef, undef) > 0) {
        for my $i (grep { vec $ready, fileno $sock[$_], 1 } 0, 1) {
            my $n = sysread $sock[$i], my $data, 65536;
            return if !$n;
            syswrite $sock[1 - $i], $data;
        }
    }
});
my $start = Clock::now();
close $_ for @sock;

my ($served, $tries) = (0, 0);
until (defined Process::wait($relay, 0) || $tries >= 100_000) {
    $tries++;
    $served++ if (Client::echo_once($d[$tries % 2]->port, 'hello') // '')
        eq 'hello';
    last if Clock::now() - $start > LIFETIME + 10 * Clock::scale();
}
is($served, $tries, 'others are served meanwhile');
cmp_ok($tries, '>', 10, 'all the time');
Clock::soon($start, 'the loop ends', LIFETIME);
my ($line, $bytes) = $d[0]->wait_log(
    qr/: connection ended .*in_bytes=(\d{4,}) .* reason=lifetime$/, quiet => 1,
    timeout => 2);
($line, $bytes) = $d[1]->wait_log(
    qr/: connection ended .*in_bytes=(\d{4,}) .* reason=lifetime$/)
    if !$line;
ok($line, 'with timeouts.lifetime, and a line that says so');
cmp_ok($bytes // 0, '>', 100_000, 'it was a loop');

# Nobody can do that by datagrams with a forged address.
for my $d (@d) {
    my %mine = map { $_ => 1 } map { /^socket:\[(\d+)\]/ }
        map { values %{ Process::descriptors($_) } } $d->pid, $d->children;
    my @datagrams = map { split /\n/, Files::slurp("/proc/net/$_") // '' }
        qw(udp udp6 udplite raw raw6);
    is_deeply([grep { $mine{ (split)[9] // '' } } @datagrams], [],
        'no process has a socket for datagrams');
}
$_->finish for @d;
done_testing;
