# SPDX-License-Identifier: ISC
#
# If this fails, a service manager kills an echod that still serves the clients
# which a load balancer sends after the request to stop.
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

use constant { PORT => 10007, LAME_DUCK => 3 };

my $m = Manager->start;
my $config = $m->dir . '/echod.conf';
Files::spew($config, 'listen = ( { address = "127.0.0.1"; port = ' . PORT . '; } );'
    . 'timeouts = { drain = 5; lame_duck = ' . LAME_DUCK . "; };\n");
my $log = $m->service('echod', <<'END', '-c', $config);
Type=notify
ExecReload=kill -HUP $MAINPID
TimeoutStopSec=1
END
is $m->systemctl('start', 'echod'), 0, 'it is started';

my $start = Clock::now();
my ($stop) = $m->launch(qw(systemctl --user stop echod));
like $m->wait_for('echod', 'StatusText', qr/lame duck/),
    qr{^generation 1, busy \d/256, lame duck$}, 'the manager knows what it is';
is $m->show('echod', 'ActiveState'), 'deactivating', 'and that it stops';

my ($clients, $bad) = (0, 0);
Clock::until(sub {
    return 1 if $log->count_log(qr/: stopping gracefully /);
    my $back = Client::echo_once(PORT, 'hello') // '';
    # The last one may have come too late.
    $bad++ if $back ne 'hello' && !$log->count_log(qr/: stopping gracefully /);
    $clients++ if $back eq 'hello';
    return 0;
}, LAME_DUCK + 10);
cmp_ok Clock::now() - $start, '>=', LAME_DUCK, 'it serves for its time';
cmp_ok $clients, '>', LAME_DUCK, 'clients that come meanwhile are served';
is $bad, 0, 'each of them';
is Process::wait($stop), 0, 'then it stops';
is $m->show('echod', 'Result'), 'success', 'which is no failure';
$m->finish;
done_testing;
