# SPDX-License-Identifier: ISC
# rows: 6
#
# If this fails, one client that knows how to crash its worker slows down the
# service for everybody else: workers are replaced late, as after a crash loop.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Load;
use Shim;

# Twenty times a second, for long enough that a back-off would be seen.
use constant { RATE => 20, TIMES => 40 };

my $shim = Shim->build;
my $d = Echod->start(env => $shim->env, log => 'notice');
$d->expect_log(qr/: error: worker died pid=\d+ signal=SIGSEGV .*peer=127\./);

# What the good ones get when nobody disturbs them; all that the machine does
# beside this test delays both alike.
my @load = (port => $d->port, clients => 4, messages => 2);
my $calm = Load->start(@load, connections => 100)->wait;
is_deeply($calm->{errors}, [], 'good clients are served');

$shim->on('poison');
my $load = Load->start(@load);
my $begin = Clock::now();
my @late;
for my $n (1 .. TIMES) {
    Clock::until(sub { Clock::now() >= $begin + $n / RATE || !$load->running });
    my $sock = $d->connect;
    my $back = Client::echo($sock, 'poison: signal 11');
    push @late, $n if $back ne '' || $Client::problem eq 'timeout';
    close $sock;
    last if @late;
}
my $took = Clock::now() - $begin;
my $result = $load->stop;
$shim->off('poison');

is_deeply(\@late, [], 'each poison kills a worker at once');
is($d->wait_told(qr/: error: worker died .* signal=SIGSEGV .*peer=127\.\S+:\d/,
    'worker-died', TIMES), TIMES, 'which is told with the peer, or counted');
is_deeply($result->{errors}, [], 'every good client gets every byte');
cmp_ok($result->{connections}, '>', 10 * $took, 'and there were many');
note sprintf '%d in %.1f s, slowest %.3f s, undisturbed %.3f s',
    $result->{connections}, $took, $result->{slowest}, $calm->{slowest};
cmp_ok($result->{slowest}, '<', $calm->{slowest} + 1 * Clock::scale(),
    'none of them waits for a back-off');
is($d->count_log(qr/next try in|before they serve/), 0, 'as there is none');
$d->finish(settle => 15);
done_testing;
