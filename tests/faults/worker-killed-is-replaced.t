# SPDX-License-Identifier: ISC
# rows: 1, 2, 3, 4, 26
#
# If this fails, a worker that dies is not replaced, or its death affects the
# connection of another worker.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;

my @expected = (qr/: worker died pid=\d+ signal=SIG/,
    qr/: worker stopped pid=/);
my $d = Echod->start;
$d->expect_log(@expected);
my ($other) = client();

# An idle one.
my ($idle) = $d->idle_workers;
my $count = $d->idle_workers;
kill KILL => $idle;
ok(replaced([$idle], $count), 'an idle worker is replaced');
ok($d->wait_log(death('warning', $idle, 'KILL')),
    'it is a warning with pid and signal');

# A busy one; its client has nothing unread: a FIN.
my ($mine, $served, $peer) = client();
$count = $d->idle_workers;
kill KILL => $served;
is(Client::receive_all($mine) . $Client::problem, '', 'its client gets a FIN');
ok($d->wait_log(death('warning', $served, 'KILL', $peer)),
    'the log knows whom it served');
ok(replaced([$served], $count), 'a busy worker is replaced');

# Another one; what its client has sent and nobody has read makes it a reset.
($mine, $served, $peer) = client();
kill STOP => $served;
Clock::until(sub { Process::state($served) eq 'T' });
syswrite $mine, 'unread';
kill KILL => $served;
is(Client::receive_all($mine), '', 'a client with unread data loses it');
like($Client::problem, qr/reset/, 'with a reset');
ok($d->wait_log(death('warning', $served, 'KILL', $peer)),
    'the log knows whom it served, too');

# Crashes are errors, by name, with the client that may be the cause.  They
# come as fast as one client can make them.  SIGSYS has a handler, for which
# ThreadSanitizer waits until the call that the worker is in returns.  To valgrind
# the connection of a worker that crashes is a leak.
my @crashes = @Machine::WRAPPER ? () : (qw(SEGV BUS ABRT ILL FPE TRAP),
    Machine::has_thread_sanitizer() ? () : 'SYS');
for my $signal (@crashes) {
    my ($sock, $pid, $peer) = client();
    kill $signal => $pid;
    ok($d->wait_log(death('error', $pid, $signal, $peer)),
        "SIG$signal is an error");
}
is(Client::echo($other, 'still here'), 'still here',
    'the other client does not notice any of that');
$d->wait_log(qr/: worker died pid/, count => 3 + @crashes);
is($d->count_log(qr/: worker died pid/), 3 + @crashes,
    'each death is told once');
close $other;
$d->finish;

# All of them in one instant, one with a client as well.  Those who connect in
# the gap wait in the queue.
$d = Echod->start;
$d->expect_log(@expected);
my ($victim) = client();
my @all = $d->workers;
kill KILL => @all;
my @gap = map { $d->connect } 1 .. 20;
is((grep { defined } @gap), 20, 'all are killed: nobody is refused');
is((grep { Client::echo($_, 'hello', eof => 1) eq 'hello' }
    @gap), 20, 'and all who came in the gap are served');
ok(replaced(\@all, 5), 'the pool is as before');
close $_ for @gap, $victim;
$d->wait_log(qr/: worker died pid/, count => scalar @all);
is($d->count_log(qr/: worker died pid/), @all, 'each death is told once');
$d->finish;
done_testing;

# Nobody of the old ones is there, not even as a zombie; so many are idle.
sub replaced {
    my ($old, $idle) = @_;
    my %old = map { $_ => 1 } @$old;
    return Clock::until(sub {
        return !(grep { $old{$_} } $d->children)
            && $d->idle_workers >= $idle;
    });
}

# The line about the death of a worker.
sub death {
    my ($level, $pid, $signal, $peer) = @_;
    my $who = "worker died pid=$pid signal=SIG$signal";
    my $whom = defined $peer ? " peer=$peer" : '';
    return qr/: $level: $who core=\w+\Q$whom\E$/;
}

# A client that is being served, the pid of its worker, and its address.
sub client {
    my $sock = $d->connect;
    is(Client::echo($sock, 'hello'), 'hello', 'a client');
    my $ends = sprintf ':%04X [0-9A-F]+:%04X', $sock->peerport,
        $sock->sockport;
    my $pid;
    # A table that changes while it is read may lack a line.
    Clock::until(sub {
        my ($inode) = map { (split)[9] } grep { /$ends / }
            split /\n/, Files::slurp('/proc/net/tcp');
        return 0 unless $inode;
        ($pid) = grep {
            my %fd = %{ Process::descriptors($_) };
            grep { $_ eq "socket:[$inode]" } values %fd;
        } $d->workers;
        return $pid;
    }) or die "no worker serves us\n";
    return ($sock, $pid, $sock->sockhost . ':' . $sock->sockport);
}
