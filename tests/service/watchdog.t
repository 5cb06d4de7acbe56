# SPDX-License-Identifier: ISC
#
# If this fails, the watchdog of a service manager does not end an echod that
# hangs, ends one that does not, or a service looks healthy that serves nobody.
#
# root: the manager has a control group and namespaces of its own
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Manager;
use Process;
use Tracer;

Tracer::needs();

my $m = Manager->start;
my $unit = "Type=notify\nWatchdogSec=1\n";

# A master that hangs.
my $log = $m->service('echod', $unit, '-l', '127.0.0.1:10007');
is $m->systemctl('start', 'echod'), 0, 'it is started';
is $m->show('echod', 'WatchdogUSec'), '1s', 'and is watched';
my $start = Clock::now();
ok Clock::until(sub { $log->count_log(qr/: connection ended /) >= 4 }),
    'it tries an echo, again and again';
cmp_ok Clock::now() - $start, '>', 1, 'for longer than the watchdog waits';
is $m->show('echod', 'ActiveState'), 'active', 'and lives';
kill STOP => $m->main_pid('echod');
is $m->wait_for('echod', 'ActiveState', qr/failed/), 'failed',
    'when it hangs it is ended';
is $m->show('echod', 'Result'), 'watchdog', 'by the watchdog';

# A service that serves nobody: only a strict one is ended.
my @one = map { ('-o', $_) } qw(workers.start=1 workers.min_spare=1
    workers.max_spare=1 workers.max=1);
$log->expect_log(qr/: warning: (?:self-probe|workers at max|accept failed) /,
    qr/: error: self-probe failed again /);

# cripple(): the only worker accepts nobody.
sub cripple {
    my ($worker) = grep {
        (Process::status($_, 'Name') // '') eq 'echod:worker'
    } $m->processes('echod');
    return Tracer->attach([$worker], 'accept4', 'error=ENFILE');
}

$m->service('echod', $unit, '-l', '127.0.0.1:10007', @one);
$m->systemctl('start', 'echod');
my $fault = cripple();
like $m->wait_for('echod', 'StatusText', qr/self-probe/),
    qr/^generation 1, busy 0\/1; self-probe failed listener=127\.0\.0\.1:10007: /,
    'a service that serves nobody says so';
is $m->show('echod', 'ActiveState'), 'active', 'and lives';
$fault->detach;
like $m->wait_for('echod', 'StatusText', qr/^[^;]*$/),
    qr/^generation 1, busy \d\/1$/, 'until it serves again';
is $m->systemctl('stop', 'echod'), 0, 'it is stopped';

$m->service('echod', $unit, '-l', '127.0.0.1:10007', @one,
    '-o', 'watchdog=strict');
$m->systemctl('start', 'echod');
$fault = cripple();
is $m->wait_for('echod', 'ActiveState', qr/failed/), 'failed',
    'a strict one is ended';
is $m->show('echod', 'Result'), 'watchdog', 'by the watchdog';
$fault->detach;

# After an upgrade another process is watched.
$m->service('echod', $unit, '-l', '127.0.0.1:10007',
    '-o', 'timeouts.probation=0');
$m->systemctl('start', 'echod');
$log->mark;
kill USR2 => $m->main_pid('echod');
ok $log->wait_log(qr/: upgrade done /), 'an upgrade is done';
my $new = $m->main_pid('echod');
$start = Clock::now();
ok Clock::until(sub { $log->count_log(qr/: connection ended /) >= 4 }),
    'the new one tries an echo, again and again';
cmp_ok Clock::now() - $start, '>', 1, 'for longer than the watchdog waits';
is $m->main_pid('echod'), $new, 'and lives';
unlike $m->manager_log, qr/reception only permitted/,
    'nobody has spoken who is not the main process';
is $m->systemctl('stop', 'echod'), 0, 'it is stopped';

# Where the listener is in another network, it cannot be a client.
$m->unit('other.socket', "[Socket]\nListenStream=127.0.0.1:10008\n");
my $other = $m->service('other', "${unit}PrivateNetwork=yes\n",
    '-l', '127.0.0.1:10007', '-o', 'watchdog=strict');
is $m->systemctl('start', 'other.socket'), 0, 'a socket is made outside';
is Client::echo_once(10008, 'hello'), 'hello', 'and served from inside';
ok $other->wait_log(qr/: no self-probe of 127\.0\.0\.1:10008: it is in another network$/),
    'it is not tried';
is $m->show('other', 'ActiveState'), 'active', 'which is no failure';
$m->finish;

done_testing;
