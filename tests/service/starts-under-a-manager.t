# SPDX-License-Identifier: ISC
#
# If this fails, a service manager cannot start, reload or stop echod; or without a
# control socket a reload of a bad file looks as if it had succeeded.
#
# root: the manager has a control group and namespaces of its own
use strict;
use warnings;

use Test::More;

use File::Spec;

use Client;
use Files;
use Machine;
use Manager;
use Process;

my $m = Manager->start;
my $config = $m->dir . '/echod.conf';
my $good = qq(listen = ( { address = "127.0.0.1"; port = 10007; } );\n);
Files::spew($config, $good);

# As echod(8) says for an echod without a control socket.
my $echod = File::Spec->rel2abs($Machine::ECHOD);
my $log = $m->service('echod', <<"END", '-c', $config);
Type=exec
ExecReload="$echod" -t -c $config
ExecReload=kill -HUP \$MAINPID
END

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
Files::spew($config, "nonsense\n");
my $from = $log->mark;
isnt $m->systemctl('reload', 'echod'), 0, 'a reload of a bad file fails';
is $log->count_log(qr/reload/, from => $from), 0, 'and does not begin';
Files::spew($config, $good);
is $m->systemctl('reload', 'echod'), 0, 'it is reloaded again';
ok $log->wait_log(qr/: reload done /, from => $from), 'which takes effect';
is $m->systemctl('stop', 'echod'), 0, 'it is stopped';
is $m->show('echod', 'Result'), 'success', 'which is no failure';
$m->finish;
done_testing;
