# SPDX-License-Identifier: ISC
#
# If this fails, a load balancer that asks /readyz sends clients to an echod
# that has not started yet or is about to stop, or takes them away from one that
# serves; or it takes an echod whose master does not run for one that serves.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Http;
use Machine;
use Process;
use Shim;

Http::needs();

my $shim = Shim->build;
$shim->on('hold-pdeathsig');
my $d = Echod->start(env => $shim->env, wait => 0,
    options => ['-o', 'timeouts.lame_duck=60', Http::OPTIONS]);
$d->wait_log(qr/: metrics on 127\.0\.0\.1 port \d+$/);
my $port = Http::port($d);

# said(PATH, STATUS, BODY, WHAT): that this is answered.
sub said {
    my ($path, $status, $body, $what) = @_;
    my $r = Http::get($port, $path);
    is $r->{status}, $status, "$what: $path says $status";
    is $r->{body}, "$body\n", "$what: and why";
    return;
}

ok Clock::until(sub { $shim->entered('pdeathsig') }), 'no worker is ready';
said('/readyz', 503, 'starting', 'starting');
said('/healthz', 200, 'ok', 'starting');
$shim->off('hold-pdeathsig');
$d->wait_ready;
said('/readyz', 200, 'serving', 'serving');

# A new generation that is not ready yet does not matter.
$shim->on('hold-pdeathsig');
$d->signal('HUP');
ok Clock::until(sub { $shim->entered('pdeathsig') }), 'a reload is under way';
said('/readyz', 200, 'reloading', 'reloading');
$shim->off('hold-pdeathsig');
ok $d->wait_log(qr/: reload done/), 'it is done';

# A master that does not run.
my $reporter = Http::reporter($d);
kill STOP => $d->pid;
Clock::until(sub { Process::state($d->pid) eq 'T' });
said('/readyz', 503, 'echod does not answer', 'stopped by a signal');
said('/healthz', 503, 'echod does not answer', 'stopped by a signal');
kill CONT => $d->pid;
ok Clock::until(sub { Http::status($port, '/readyz') == 200 }),
    'and well when it goes on';
is Http::reporter($d), $reporter, 'the reporter is the same';

$d->signal('TERM');
ok $d->wait_log(qr/lame duck/), 'told to stop, it is a lame duck';
said('/readyz', 503, 'lame_duck', 'lame duck');
is Client::echo_once($d->port, 'x'), 'x', 'but serves';
$d->finish;
done_testing;
