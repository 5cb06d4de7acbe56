# SPDX-License-Identifier: ISC
#
# If this fails, USR2 does not replace the program of echod, or a client notices
# it: refused, reset, or with wrong bytes.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Load;
use Process;
use Upgrade;

my $programs = Upgrade->programs;
my $pid_file = Files::new_name();
my $d = Echod->start(log => 'notice',
    options => ['-p', $pid_file, '-o', 'timeouts.probation=0.2']);
my $first = $d->pid;
my $inodes = Process::listeners($first);

# Clients that come and go, and one that stays.
my $load = Load->start(port => $d->port, clients => 4);
my $long = $d->connect;
is(Client::echo($long, 'before '), 'before ', 'a client stays');
ok(Clock::until(sub { $load->connections >= 20 }), 'others come and go');

$programs->restore;    # another file, as after an installation
my $line = Upgrade::outcome($d, Upgrade::begin($d));
like($line, qr/ upgrade done pid=\d+ version=\S+ seconds=/, 'upgraded');
isnt($d->pid, $first, 'by another process');
is(Files::slurp($pid_file), $d->pid . "\n", 'its pid is in the file');
is_deeply(Process::listeners($d->pid), $inodes, 'the listener is the same');
is(readlink('/proc/' . $d->pid . '/exe'), $programs->echod,
    'the program is the new one');

is(Client::echo($long, 'between '), 'between ', 'the old one has its client');
my $before = $load->connections;
ok(Clock::until(sub { $load->connections >= $before + 20 }), 'others go on');
ok(Process::is_alive($first), 'the old master is still there');
is(Client::echo($long, 'after', eof => 1), 'after', 'until its client leaves');
is(Upgrade::left($d), 0, 'then it leaves, with status 0');

# And back, which is the same.
like(Upgrade::run($d), qr/upgrade done/, 'upgraded once more');
my $result = $load->stop;
is_deeply($result->{errors}, [], 'nobody was refused, reset or cut short');
is_deeply(Process::listeners($d->pid), $inodes, 'the listener is the same');
is($d->count_log(qr/: stopped status=0$/), 2, 'both old ones have said so');
$d->finish;
done_testing;
