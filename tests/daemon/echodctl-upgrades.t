# SPDX-License-Identifier: ISC
#
# If this fails, an operator who upgrades by echodctl is not told how the
# upgrade ended, or does not find the new echod at the control socket.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Control;
use Echod;
use Files;
use Upgrade;

my $programs = Upgrade->programs;
my $dir  = Files::new_dir();
my $path = "$dir/control";
my $d = Echod->start(log => 'notice',
    options => [Control::option($path), Upgrade::SOON]);

sub ctl { return Control::ctl($path, @_) }
sub pid_told { return (ctl('status')->{stdout} =~ /  pid (\d+)  /)[0] }

# upgrade(): by echodctl; its result, and the line of the log.
sub upgrade {
    my $from = $d->mark;
    my $r = ctl('upgrade');
    return ($r, Upgrade::outcome($d, $from) =~ s/^.*?\]: (?:error: )?//r);
}

# To another program, as after an installation.
my $inode = (stat $path)[1];
my $watch = Control::start($path, args => ['-j', '-w0.1', 'status']);
$programs->restore;
my ($r, $line) = upgrade();
like($line, qr/^upgrade done pid=\d+ version=\S+ seconds=/, 'it is upgraded');
is_deeply([@$r{qw(status stdout stderr)}], [0, "$line\n", ''],
    'whoever asked is told so, in the words of the log');
is(pid_told(), $d->pid, 'the new echod answers from then on');
isnt((stat $path)[1], $inode, 'at a socket of its own');
is(Upgrade::left($d), 0, 'the old one leaves');
ok(-S $path, 'and does not take the socket away');
is(pid_told(), $d->pid, 'which is still answered');
$watch->signal('INT');
is($watch->wait->{stderr}, '', 'nobody who looked on found it missing');

# To one that does not work.
$d->expect_log(qr/: error: upgrade failed/);
$programs->install("#!/bin/sh\nexit 1\n");
my $pid = $d->pid;
($r, $line) = upgrade();
like($line, qr/^upgrade failed, nothing has changed: .* status=1$/,
    'an upgrade that fails');
is_deeply([@$r{qw(status stdout stderr)}], [71, '', "echodctl: $line\n"],
    'is told, with a status');
is(pid_told(), $pid, 'the same echod answers');

# While it stops there is none.
my $client = $d->connect;
Client::echo($client, 'x');
my $drain = Control::start($path, args => ['drain']);
ok($d->wait_log(qr/: stopping gracefully /), 'it drains');
$r = ctl('-j', 'upgrade');
is_deeply([$r->{status}, Echoc::json($r->{stdout})],
    [75, { schema => 1, status => 75, text => 'upgrade refused: stopping' }],
    'an upgrade is refused then');
close $client;
is($drain->wait->{stdout}, "stopped status=0\n", 'the drain ends');
$d->wait_end;
$d->finish;
done_testing;
