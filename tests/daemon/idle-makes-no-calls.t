# SPDX-License-Identifier: ISC
# If this fails, an idle echod wakes up: it wastes power, and hides a loop that
# does not wait for an event.
use strict;
use warnings;

use POSIX ();
use Test::More;
use Client;
use Clock;
use Control;
use Echod;
use Files;
use Http;
use Notify;

plan skip_all => 'the numbers of system calls are those of x86_64'
    if (POSIX::uname())[4] ne 'x86_64';

# What may last for ever, by number (proc(5): syscall), with the place of its
# time-out among the arguments, if it has one.
my %sleeps = (
    45  => ['recvfrom'],
    47  => ['recvmsg'],
    232 => ['epoll_wait', 3],
    281 => ['epoll_pwait', 3],
);

# Whether a process is in such a call, and without a time-out.
sub sleeps_for_ever {
    my $pid = shift;
    my $text = Files::slurp("/proc/$pid/syscall") // '';
    my ($number, @argument) = split ' ', $text;
    my $call = $sleeps{ $number // '' } or return 0;
    my $timeout = $call->[1] // return 1;
    no warnings 'portable';
    return (hex($argument[$timeout]) & 0xffffffff) == 0xffffffff;
}

plan skip_all => 'this system does not tell who makes which call'
    if !defined Files::slurp("/proc/$$/syscall");

# With a service manager that is told when something happens, and only then; and
# with a control socket and a reporter that nobody asks.
my $n = Notify->new;
my $control = Files::new_name();
my $http = Http::has();
my $d = Echod->start(notify => $n,
    options => [Control::option($control), $http ? Http::OPTIONS : ()]);

# After some work: nothing of it may go on.
my $data = Client::seeded(1, 100_000);
is((grep { Client::echo_once($d->port, $data) eq $data } 1 .. 20), 20,
    'it has served');
is((Control::ask($control, 'status'))[-1], 'ok', 'it has been asked');
is(Http::status(Http::port($d), '/metrics'), 200, 'and by HTTP') if $http;
like($d->reload, qr/reload done/, 'and reloaded');
ok(Clock::until(sub { $d->pool_fault eq '' && !$d->busy_workers }),
    'and come to rest');
my @all = ($d->pid, $d->children);

# Who sleeps until there is an event makes no call before.  As all of them do at
# the same time, nobody makes one for the others either.
ok(Clock::until(sub {
    $n->messages;
    my @awake = grep { !sleeps_for_ever($_) } @all, @all;
    return !@awake;
}), 'all ' . @all . ' processes wait until there is an event')
    or diag map { "pid $_: " . (Files::slurp("/proc/$_/syscall") // "gone\n") }
        @all;

is_deeply([$d->pid, $d->children], \@all, 'it was all of them');
is(Client::echo_once($d->port, $data), $data, 'it serves as before');
$d->finish;
done_testing;
