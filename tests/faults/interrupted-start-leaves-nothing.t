# SPDX-License-Identifier: ISC
# rows: 121
#
# If this fails, a start in the background that is interrupted, by an operator
# or a service manager, nevertheless leaves a daemon running a moment later.
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Files;
use Namespace;
use Process;
use Shim;
use Syslog;

Namespace::needs_dev();

my $shim   = Shim->build;
my $syslog = Syslog->start;

for my $signal ('INT', 'TERM', 'KILL') {
    $shim->on('hold-getaddrinfo');

    # It signals the first process, once the start waits for a name service.
    my $who = fork // die "fork: $!";
    if ($who == 0) {
        my $pid;
        Clock::until(sub { ($pid) = $shim->entered('getaddrinfo') });
        # The loader, its master, and the command that started the master.
        my $master = Process::status($pid, 'PPid');
        POSIX::_exit(kill $signal, Process::status($master, 'PPid'));
    }
    my $d = Echod->start(mode => 'background', env => $shim->env, wait => 0);
    is(Process::wait($who, Clock::DEADLINE), 1, "$signal: it is interrupted");
    cmp_ok($d->{start_status} // 0, '>', 128, "$signal: and says so");
    ok(scalar $d->left_over, "$signal: the daemon is still to come");

    $shim->off('hold-getaddrinfo');
    ok(Clock::until(sub { !$d->left_over }), "$signal: no process stays");
    ok(!-e $d->pid_file, "$signal: and no pid file");
    is(Files::slurp($d->dir . '/log'), '', "$signal: nothing is said");
    $shim->off("entered-getaddrinfo.$_") for $shim->entered('getaddrinfo');
}
ok(Clock::until(sub { $syslog->count_log(qr/echod did not wait/) >= 1 }),
    'but to the log');
done_testing;
