# SPDX-License-Identifier: ISC
#
# Birth: each system call of a new process of echod fails once, as a process of
# its kind has died and is made again.
#
#	Birth::sweep('worker');		# a part of a test
package Birth;

use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Process;
use Sweep;
use Tracer;

# makers(ECHOD): who makes the others.
sub makers {
    my $d = shift;
    return ($d->pid, grep { $d->role($_) !~ /^(?:worker|logger|zombie)$/ }
            $d->children);
}

# start(ROLE): one in which a process of this role has been killed, what its
# successor does is traced, and perhaps fails.
sub start {
    my ($role, @fault) = @_;
    my $d = Echod->start(log => 'notice');
    my ($one) = $role eq 'worker' ? $d->idle_workers : $d->$role;
    $fault[1] //= undef;
    $d->{tracer} = Tracer->attach([makers($d)], @fault[0, 1], '-f', '-ff');
    $d->{old} = { map { $_ => 1 } $d->children };
    kill KILL => $one;
    return $d;
}

# made(ECHOD): the newest process of this role, when there is one.
sub made {
    my ($d, $role) = @_;
    my $new;
    Clock::until(sub {
        ($new) = grep { !$d->{old}{$_} && $d->role($_) eq $role } $d->children;
        return $new;
    });
    return $new;
}

# finish(ROLE, ECHOD): what is wrong when the fault is over.
sub finish {
    my ($role, $d) = @_;
    Sweep::has_failed($d->{tracer}, 2);
    $d->{tracer}->detach;
    return 'the service has ended' unless $d->is_running;
    my $fault = Sweep::not_serving($d);
    return $fault if $fault ne '';
    # A process whose name could not be set has the one of the master.
    my $logs = sub { grep { $d->role($_) =~ /^(?:logger|new)$/ } $d->children };
    Clock::until(sub { ($fault = $d->pool_fault) eq '' && $logs->() },
        35);    # the longest time between two tries, and more
    return $fault if $fault ne '';
    return 'no logger' unless $logs->();
    $fault = makes_workers($d) if $role eq 'forker';
    return $fault if $fault ne '';
    # A logger that is being made again may not have come to it yet.
    Clock::until(sub { ($fault = confined($d)) eq '' });
    return $fault if $fault ne '';
    $d->signal('TERM');
    return Sweep::ended($d);
}

# makes_workers(ECHOD): whether it replaces one that dies.
sub makes_workers {
    my $d = shift;
    my ($one) = $d->idle_workers;
    my $fault;
    kill KILL => $one;
    Clock::until(sub {
        ($fault = $d->pool_fault) eq '' && !grep { $_ == $one } $d->children;
    }, 35);
    return $fault;
}

# confined(ECHOD): which of its children is not as it should be.
sub confined {
    my $d = shift;
    return '' if $> != 0;
    for my $pid ($d->children) {
        next if $d->role($pid) eq 'zombie';
        my $uid = Process::status($pid, 'Uid') // next;
        return "pid $pid has uid $uid" if $uid =~ /\b0\b/;
        return "pid $pid could have privileges"
            if Process::status($pid, 'NoNewPrivs') ne '1';
    }
    return '';
}

# sweep(ROLE): worker, forker or logger.
sub sweep {
    my ($role) = @_;
    my $d = start($role);
    my $new = made($d, $role);
    ok($new, "a $role is made") or return;
    is(finish($role, $d), '', 'without a fault');
    my @points = Sweep::points($d->{tracer}->file . ".$new");
    # A worker that keeps its link, or the name of a forker, is none to this
    # test, and cannot be told by its clients.
    @points = grep { "@{$_}[0, 1]" !~ /^(?:close|prctl) 1$/ } @points
        if $role eq 'worker';
    # A worker is born as its user.
    Sweep::has(\@points, qw(prctl),
        $> == 0 && $role ne 'worker' ? 'setresuid' : ());
    Sweep::every(\@points, sub { start($role, Sweep::fault($_[0])) },
        sub { finish($role, $_[1]) }, "a call of a new $role fails");
    return;
}

1;
