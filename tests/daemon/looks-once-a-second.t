# SPDX-License-Identifier: ISC
# If this fails, each client costs the master a step as well, which makes it the
# bottleneck of the service; or it does not look at a queue that is never empty.
use strict;
use warnings;

use List::Util qw(sum0);
use Test::More;
use Client;
use Clock;
use Echod;
use Load;
use Tracer;

Tracer::needs();

# As many workers as clients need, so that the size of the pool is no reason.
my $d = Echod->start(options => [map { ('-o', "workers.$_=20") }
    qw(start min_spare max_spare)]);
is(Client::echo_once($d->port, 'x'), 'x', 'a client');
my $trace = Tracer->attach([$d->pid]);
my $load = Load->start(port => $d->port, clients => 2, messages => 1,
    size => 100);
my $start = Clock::now();
ok(Clock::until(sub { $load->connections > 15_000 }, 60), 'many clients');
my $clients = $load->connections;
is_deeply($load->stop->{errors}, [], 'all are served');
my $seconds = Clock::now() - $start;
my @waits = grep { /^epoll_wait/ } $trace->calls;
$trace->detach;
note sprintf '%d clients in %.1f s, %d waits', $clients, $seconds,
    scalar @waits;
# A busy worker more or less may be a reason now and then, and the more often the
# busier the machine is; but no client is one.
cmp_ok(scalar @waits, '<', $clients / 50, 'the master is left alone');
cmp_ok(scalar @waits, '>=', 2, 'but it looks');
$d->finish;
done_testing;
