# SPDX-License-Identifier: ISC
# rows: 10, 20, 58
#
# If this fails, a master that does not run for a while (SIGSTOP, a machine
# that was asleep) takes its workers along: they wait for it, or it takes them
# for dead when it goes on, or has forgotten what happened meanwhile.
use strict;
use warnings;

use Fcntl;
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Load;
use Process;

use constant { CONNECTIONS => 2000, SIGNALS => 100_000, KILLED => 3 };

my $d = Echod->start(log => 'notice');
$d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL core=no$/);
my $sock = $d->connect;
is(Client::echo($sock, 'hello'), 'hello', 'a client');
ok(Clock::until(sub { $d->idle_workers >= 5 }), 'and five idle workers');
my @before = $d->workers;
my @killed = ($d->idle_workers)[0 .. KILLED - 1];
my %killed = map { $_ => 1 } @killed;

kill STOP => $d->pid;
ok(Clock::until(sub { Process::state($d->pid) eq 'T' }), 'the master stops');
ok(fill(($d->idle_workers)[0]), 'and nothing more can be told to it');
kill KILL => @killed;
is(Client::echo($sock, 'still here'), 'still here', 'its client is served');
my $load = Load->start(port => $d->port, clients => 2, messages => 1,
    connections => CONNECTIONS / 2)->wait;
is_deeply($load->{errors}, [], 'those who come are served');
is($load->{connections}, CONNECTIONS, 'and they are many');

# Signals that the master has and those that it ignores, in any number.
my @signals = qw(CHLD USR1 HUP ALRM PIPE USR2 WINCH);
kill $signals[$_ % @signals] => $d->pid for 1 .. SIGNALS;
is(Client::echo_once($d->port, 'hello'), 'hello', 'nor does a storm matter');

my $mark = $d->mark;
my $start = Clock::now();
kill CONT => $d->pid;
ok(Clock::until(sub {
    return $d->idle_workers >= 5 && !grep { Process::state($_) } @killed;
}), 'it goes on: the dead are reaped and replaced');
Clock::soon($start, 'soon');
ok($d->wait_log(qr/: worker died/, count => KILLED), 'each is in the log');
is($d->count_log(qr/: worker died/), KILLED, 'and nobody else');
ok($d->wait_log(qr/: status generation=/), 'USR1 was not forgotten');
ok($d->wait_log(qr/: reload done generation=2 /), 'nor was HUP');
is($d->count_log(qr/: reload generation=/), 1, 'which was one');
is(Client::echo($sock, 'still here'), 'still here', 'the client is there');
close $sock;
$d->finish;
done_testing;

# fill(PID): as much as fits into the pipe by which this worker wakes the master.
sub fill {
    my ($pid) = @_;
    my $open = Process::descriptors($pid);
    my ($n) = grep {
        $_ > 2 && $open->{$_} =~ /^pipe:/
            && (Files::slurp("/proc/$pid/fdinfo/$_") // '') =~ /^flags:\s+\d*1$/m
    } sort keys %$open;
    sysopen my $pipe, "/proc/$pid/fd/" . ($n // '?'), O_WRONLY | O_NONBLOCK
        or return diag "no pipe of $pid: $!";
    my $bytes = 0;
    for my $some (4096, 1) {
        while (my $written = syswrite $pipe, 'x' x $some) {
            $bytes += $written;
        }
    }
    return $bytes;
}
