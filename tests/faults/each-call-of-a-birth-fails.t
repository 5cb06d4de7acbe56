# SPDX-License-Identifier: ISC
# rows: 96
#
# If this fails, a worker or a logger whose preparation meets an error serves
# without a part of it, or is not made again when the error is over.
#
# slow: has fifty workers and loggers made in vain
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Process;
use Sweep;
use Tracer;

Tracer::needs();

# makers(ECHOD): who makes a worker or a logger.
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
    my ($one) = $role eq 'worker' ? $d->idle_workers : $d->logger;
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
    # A logger that is being made again may not have come to it yet.
    Clock::until(sub { ($fault = confined($d)) eq '' });
    return $fault if $fault ne '';
    $d->signal('TERM');
    return Sweep::ended($d);
}

# confined(ECHOD): which of its workers and loggers is not as it should be.
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

for my $role (qw(worker logger)) {
    my $d = start($role);
    my $new = made($d, $role);
    ok($new, "a $role is made") or next;
    is(finish($role, $d), '', 'without a fault');
    my @points = Sweep::points($d->{tracer}->file . ".$new");
    # A worker that keeps its link, or the name of a forker, is none to this
    # test, and cannot be told by its clients.
    @points = grep { "@{$_}[0, 1]" !~ /^(?:close|prctl) 1$/ } @points
        if $role eq 'worker';
    # A worker is born as its user.
    Sweep::has(\@points, qw(prctl),
        $> == 0 && $role eq 'logger' ? 'setresuid' : ());
    Sweep::every(\@points, sub { start($role, Sweep::fault($_[0])) },
        sub { finish($role, $_[1]) }, "a call of a new $role fails");
}
done_testing;
