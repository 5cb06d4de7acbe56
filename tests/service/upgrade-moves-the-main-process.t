# SPDX-License-Identifier: ISC
#
# If this fails, an upgrade leaves the service manager with a main process that has
# ended: it restarts or kills the service, or its stop misses the new echod.
#
# root: the manager has a control group and namespaces of its own
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Files;
use Manager;
use Process;

my $m = Manager->start;
my @options = ('-o', 'timeouts.probation=1');

# upgrade(UNIT, LOG): USR2 to all its processes, as the manager sends it unless it
# is told to do otherwise; the main process after it.
sub upgrade {
    my ($unit, $log) = @_;
    my $from = $log->mark;
    my $old = $m->show($unit, 'MainPID');
    is $m->systemctl('kill', '-s', 'USR2', $unit), 0, "$unit: USR2 to all";
    my (undef, $new) = $log->wait_log(qr/: upgrade done pid=(\d+) /,
        from => $from);
    is $m->wait_for($unit, 'MainPID', qr/^(?!$old$)/), $new,
        "$unit: the main process is the new one";
    is $log->count_log(qr/: upgrade pid=/, from => $from), 1,
        "$unit: by one upgrade";
    is $log->count_log(qr/^echod: /, from => $from), 0,
        "$unit: and nobody has more to say";
    ok $log->wait_log(qr/: the echod before this one has left pid=$old$/,
        from => $from), "$unit: the old one leaves";
    is $m->show($unit, 'ActiveState'), 'active', "$unit: it is active";
    is $m->show($unit, 'NRestarts'), 0, "$unit: without a restart";
    return $new;
}

# With stored listeners.
my $log = $m->service('own',
    "Type=notify\nFileDescriptorStoreMax=4\nRestart=on-failure\n",
    '-l', '127.0.0.1:10007', @options);
is $m->systemctl('start', 'own'), 0, 'it is started';
my $listeners = Process::listeners($m->main_pid('own'));
upgrade('own', $log);
is_deeply Process::listeners($m->main_pid('own')), $listeners,
    'its listener is the same';
is $m->show('own', 'NFileDescriptorStore'), 1, 'and stored as before';
like $m->show('own', 'StatusText'), qr/^generation 1, busy 0\/256$/,
    'the new one says how it is';
upgrade('own', $log);
is Client::echo_once(10007, 'x'), 'x', 'it serves';

# What has been stored still helps in a crash of the new one.
my $from = $log->mark;
kill KILL => $m->main_pid('own');
ok $log->wait_log(qr/: ready /, from => $from), 'a crash: it is started again';
is_deeply Process::listeners($m->main_pid('own')), $listeners,
    'with its listener';
is $m->systemctl('stop', 'own'), 0, 'it is stopped';
is_deeply [$m->processes('own')], [], 'and all of it has ended';
is $m->show('own', 'Result'), 'success', 'in order';

# A new one that dies soon: the old one is the main process again.
$log = $m->service('back', "Type=notify\nNotifyAccess=all\nRestart=on-failure\n",
    '-l', '127.0.0.1:10008', '-o', 'timeouts.probation=3600');
$log->expect_log(qr/: error: upgrade undone/);
is $m->systemctl('start', 'back'), 0, 'another one is started';
my $old = $m->show('back', 'MainPID');
is $m->systemctl('kill', '-s', 'USR2', '--kill-whom=main', 'back'), 0, 'USR2';
isnt $m->wait_for('back', 'MainPID', qr/^(?!$old$)/), $old, 'is an upgrade';
kill KILL => $m->main_pid('back');
is $m->wait_for('back', 'MainPID', qr/^$old$/), $old, 'which is undone';
is $m->show('back', 'ActiveState'), 'active', 'it is active';
like $m->wait_for('back', 'StatusText', qr/undone/), qr/; upgrade undone, /,
    'the status says why';
is Client::echo_once(10008, 'x'), 'x', 'it serves';
# A stop means both masters, if there are two.
is $m->systemctl('kill', '-s', 'USR2', '--kill-whom=main', 'back'), 0, 'again';
isnt $m->wait_for('back', 'MainPID', qr/^(?!$old$)/), $old, 'an upgrade';
is $m->systemctl('stop', 'back'), 0, 'stopped with two masters';
is_deeply [$m->processes('back')], [], 'all of it has ended';
is $m->show('back', 'Result'), 'success', 'in order';

# Without that access the manager does not hear the old one; it goes on.
$log = $m->service('main', "Type=notify\n", '-l', '127.0.0.1:10009',
    '-o', 'timeouts.probation=3600');
$log->expect_log(qr/: error: upgrade undone/);
is $m->systemctl('start', 'main'), 0, 'one with the access of the main process';
$old = $m->show('main', 'MainPID');
$m->systemctl('kill', '-s', 'USR2', '--kill-whom=main', 'main');
isnt $m->wait_for('main', 'MainPID', qr/^(?!$old$)/), $old, 'is upgraded';
kill KILL => $m->main_pid('main');
ok $log->wait_log(qr/: error: upgrade undone/), 'that is undone';
is Client::echo_once(10009, 'x'), 'x', 'it serves';
is $m->show('main', 'ActiveState'), 'active', 'and is active';
is $m->systemctl('stop', 'main'), 0, 'it is stopped';
is_deeply [$m->processes('main')], [], 'all of it has ended';

# With sockets of a unit.
$m->unit('sock.socket', "[Socket]\nListenStream=127.0.0.1:10010\n");
Files::spew($m->dir . '/sock.conf', "listen = ();\n");
$log = $m->service('sock', "Type=notify\n", '-c', $m->dir . '/sock.conf',
    @options);
is $m->systemctl('start', 'sock.socket'), 0, 'a socket unit';
is Client::echo_once(10010, 'x'), 'x', 'starts it';
upgrade('sock', $log);
ok $log->wait_log(qr/: listening on 127\.0\.0\.1 port 10010 \(inherited as /,
    from => 0, count => 2), 'the new one knows what is the unit\'s';
is Client::echo_once(10010, 'x'), 'x', 'it serves';
is $m->systemctl('stop', 'sock.service'), 0, 'it is stopped';
is Client::echo_once(10010, 'again'), 'again', 'and started by the next client';
$m->finish;
done_testing;
