# SPDX-License-Identifier: ISC
#
# If this fails, a client waits for a second although workers are idle: its
# connection has woken one worker alone, and that one was told to leave, and then
# killed before it took the client.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Shim;

my $shim = Shim->build;

# text(START): so many workers, one of which is always to be idle.
sub text {
    my $start = shift;
    return "listen = ({ address = \"127.0.0.1\"; port = 0; });\nworkers: "
        . "{ start = $start; min_spare = 1; max_spare = 4; };\n";
}

# The new configuration comes into force when its workers are there, of which the
# first is tried alone; the master is stopped until the client has come.
my $d = Echod->start(env => $shim->env, log => 'notice', config => text(1));
$d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL/);
my ($old) = $d->workers;
$d->rewrite(text(4));
$shim->on('hold-pdeathsig');
$d->signal('HUP');
Clock::until(sub { $shim->entered('pdeathsig') });
$shim->on('pass-' . ($shim->entered('pdeathsig'))[0]);
ok(Clock::until(sub { $shim->entered('pdeathsig') == 4 }),
    'a reload has its workers');
kill STOP => $d->pid;
$shim->off('hold-pdeathsig');
ok(Clock::until(sub { $d->idle_workers == 5 }), 'they are ready');

# The kernel wakes the one first that has waited for longest.
$shim->on('hold-accept4');
my $client = $d->connect;
syswrite $client, 'x';
Clock::until(sub { $shim->entered('accept4') });
is(join(' ', $shim->entered('accept4')), $old,
    'a client wakes one worker, which has not taken it yet');
kill CONT => $d->pid;
ok($d->wait_log(qr/: reload done /), 'that is the old one, which is told to leave');
kill KILL => $old;
$shim->off('hold-accept4');
my $from = Clock::now();
is(Client::receive($client, 1), 'x', 'it is killed: another serves the client');
cmp_ok(Clock::now() - $from, '<', 0.8 * Clock::scale(), 'at once');
close $client;
$d->finish;
done_testing;
