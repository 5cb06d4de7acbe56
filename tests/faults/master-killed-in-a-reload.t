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
    $shim->on('hold-getaddrinfo');
    $d->signal('HUP');
    ok(Clock::until(sub { $shim->entered('getaddrinfo') }),
        'the loader hangs');
    my ($loader) = $shim->entered('getaddrinfo');
    my @all = $d->children;
    kill KILL => $d->pid;
    $d->wait_end;
    ok(Clock::until(sub { !grep { Process::is_alive($_) } @all }),
        'the master is killed: workers, logger and loader go')
        or diag join ' ', map { Process::status($_, 'Name') // () } @all;
    $shim->off('hold-getaddrinfo');
    $d->finish(status => 128 + 9, unseen => 1);
}

# While new workers are not ready: at their last step, which is when they have
# the ids of another user, and are not told of the end of their parent.
{
    my $d = Echod->start(env => $shim->env);
    my $port = $d->port;
    my @old = $d->workers;
    $shim->on('hold-prctl');
    $d->signal('HUP');
    ok(Clock::until(sub { $shim->entered('prctl') > 0 }),
        'a new worker is not ready');
    my @new = $shim->entered('prctl');
    kill KILL => $d->pid;
    $d->wait_end;
    ok(Clock::until(sub { !grep { Process::is_alive($_) } @old }),
        'the master is killed: the old ones go');
    my $sock = Client::connect('127.0.0.1', $port);
    syswrite $sock, 'x' if $sock;
    $shim->off('hold-prctl');
    ok(Clock::until(sub { !grep { Process::is_alive($_) } @new }),
        'so do the new ones, as soon as they can');
    my $back = $sock ? Client::receive_all($sock) : '';
    is($back, '', 'without serving anybody');
    $d->finish(status => 128 + 9, unseen => 1);
}
done_testing;
