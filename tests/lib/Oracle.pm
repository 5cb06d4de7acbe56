# SPDX-License-Identifier: ISC
#
# Oracle: what every test requires of an echod, whatever else it checks; a
# base of Echod.
package Oracle;

use strict;
use warnings;

use List::Util qw(min sum);
use Test::More ();

use Clock;
use Files;
use Machine;
use Process;

# finish(%opt): six assertions about the daemon, after stopping it if that
# has not been done.
#   status => expected exit status (0)
#   signal => to stop it with (TERM); timeout => seconds for that (10)
#   settle => seconds for the pool to get within its bounds (5)
#   slack  => descriptors that the master may have more or less (1)
#   limits => { min_spare, max_spare, max }, when not as in the file
#   unseen => 1: the master and its pool cannot be as usual before the stop
sub finish {
    my ($self, %opt) = @_;
    my $wanted = $opt{status} // 0;

    $self->look(%opt) if !defined $self->status && !$opt{unseen};
    my $status = $self->stop($opt{signal}, %opt, unseen => 1) // 'none';
    my %fault = (master => '', pool => '', %{ $self->{fault} // {} });
    my @results = (
        ['O2: the master lived and lost no descriptor', $fault{master}],
        ['O3: the pool was within its bounds, no zombie', $fault{pool}],
        ['O4: no unexpected warning or error in the log',
            join "\n", $self->alarms],
        ["O5: the exit status is $wanted",
            $status eq $wanted ? '' : "it is $status"],
        ['O5: no process is left', $self->processes_fault],
        ['O5: no listener and no pid file is left', $self->traces_fault],
    );
    my $good = 1;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    for (@results) {
        my ($name, $why) = @$_;
        Test::More::ok($why eq '', $name) and next;
        Test::More::diag($why);
        $good = 0;
    }
    return $good;
}

# look(%opt): observe what has to be seen before the stop.  Waits for a quiet
# state, for `settle` seconds at most; the master retires a part of what is too
# many each second, so these seconds begin anew whenever a worker has gone.
sub look {
    my ($self, %opt) = @_;
    my ($fault, $master, $fewest, $fewer);
    $self->{limits} = $opt{limits}
        ? { %{ $self->{limits} }, %{ $opt{limits} } } : $self->limits;
    $self->note_listeners;
    my $quiet = sub {
        my @open = values %{ Process::descriptors($self->{pid}) };
        my $more = @open - $self->{descriptors};
        $master =
              !Process::is_alive($self->{pid}) ? 'it is gone'
            : abs($more) > ($opt{slack} // 1)
            ? "$more descriptors more than after the start: "
            . join(' ', sort @open)
            : '';
        $fault = $self->pool_fault;
        return 1 if $master eq '' && $fault eq '';
        my $now = $self->workers;
        $fewer = defined $fewest && $now < $fewest;
        $fewest = $now if $fewer || !defined $fewest;
        return $fewer;
    };
    do {
        $fewer = 0;
        Clock::until($quiet, $opt{settle} // Clock::SETTLED);
    } while $fewer;
    $self->{fault} = { master => $master, pool => $fault };
    return;
}

# cpu: seconds of processor time that all its processes have used.
sub cpu {
    my $self = shift;
    return sum(Process::cpu($self->pid),
        map { scalar(Process::cpu($_)) // 0 } $self->children);
}

# calm(CODE): what CODE returns; asserts that what it does meanwhile costs
# echod less than 5 % of a processor.
use constant CALM => 0.05;

sub calm {
    my ($self, $code) = @_;
    my ($start, $cpu) = (Clock::now(), $self->cpu);
    my @result = $code->();
    my $share = ($self->cpu - $cpu) / (Clock::now() - $start);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::cmp_ok($share, '<', CALM * Clock::scale(),
        'O6: meanwhile no process of echod is busy');
    return @result;
}

# limits: the pool's bounds as configured; the last good ones while the file is
# bad.
sub limits {
    my $self = shift;
    my ($status, $text) = Echod->run(
        args => ['-T', @{ $self->{argv} }, '-l', '127.0.0.1:0'], plain => 1);
    my %limit = $text =~ /\b(min_spare|max_spare|max)\s*=\s*(\d+)/g;
    $self->{limits} = \%limit if ($status // 1) == 0 && keys %limit == 3;
    return $self->{limits} //= { min_spare => 5, max_spare => 10, max => 256 };
}

# note_listeners: remember what the master listens on, to look for it at the
# end.
sub note_listeners {
    my $self = shift;
    $self->{inodes}{$_} = 1
        for values %{ Process::listeners($self->{pid} // return) };
    return;
}

# pool_fault: why the pool is not as it should be, '' when it is.
sub pool_fault {
    my $self = shift;
    my %limit = %{ $self->{limits} };
    my @zombies = grep { !Process::is_alive($_) } $self->children;
    my @looked = $self->looked_at;
    my $idle = grep { !$_->[1] } @looked;
    my $least = min($limit{min_spare}, $limit{max} - (@looked - $idle));
    return "zombies: @zombies" if @zombies;
    return "$idle idle workers, $least wanted" if $idle < $least;
    return "$idle idle workers, at most $limit{max_spare} wanted"
        if $idle > $limit{max_spare};
    return scalar(@looked) . " workers, at most $limit{max} allowed"
        if @looked > $limit{max};
    return '';
}

# processes_fault: the processes that are left, one a line.
sub processes_fault {
    my $self = shift;
    my @pids;
    Clock::until(sub { return !(@pids = $self->left_over) }, Clock::SOON);
    return join "\n", map {
        "still there: pid $_ " . (Process::status($_, 'Name') // '?')
    } @pids;
}

# traces_fault: listeners and a pid file that are left.  Listeners by inode, for
# the same port may be another daemon's by now.  A process in the middle of its
# exit is not found any more, but closes its sockets later.
sub traces_fault {
    my $self = shift;
    my @left;
    Clock::until(sub {
        # What it has given its manager to store listens until that is read.
        $self->{notify}->messages if $self->{notify};
        my $all = Process::listening();
        @left = map { $all->{$_} // () } keys %{ $self->{inodes} };
        return !@left;
    }, Clock::SOON);
    return "still listening: @left" if @left;
    return "pid file $self->{pid_file} is still there"
        if defined $self->{pid_file} && -e $self->{pid_file};
    return '';
}

1;
