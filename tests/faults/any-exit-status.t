# SPDX-License-Identifier: ISC
# rows: 7
#
# If this fails, the exit status of a worker is a command: with one of them a
# worker that a client has taken over stops the service, or is never replaced.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Shim;

my $shim = Shim->build;
my $d = Echod->start(env => $shim->env, log => 'debug');
my $master = $d->pid;
$d->expect_log(qr/: error: worker died pid=\d+ status=/);
$shim->on('poison');

my (@bad, @refused);
for my $status (0 .. 255) {
    my $sock = $d->connect or push @refused, $status and next;
    my $back = Client::echo($sock, "poison: exit $status");
    push @bad, "$status: $back$Client::problem"
        if $back ne '' || $Client::problem !~ /eof|reset/;
    close $sock;
}
is("@refused", '', 'nobody is refused');
is("@bad", '', 'each client loses its worker');
is(Client::echo_once($d->port, 'hello'), 'hello', 'the service goes on');
ok(Clock::until(sub { $d->idle_workers >= 5 }), 'with all of its workers');
is($d->pid, $master, 'under the same master');

is($d->wait_told(qr/: error: worker died pid=\d+ status=[1-9]\d* peer=\S/,
    'worker-died', 255), 255,
    'all but 0 are errors with status and peer, or counted');
is($d->count_log(qr/next try in/), 0, 'nobody waits');
$shim->off('poison');
like($d->reload, qr/: reload done /, 'a reload works');
$d->finish;
done_testing;
