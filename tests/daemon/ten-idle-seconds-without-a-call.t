# SPDX-License-Identifier: ISC
# If this fails, an idle echod wakes up: it wastes power, and hides a loop that
# does not wait for an event.
#
# slow: watches for ten seconds that nothing happens
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Control;
use Echod;
use Files;
use Http;
use Tracer;

Tracer::needs();

my $control = Files::new_name();
my $http = Http::has();
my $d = Echod->start(
    options => [Control::option($control), $http ? Http::OPTIONS : ()]);

# After some work: nothing of it may go on.
my $data = Client::seeded(1, 100_000);
is((grep { Client::echo_once($d->port, $data) eq $data } 1 .. 20), 20,
    'it has served');
is((Control::ask($control, 'status'))[-1], 'ok', 'it has been asked');
is(Http::status(Http::port($d), '/metrics'), 200, 'and by HTTP') if $http;
like($d->reload, qr/reload done/, 'and reloaded');
ok(Clock::until(sub { $d->pool_fault eq '' && !$d->busy_workers }),
    'and come to rest');
my @all = ($d->pid, $d->children);
my $trace = Tracer->attach(\@all);

# The tracer's own interruption makes each of them call again; so first until
# nothing comes any more, for longer than one that is told to call again may
# have to wait for a processor, and from there on ten seconds.
my $size = sub { -s $trace->file };
my ($last, $since) = (-1, 0);
Clock::until(sub {
    my $now = $size->();
    ($last, $since) = ($now, Clock::now()) if $now != $last;
    return Clock::now() - $since > 3;
}, 15);
my $start = Clock::now();
my $seconds = 10;
Clock::until(sub {
    return Clock::now() - $start >= $seconds || $size->() != $last;
}, $seconds + 5);
cmp_ok(Clock::now() - $start, '>=', $seconds,
    "no system call in $seconds s in any of " . @all . ' processes');
$trace->detach;
my @calls = $trace->calls;
diag($_) for $size->() == $last || Clock::now() - $start >= $seconds
    ? () : @calls;

is_deeply([$d->pid, $d->children], \@all, 'it was all of them');
is(Client::echo_once($d->port, $data), $data, 'it serves as before');
$d->finish;
done_testing;
