# SPDX-License-Identifier: ISC
#
# If this fails, a signal that comes during an upgrade leaves no master with the
# service, or two, or the pid file names the wrong one.
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

# A new echod that waits until open_gate().
my $waits = "#!/bin/sh\nread line <$gate\nexec $good \"\$@\"\n";

sub open_gate {
    open my $fh, '>', $gate or die "$gate: $!";
    print $fh "go\n";
    close $fh;
    return;
}

sub start {
    my ($probation) = @_;
    $programs->restore;
    my $d = Echod->start(log => 'notice', options => ['-p', $pid_file,
        '-o', "timeouts.probation=$probation"]);
    $programs->install($waits);
    return $d;
}

# under_way(ECHOD): begin; the position in the log, and the pid of the new one.
sub under_way {
    my $d = shift;
    my $from = Upgrade::begin($d);
    my (undef, $new) = $d->wait_log(qr/: upgrade pid=(\d+)$/, from => $from);
    # As soon as it is the shell that waits.
    Clock::until(sub {
        (Files::slurp("/proc/$new/comm") // '') !~ /^echod:/;
    });
    return ($from, $new);
}

# finish(ECHOD, ...): with a program that prints the configuration.
sub finish {
    my ($d, @how) = @_;
    $programs->restore;
    return $d->finish(@how);
}

# second(NAME, PID): a second echod is refused, and is told who is there.
sub second {
    my ($name, $pid) = @_;
    local $Machine::ECHOD = $good;
    my ($status, undef, $err) = Echod->run(plain => 1,
        args => ['-F', '-l', '127.0.0.1:0', '-p', $pid_file]);
    is($status, 75, "a second start $name: status 75");
    is($err, "echod: already running as pid $pid (pid file $pid_file)\n",
        "a second start $name: it names the master");
    return;
}

# All the way, with what is harmless on it.
my $d = start(60);
my $old = $d->pid;
my ($from, $new) = under_way($d);
second('while the new one starts', $old);
my @all = $d->left_over;
kill USR2 => grep { $_ != $new } @all;
ok($d->wait_log(qr/: upgrade refused: an upgrade is under way$/,
    from => $from), 'USR2 to all processes is not another upgrade');
$from = $d->log_lines;
$d->signal('HUP');
open_gate();
like(Upgrade::outcome($d, $from), qr/upgrade done pid=$new /, 'done');
ok($d->wait_log(qr/ echod\[$new\]: reload done/, from => $from),
    'HUP during it is for the new one');
second('beside both', $new);
kill USR2 => $new;
ok($d->wait_log(
    qr/ echod\[$new\]: upgrade refused: the echod before this one has not left/,
    from => $from), 'no other upgrade as long as the old one is there');
kill USR2 => $old;
ok($d->wait_log(
    qr/ echod\[$old\]: upgrade refused: the new echod has the service/,
    from => $from), 'nor by the old one');
kill HUP => $old;
ok($d->wait_log(qr/ echod\[$new\]: reload done/, from => $from, count => 2),
    'HUP to the old one is passed on');
kill TERM => $old;
is(Upgrade::left($d), 0, 'TERM to the old one: it leaves');
is(Client::echo_once($d->port, 'x'), 'x', 'and the new one serves');
is(Files::slurp($pid_file), "$new\n", 'the pid file is its own');
second('after it', $new);
finish($d);

# TERM to the new one, which has the service: it ends, and is not replaced.
$d = start(60);
$old = $d->pid;
($from, $new) = under_way($d);
open_gate();
like(Upgrade::outcome($d, $from), qr/upgrade done/, 'once more');
kill TERM => $new;
is(Process::wait($old, Clock::START), 0, 'TERM to the new one: both end');
is($d->count_log(qr/upgrade undone/, from => $from), 0, 'nothing is undone');
# Either of the two may be the first to end, and only then is it our child.
$d->{status} = 0 if ($d->wait_end // 1) == -1;
finish($d, unseen => 1);
ok(!-e $pid_file, 'the pid file is removed');

# TERM or QUIT to the old one, before the new one has the service.
for my $signal (qw(TERM QUIT)) {
    $d = start(60);
    ($from, $new) = under_way($d);
    is($d->stop($signal, unseen => 1), 0, "$signal to the old one: it ends");
    ok(Clock::until(sub { !Process::is_alive($new) }), 'and so does the new one');
    finish($d, unseen => 1);
    ok(!-e $pid_file, 'the pid file is removed');
}

# The new one is ended: whatever the signal, the old one goes on.
for my $signal (qw(TERM KILL)) {
    $d = start(60);
    $d->expect_log(qr/: error: upgrade failed/);
    $old = $d->pid;
    ($from, $new) = under_way($d);
    $d->signal('HUP');
    kill $signal => $new;
    # A shell that is asked to end does so when it has read.
    open_gate() if $signal eq 'TERM' && Process::is_alive($new);
    like(Upgrade::outcome($d, $from), qr/upgrade failed/, "$signal to the new");
    is(Client::echo_once($d->port, 'x'), 'x', 'the old one serves');
    is(Files::slurp($pid_file), "$old\n", 'and is in the pid file');
    ok($d->wait_log(qr/ echod\[$old\]: reload done/, from => $from),
        'HUP during it is for the old one');
    finish($d);
}

# A reload that has just begun comes to its end, and no upgrade beside it.
$d = start(60);
$d->signal('STOP');
Clock::until(sub { Process::state($d->pid) eq 'T' });
$from = $d->log_lines;
$d->signal($_) for qw(HUP USR2 CONT);
ok($d->wait_log(qr/: upgrade refused: a reload is under way$/, from => $from),
    'USR2 in a reload is refused');
ok($d->wait_log(qr/: reload done /, from => $from), 'which is done');
finish($d);

# The old one is killed: the new one has the service as soon as it can.
$d = start(60);
$old = $d->pid;
my $client = $d->connect;
is(Client::echo($client, 'x'), 'x', 'a client');
($from, $new) = under_way($d);
kill KILL => $old;
Process::wait($old);
ok(!Process::is_alive($old), 'the old one is dead');
my $waiting = $d->connect;
ok($waiting, 'the listener is still there');
syswrite $waiting, 'y';
open_gate();
Upgrade::go_on($d, $new);
ok($d->wait_log(qr/ echod\[$new\]: ready /, from => $from), 'the new one starts');
is(Client::receive($waiting, 1), 'y', 'who has waited is served');
is(Client::echo($client, 'z', eof => 1), 'z', 'and who was served goes on');
is(Files::slurp($pid_file), "$new\n", 'the pid file is its own');
close $waiting;
finish($d);
done_testing;
