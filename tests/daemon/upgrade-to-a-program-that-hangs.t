# SPDX-License-Identifier: ISC
# rows: 119
#
# If this fails, a new version that hangs keeps the old one from being upgraded ever
# again, or is left behind.
#
# slow: waits until the time for an upgrade is over
use strict;
use warnings;

use POSIX ();
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;
use Upgrade;

my $programs = Upgrade->programs;
my $good = $programs->good;
my $gate = $programs->dir . '/gate';
POSIX::mkfifo($gate, 0600) or die "$gate: $!";
my $pid_file = Files::new_name();
my @options = (Upgrade::SOON, '-p', $pid_file);

# It does nothing at all.
my $d = Echod->start(log => 'notice', options => \@options);
my $master = $d->pid;
$d->expect_log(qr/: error: upgrade failed/);
$programs->install("#!/bin/sh\nread line <$gate\n");
my $start = Clock::now();
my $from = Upgrade::begin($d);
my (undef, $new) = $d->wait_log(qr/: upgrade pid=(\d+)$/, from => $from);
is(Client::echo_once($d->port, 'x'), 'x', 'it serves meanwhile');
like(Upgrade::outcome($d, $from),
    qr/upgrade failed, .*: the new echod did not take the service within 10 s$/,
    'it is given up');
cmp_ok(Clock::now() - $start, '>=', 9.9, 'after ten seconds');
ok(Clock::until(sub { !-e "/proc/$new" }), 'the new one has been killed');

# It does not read the handover, and lets go of it.
$programs->install("#!$^X\nuse POSIX ();\n"
    . "POSIX::close(\$ENV{ECHOD_HANDOVER});\nopen STDIN, '<', '$gate';\n");
$start = Clock::now();
$from = Upgrade::begin($d);
(undef, $new) = $d->wait_log(qr/: upgrade pid=(\d+)$/, from => $from);
like(Upgrade::outcome($d, $from),
    qr/upgrade failed, .*: the new echod hung up pid=$new$/,
    'one that lets go of the handover');
Clock::soon($start, 'is not waited for as long');
ok(Clock::until(sub { !-e "/proc/$new" }), 'it has been killed, too');

$programs->restore;
is(Files::slurp($pid_file), "$master\n", 'the old one is in the pid file');
like(Upgrade::run($d), qr/upgrade done/, 'an upgrade to one that works');
$d->finish;
done_testing;
