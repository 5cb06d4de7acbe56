# SPDX-License-Identifier: ISC
# rows: 12, 13
#
# If this fails, a process that the master has just forked outlives it: a
# loader that waits for a name service, or a worker that is not ready yet and
# then serves on ports that nobody governs.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Shim;

my $shim = Shim->build;

# While the loader hangs in a name service.
{
    my $d = Echod->start(env => $shim->env);
    ok($shim->hold_loader($d), 'the loader hangs');
    my @all = $d->children;
    kill KILL => $d->pid;
    $d->wait_end;
    ok(Clock::until(sub { !grep { Process::is_alive($_) } @all }),
        'the master is killed: workers, logger and loader go')
        or diag join ' ', map { Process::status($_, 'Name') // () } @all;
    $shim->off('hold-getaddrinfo');
    $d->finish(status => 128 + 9, unseen => 1);
}

# While a reload makes new workers, and while a dead one is replaced: before the
# last step of the confinement, and before a new worker asks to be told of the
# end of its parent.
for my $step ('prctl', 'pdeathsig') {
    my $d = Echod->start(env => $shim->env);
    my $port = $d->port;
    my @old = $d->workers;
    $d->expect_log(qr/: warning: worker died /);
    $shim->on("hold-$step");
    $step eq 'prctl' ? $d->signal('HUP') : kill KILL => ($d->workers)[0];
    ok(Clock::until(sub { $shim->entered($step) > 0 }),
        "$step: somebody new is not ready");
    my @new = $shim->entered($step);
    kill KILL => $d->pid;
    $d->wait_end;
    ok(Clock::until(sub { !grep { Process::is_alive($_) } @old }),
        'the master is killed: the old ones go');
    my $sock = Client::connect('127.0.0.1', $port);
    syswrite $sock, 'x' if $sock;
    $shim->off("hold-$step");
    ok(Clock::until(sub { !grep { Process::is_alive($_) } @new }),
        'so do the new ones, as soon as they can');
    my $back = $sock ? Client::receive_all($sock) : '';
    is($back, '', 'without serving anybody');
    $d->finish(status => 128 + 9, unseen => 1);
}
done_testing;
