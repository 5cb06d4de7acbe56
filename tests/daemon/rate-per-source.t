# SPDX-License-Identifier: ISC
#
# If this fails, a client network may connect more often than it may, or less;
# or a network that exceeds its rate takes connections from another one.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;

use constant RATE => 20;

my $d = Echod->start(log => 'info', options => [
    '-o', 'access.rate_per_source=' . RATE, '-o', 'timeouts.defer_accept=0' ]);
$d->expect_log(qr/: warning: refused reason=rate_per_source /);

sub served {
    my ($from, $n) = @_;
    return scalar grep {
        (Client::echo_once($d->port, $_, local => $from) // '') eq $_
    } 1 .. $n;
}

# However long it takes on this machine, as many pass as the time allows.
my $start = Clock::now();
my $passed = served('127.0.0.1', 6 * RATE);
my $took = Clock::now() - $start;
note sprintf '%d of %d in %.3f s', $passed, 6 * RATE, $took;
cmp_ok($passed, '>=', RATE, 'a burst of a second is served');
cmp_ok($passed, '<=', RATE + $took * RATE + 1, 'and then not more than that');
is(served('127.0.0.2', RATE), RATE, 'another address has its own');
ok(Clock::until(sub { served('127.0.0.1', 1) }, 2),
    'a little later it is served again');
ok($d->wait_log(
    qr/: warning: refused reason=rate_per_source connections=1 peer=127.0.0.1:/),
    'the first refusal is told at once, with the address');

$d->finish;

# A reload changes the rate.
my $file = Echod::DEFAULT_CONFIG . "timeouts = { defer_accept = 0; };\n";
$d = Echod->start(config => $file . 'access = { rate_per_source = 1; };');
$d->expect_log(qr/: warning: refused reason=rate_per_source /);
# Two within a second, or the machine has stood still.
ok(Clock::until(sub { served('127.0.0.1', 2) < 2 }), 'one a second');
$d->rewrite($file . 'access = { rate_per_source = 10000; };');
like($d->reload, qr/: reload done/, 'a reload allows many');
is(served('127.0.0.2', 50), 50, 'which are served');
$d->rewrite($file);
like($d->reload, qr/: reload done/, 'or any number');
is(served('127.0.0.1', 50), 50, 'which are served as well');
$d->finish;
done_testing;
