# SPDX-License-Identifier: ISC
# rows: 14
#
# If this fails, a connection that has woken only one worker (EPOLLEXCLUSIVE)
# is not served if that worker dies before it accepts: its client waits until
# another client connects.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Shim;

use constant ROUNDS => 8;

my $shim = Shim->build;
# With more idle workers than must be, a death leaves enough of them.
my $d = Echod->start(env => $shim->env,
    options => [ '-o', 'workers.min_spare=1' ]);
$d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL/,
    qr/: warning: .* before (?:it|they) served? anybody/);

for my $round (1 .. ROUNDS) {
    $shim->on('die-awake');
    my $start = Clock::now();
    my $s = $d->connect;
    syswrite $s, 'x';
    is(Client::receive($s, 1), 'x', "round $round: the client is served");
    Clock::soon($start, 'soon');
    ok(!$shim->is_on('die-awake'), 'though a worker died for it');
    close $s;
    ok(Clock::until(sub { $d->idle_workers >= 5 }),
        'which has been replaced');
}
my $death = qr/: warning: worker died pid=\d+ signal=SIGKILL core=no$/;
$d->wait_log($death, count => ROUNDS);
is($d->count_log($death), ROUNDS,
    'each death is in the log, and no client with it');
$d->finish;

# The only worker there may be.
$d = Echod->start(env => $shim->env,
    options => [ map { ('-o', "workers.$_=1") } qw(max start min_spare
        max_spare) ]);
$d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL/,
    qr/: warning: workers at max/,
    qr/: warning: .* before (?:it|they) served? anybody/);
$shim->on('die-awake');
my $start = Clock::now();
is(Client::echo_once($d->port, 'x'), 'x', 'the only worker dies likewise');
Clock::soon($start, 'the next one serves the client soon');
$d->finish;
done_testing;
