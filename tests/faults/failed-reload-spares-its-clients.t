# SPDX-License-Identifier: ISC
# rows: 79
#
# If this fails, a reload that fails after its first worker was ready has an
# effect: the clients of that worker are cut off by the drain time-out of the
# refused configuration.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Shim;

my $shim = Shim->build;

sub config {
    my ($max, $drain) = @_;
    return Echod::DEFAULT_CONFIG . qq(
        workers = { start = $max; min_spare = 1; max_spare = $max;
            max = $max; };
        timeouts = { drain = $drain; defer_accept = 0; };\n);
}

my $d = Echod->start(config => config(1, 60), env => $shim->env);
$d->expect_log(qr/: warning: workers at max /);
my ($old) = $d->workers;
my $first = $d->connect;
is(Client::echo($first, 'x'), 'x', 'the old worker is busy');

# The first new worker gets ready, the second does not.
$d->rewrite(config(2, 0.001));
$shim->on('hold-pdeathsig');
$d->signal('HUP');
my ($new, $never);
ok(Clock::until(sub { ($new) = $shim->entered('pdeathsig') }), 'a new worker');
$shim->on("pass-$new");
ok(Clock::until(sub {
    ($never) = grep { $_ != $new } $shim->entered('pdeathsig');
}), 'when it is ready, another one');
my $second = $d->connect;
is(Client::echo($second, 'x'), 'x', 'a client of the first one');
is_deeply([ grep { $_ == $new } $d->busy_workers ], [$new], 'of that one');

kill 'KILL', $never;
like($d->wait_log(qr/: reload (?:done|failed)/) // '',
    qr/: error: reload failed, nothing has changed: a new worker died/,
    'the reload fails');
$shim->off('hold-pdeathsig');
# That time-out would be over when the master has looked at its deadlines,
# which it does before it waits for what comes next.
for my $n (1, 2) {
    $d->signal('USR1');
    ok($d->wait_log(qr/: status generation=1 /, count => $n), "report $n");
}
ok(!Client::readable($second, 0), 'its client is not cut off');
is(Client::echo($second, 'y'), 'y', 'but served');
is(Client::echo($first, 'y'), 'y', 'like that of the old worker');
ok(Process::is_alive($old), 'which is there still');

close $second;
ok(Clock::until(sub { !Process::is_alive($new) }),
    'when it ends, so does its worker');
close $first;
$d->rewrite(config(1, 60));
like($d->reload, qr/: reload done /, 'the next reload is done');
$d->expect_log(qr/: error: reload failed, nothing has changed/,
    qr/: (?:error|warning): worker died pid=$never /);
$d->finish;
done_testing;
