# SPDX-License-Identifier: ISC
#
# If this fails, a service manager cannot start, reload or stop echod.
#
# root: the manager has a control group and namespaces of its own
use strict;
use warnings;

use Test::More;

use Client;
use Manager;
use Process;

my $m = Manager->start;
my $log = $m->service('echod', "Type=exec\nExecReload=kill -HUP \$MAINPID\n",
    '-l', '127.0.0.1:10007');

is $m->systemctl('start', 'echod'), 0, 'it is started';
ok $log->wait_log(qr/: ready /), 'it becomes ready';
is Client::echo_once(10007, 'hello'), 'hello', 'it serves';
is $m->show('echod', 'ActiveState'), 'active', 'the manager calls it active';

my $master = $m->main_pid('echod');
like Process::status($master, 'Name'), qr/^echod:master$/,
    'the main process is the master';
cmp_ok scalar($m->processes('echod')), '>', 5, 'its workers belong to the unit';

is $m->systemctl('reload', 'echod'), 0, 'it is reloaded';
ok $log->wait_log(qr/: reload done /), 'which takes effect';
is $m->systemctl('stop', 'echod'), 0, 'it is stopped';
is $m->show('echod', 'Result'), 'success', 'which is no failure';
$m->finish;
done_testing;
