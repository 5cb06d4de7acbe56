# SPDX-License-Identifier: ISC
# rows: 119
#
# If this fails, there is a moment of an upgrade in which the death of one of the two
# masters, old or new, ends the service, or leaves two that have it.
#
# slow: kills a master at each of many system calls
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;
use Sweep;
use Tracer;
use Upgrade;

Tracer::needs();
my $programs = Upgrade->programs;
my $good = $programs->good;
my $dir = Files::new_dir();

# Until it has made this call, the old master has no other one beside it.
use constant FORKS => qr/^(?:clone3?|v?fork)\b/;

# So many of the calls of a master, evenly from all of them; 0: all.
my $most = $ENV{UPGRADE_POINTS} // 40;

sub some {
    my @points = @_;
    my $step = $most && @points > $most ? @points / $most : 1;
    return map { $points[$_ * $step] } 0 .. int($#points / $step);
}

sub start {
    $programs->restore;
    return Echod->start(log => 'notice', options => [
        '-p', Files::new_name(), '-o', 'timeouts.probation=60',
        map { ('-o', "workers.$_=2") } qw(start min_spare) ]);
}

# traced(HOW...): the new echod will be executed by strace, with these options.
sub traced {
    my @how = @_;
    $programs->install("#!/bin/sh\nexec strace -D -qq -s 0 -o $dir/new @how "
        . "$good \"\$@\"\n");
    return;
}

# serving(ECHOD): the pid of the master that has the service: its pid is in the pid
# file, and a worker of its own waits.  undef: there is none.
sub serving {
    my $d = shift;
    my ($pid) = (Files::slurp($d->pid_file) // '') =~ /^(\d+)\n$/ or return;
    my $name = sub { Files::slurp("/proc/$_[0]/comm") // '' };
    return if !Process::is_alive($pid) || $name->($pid) ne "echod:master\n";
    return (grep { $name->($_) eq "echod:worker\n" } Process::children($pid))
        ? $pid : undef;
}

# fault(ECHOD): what is wrong when it is over, which it then is.
sub fault {
    my $d = shift;
    my ($pid, @others);
    Clock::until(sub { defined($pid = serving($d)) }, 15)
        or return 'no master has the service';
    my $back = Client::echo_once($d->port, 'x') // '';
    return "no echo: $Client::problem" if $back ne 'x';
    # A second one could only be the old one, which stays for some time.  What a
    # master has just forked has its name for a moment, and the one that serves may
    # only now be killed.
    Clock::until(sub {
        $pid = serving($d) // return;
        @others = grep { $_ != $pid } Upgrade::masters($d);
        return !grep { $_ != $d->pid } @others;
    }) or return "there are others than $pid: @others";
    for my $master ($pid, @others) {
        kill TERM => $master;
        Clock::until(sub { !Process::is_alive($master) })
            or return "$master does not end";
    }
    return Clock::until(sub { !$d->left_over }) ? '' : 'processes are left';
}

# The calls of an upgrade: of the old master, once the new one is there; and of
# the new one.
my $d = start();
my $trace = Tracer->attach([$d->pid]);
like(Upgrade::outcome($d, Upgrade::begin($d)), qr/done/, 'an upgrade');
$trace->detach;
my @old = Sweep::points($trace->file);
$d->{pid} = $d->{predecessor};
is(fault($d), '', 'comes to its end');
my ($fork) = grep { $old[$_][0] =~ FORKS } 0 .. $#old;
splice @old, 0, $fork + 1;

$d = start();
traced();
like(Upgrade::outcome($d, Upgrade::begin($d)), qr/done/, 'another upgrade');
$d->{pid} = $d->{predecessor};
is(fault($d), '', 'comes to its end');
my @new = Sweep::points("$dir/new");
cmp_ok(@old, '>', 10, @old . ' calls of the old master');
cmp_ok(@new, '>', 50, @new . ' calls of the new one');

# sweep(WHICH, POINTS, BEGIN): BEGIN(ECHOD, CALL, HOW) has it killed at this point.
# It returns false when that came too early to be a part of the upgrade: how often
# a call is made before depends on what else wakes the master.
sub sweep {
    my ($which, $points, $begin) = @_;
    my @wrong;
    for my $point (@$points) {
        my ($call, $n) = @$point;
        my $d;
        for (1 .. 20) {
            $d = start();
            last if $begin->($d, $call, "signal=KILL:when=$n");
            kill KILL => $_ for $d->left_over;
            undef $d;
        }
        my $fault = $d ? fault($d) : 'no upgrade begins';
        $d->{tracer}->detach if $d && $d->{tracer};
        next if $fault eq '';
        push @wrong, join "\n  ", "$call $n: $fault", $d ? $d->log_lines : ();
        kill KILL => $_ for $d ? $d->left_over : ();
    }
    is_deeply(\@wrong, [], "the $which one is killed at " . @$points
        . ' points: one has the service');
    return;
}

sweep('old', [some(@old)], sub {
    my ($d, $call, $how) = @_;
    my $tracer = $d->{tracer} = Tracer->attach([$d->pid], $call, $how, '-e',
        "trace=$call,?clone,?clone3,?fork,?vfork");
    my $from = Upgrade::begin($d);
    # It may not get there a second time.
    $d->wait_log(qr/: upgrade done|: ready /, from => $from, timeout => 5,
        quiet => 1);
    return scalar grep { $_ =~ FORKS } $tracer->calls;
});
sweep('new', [some(@new)], sub {
    my ($d, $call, $how) = @_;
    traced('-e', "trace=$call", '-e', "inject=$call:$how");
    Upgrade::outcome($d, Upgrade::begin($d));
    $d->{pid} = $d->{predecessor} // $d->{pid};
    return 1;
});
done_testing;
