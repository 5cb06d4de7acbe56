# SPDX-License-Identifier: ISC
#
# If this fails, a service manager calls echod started before it serves, kills
# it while it lets its clients finish, or does not show its state.
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
my $config = $m->dir . '/echod.conf';
my $listen = qq(listen = ( { address = "127.0.0.1"; port = 10007; } );\n);
Files::spew($config, $listen);

# More than echod needs to stop would be too long for a test, and less kills it.
my $log = $m->service('echod', <<'END', '-c', $config, '-o', 'timeouts.drain=20');
Type=notify
ExecReload=kill -HUP $MAINPID
TimeoutStopSec=1
END

is $m->systemctl('start', 'echod'), 0, 'it is started';
ok $log->count_log(qr/: ready /), 'when it is ready, and not before';
is $m->show('echod', 'StatusText'), 'generation 1, busy 0/256', 'it says so';

my $client = Client::connect('127.0.0.1', 10007);
is Client::echo($client, 'hello'), 'hello', 'it serves';

$log->expect_log(qr/: error: reload failed/);
Files::spew($config, "nonsense\n");
$m->systemctl('reload', 'echod');
like $m->wait_for('echod', 'StatusText', qr/failed/),
    qr/^generation 1, .*; reload failed, nothing has changed: \Q$config\E:\d+: /,
    'why a reload has failed is shown';
is $m->wait_for('echod', 'ActiveState', qr/^active/), 'active',
    'and the service is active as before';
Files::spew($config, $listen);
$m->systemctl('reload', 'echod');
like $m->wait_for('echod', 'StatusText', qr/^generation 2,[^;]*$/),
    qr/^generation 2, busy \d\/256$/, 'until one has succeeded';

# Its own notification extends TimeoutStopSec.
my $start = Clock::now();
my ($stop) = $m->launch(qw(systemctl --user stop echod));
is $m->wait_for('echod', 'StatusText', qr/^stopping, workers left 1$/),
    'stopping, workers left 1', 'it waits for its last client';
is Process::wait($stop, 1.5), undef, 'the manager waits, too';
is Client::echo($client, 'still'), 'still', 'the client is served meanwhile';
cmp_ok Clock::now() - $start, '>', 1.5, 'longer than it would otherwise';
close $client;
is Process::wait($stop), 0, 'the stop ends with the last client';
is $m->show('echod', 'Result'), 'success', 'and is no failure';

# The manager that waits for nothing shows what extends its patience.
$m->service('echod', <<'END', '-c', $config, '-o', 'timeouts.drain=20');
Type=simple
NotifyAccess=none
TimeoutStopSec=1
END
$m->systemctl('start', 'echod');
ok $log->wait_log(qr/: ready /, from => $log->mark - 1), 'started once more';
$client = Clock::until(sub { Client::connect('127.0.0.1', 10007) });
is Client::echo($client, 'hello'), 'hello', 'it serves';
$m->systemctl('stop', 'echod');
is $m->show('echod', 'Result'), 'timeout',
    'a manager that does not listen kills it';
$m->finish;

done_testing;
