# SPDX-License-Identifier: ISC
#
# If this fails, an echod that is the first process of a container, or runs
# beneath its init, can only be stopped by KILL, leaves zombies, or ends with
# another exit status than the container runtime has to see.
#
# root: has pids of its own
use strict;
use warnings;

use POSIX ();
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;

Machine::needs(qw(root unshare nsenter));
my @namespace = qw(unshare --pid --fork --kill-child --mount-proc);
system("@namespace true 2>/dev/null") == 0
    or plan skip_all => 'no pid namespace here';

my %init = (
    'alone'     => [],
    'tini'      => ['tini', '--'],
    'catatonit' => ['catatonit', '--'],
);

# Orphans become children of the first process.
use constant ORPHANS => 20;

# The bit of SIGTERM in a mask of signals.
use constant TERM_IS_HELD => 1 << POSIX::SIGTERM() - 1;

for my $name (sort keys %init) {
    my @init = @{ $init{$name} };
    SKIP: {
        skip "no $init[0] here", 1 if @init && !Machine::has($init[0]);
        my @prefix = (@namespace, @init);
        serves_and_stops($name, \@prefix);
        statuses($name, \@prefix);
        signalled_early($name, \@prefix);
    }
}
done_testing;

sub zombies {
    return grep { !Process::is_alive($_) } Process::tree($_[0]->{launched});
}

sub serves_and_stops {
    my ($name, $prefix) = @_;
    my $d = Echod->start(prefix => $prefix, log => 'debug');
    my ($first) = Process::children($d->{launched});
    my $sock = $d->connect;

    is(Process::status($first, 'NSpid'), "$first\t1", "$name: the first process");
    is($first == $d->pid ? 'alone' : $name, $name, "$name: is no other");
    is(Client::echo($sock, 'hello'), 'hello', "$name: it serves");
    is(system('nsenter', '-t', $first, '-p', 'sh', '-c',
            'for i in $(seq ' . ORPHANS . '); do sh -c "exit $i" & done'), 0,
        "$name: somebody leaves children");
    ok(Clock::until(sub { !zombies($d) }), "$name: no zombie stays");
    ok($first != $d->pid || $d->wait_log(qr/: reaped pid=/, count => ORPHANS),
        "$name: whoever is the first");
    like($d->reload, qr/: reload done /, "$name: it can be reloaded");
    is(Client::echo($sock, 'again'), 'again', "$name: and its client stays");
    if ($first == $d->pid) {
        kill USR2 => $first;
        ok($d->wait_log(qr/: upgrade refused: echod is process 1, with which /),
            "$name: it is not upgraded, but replaced");
    }
    $d->look;

    # What the runtime of a container does, and an operator without patience.
    kill TERM => $first;
    ok($d->wait_log(qr/: stopping gracefully /), "$name: TERM is heard");
    is(Client::echo($sock, 'third'), 'third', "$name: the client may go on");
    kill TERM => $first;
    ok($d->wait_log(qr/: stopping now /), "$name: a second TERM is heard");
    is(Client::receive_all($sock), '', "$name: the client is told");
    close $sock;
    is($d->wait_end, 0, "$name: the status is 0");
    $d->finish;
    return;
}

# Who started the container sees how it has ended.
sub statuses {
    my ($name, $prefix) = @_;
    my $busy = IO::Socket::IP->new(LocalHost => '127.0.0.1', Listen => 1);
    my $file = Files::new_name();
    Files::spew($file, 'backlog = 0;');
    my %wanted = (
        64 => ['--no-such-option'],
        69 => ['-F', '-l', '127.0.0.1:' . $busy->sockport],
        78 => ['-F', '-c', $file],
    );
    for my $status (sort keys %wanted) {
        my ($got) = Echod->run(prefix => $prefix, args => $wanted{$status});
        is($got, $status, "$name: status $status");
    }
    return;
}

# The kernel drops a signal for the first process unless it is handled or held
# back, so that has to be the first thing that is done.
sub signalled_early {
    my ($name, $prefix) = @_;
    my $d = Echod->start(prefix => $prefix, wait => 0);
    my $held = sub {
        my ($found) = grep {
            (Process::status($_, 'Name') // '') =~ /^echod/
                && hex(Process::status($_, 'SigBlk') // 0) & TERM_IS_HELD
        } Process::tree($d->{launched});
        return $found;
    };
    my $pid = Clock::until($held);
    kill TERM => $pid;
    is($d->wait_end, 0, "$name: TERM in the first moment ends it");
    return;
}
