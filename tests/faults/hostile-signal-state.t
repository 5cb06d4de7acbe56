# SPDX-License-Identifier: ISC
# rows: 56
#
# If this fails, signals that were blocked or ignored by the parent when echod
# was started do not work, and echod cannot be stopped.
use strict;
use warnings;

use POSIX ();
use Test::More;
use Client;
use Clock;
use Echod;
use Process;

my @signals = grep { $_ ne 'KILL' && $_ ne 'STOP' } qw(
    HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD CONT TSTP TTIN TTOU WINCH);

for my $state ('blocked', 'ignored') {
    # A Perl that does it and executes its arguments.
    my $code = $state eq 'blocked'
        ? 'use POSIX; my $set = POSIX::SigSet->new; $set->fillset;'
        . ' sigprocmask(SIG_BLOCK, $set);'
        : "\$SIG{\$_} = q(IGNORE) for qw(@signals);";
    my $d = Echod->start(
        options => ['-o', 'timeouts.drain=0'],
        prefix => [$^X, '-e', "$code exec { \$ARGV[0] } \@ARGV or die"]);

    my $sock = $d->connect;
    is(Client::echo($sock, 'hello'), 'hello', "$state: it serves");

    # CHLD: the dead are reaped and replaced.
    my ($dead) = $d->idle_workers;
    $d->expect_log(qr/: worker died pid=$dead /);
    kill KILL => $dead;
    ok(Clock::until(sub { !Process::state($dead) }), 'a child is reaped');

    # HUP, USR1.
    like($d->reload, qr/reload done/, 'HUP reloads');
    $d->signal('USR1');
    ok($d->wait_log(qr/: status generation=2 /), 'USR1 reports');

    # The worker of the first generation finishes at TERM, and takes QUIT.
    is(Client::echo($sock, 'still here'), 'still here', 'a client goes on');
    my ($worker) = grep { !(grep { /eventpoll/ }
        values %{ Process::descriptors($_) }) } $d->workers;
    kill QUIT => $worker // die 'no worker leaves';
    is(Client::receive_all($sock) . $Client::problem, '', 'a worker obeys');
    close $sock;

    $d->finish(signal => $state eq 'blocked' ? 'TERM' : 'INT');
}
done_testing;
