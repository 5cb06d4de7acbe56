# SPDX-License-Identifier: ISC
#
# Process: processes that end when the test does, and what the kernel says
# about any process, from /proc.
package Process;

use strict;
use warnings;

use IO::File;
use POSIX ();
use Socket ();

use Clock;
use Files;
use Machine;

# The signal that ended the process of the last wait(), 0 if none.
our $signal = 0;

my %mine;    # our children
my $owner = $$;    # their own copies of this must leave them alone

# A signal that ends the test must still let END blocks run; a handler (unlike
# IGNORE) is gone in programs that we execute.
my @ending = qw(TERM INT HUP);
$SIG{$_} = \&end_by_signal for @ending;
$SIG{PIPE} = sub { };

# Orphans of a daemon become our children, so that we see how they end.
Machine::kernel('prctl', 36, 1, 0, 0, 0);    # PR_SET_CHILD_SUBREAPER

# end_by_signal(NAME): say where the test was, and end it.  A second signal must
# not cut the END blocks short: timeout(1) sends one to us and one to our group.
sub end_by_signal {
    my $name = shift;
    $SIG{$_} = sub { } for @ending;
    print STDERR "# ended by SIG$name\n";
    my $last = '';
    for (my $i = 0; my ($file, $line) = (caller $i)[1, 2]; $i++) {
        my $where = "#   at $file line $line\n";
        print STDERR $where if $where ne $last;    # an eval repeats it
        $last = $where;
    }
    exit 143;
}

# Our own --------------------------------------------------------------------

# child(CODE): run CODE in a process that ends when the test does.  Returns its
# pid.  It has no standard input and output: whoever reads what the test says
# is not to wait for it.
sub child {
    my $code = shift;
    my $parent = $$;
    # A signal that came before it has our handlers no more would be lost.
    my $signals = POSIX::SigSet->new(map { POSIX->can("SIG$_")->() } @ending);
    POSIX::sigprocmask(POSIX::SIG_BLOCK(), $signals);
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        ($owner, %mine) = $$;
        $SIG{$_} = 'DEFAULT' for @ending;
    } else {
        $mine{$pid} = 1;
    }
    POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), $signals);
    return $pid if $pid != 0;
    Machine::kernel('prctl', 1, POSIX::SIGKILL(), 0, 0, 0);  # PR_SET_PDEATHSIG
    POSIX::_exit(1) if getppid != $parent;
    my $done = open(STDIN, '<', '/dev/null') && open(STDOUT, '>', '/dev/null')
        && eval { $code->(); 1 };
    print STDERR "$0: $@" unless $done;
    POSIX::_exit($done ? 0 : 127);
}

# launch(COMMAND, %opt): execute a command in a child().  Returns its pid.
#   stdin, stdout, stderr => a handle, or the path of a file to read from or to
#             append to (none, none, that of the test)
#   env    => {...}, undef for a variable that is to be unset
#   before => CODE to run in the child before anything else
sub launch {
    my ($command, %opt) = @_;
    return child(sub {
        $opt{before}->() if $opt{before};
        for my $name (keys %{ $opt{env} // {} }) {
            my $value = $opt{env}{$name};
            defined $value ? $ENV{$name} = $value : delete $ENV{$name};
        }
        # Not by way of Perl's handles, which may not have these numbers.
        my %how = (stdin => '<', stdout => '>>', stderr => '>>');
        my @from = map {
            my $to = $opt{$_};
            !defined $to || ref $to ? $to
                : IO::File->new($to, $how{$_}) // die "$to: $!\n";
        } qw(stdin stdout stderr);
        my @copy = map { defined $_ ? POSIX::dup(fileno $_) : undef } @from;
        for my $fd (grep { defined $copy[$_] } 0 .. 2) {
            POSIX::dup2($copy[$fd], $fd);
            POSIX::close($copy[$fd]);
        }
        no warnings 'exec';
        exec { $command->[0] } @$command;
        die "exec $command->[0]: $!\n";
    });
}

# wait(PID, SECONDS): the exit status of our child, 128 + N for signal N, -1 if
# it is not ours; undef: still running after that time.
sub wait {
    my ($pid, $seconds) = @_;
    my ($got, $status) = (0, 0);
    Clock::until(sub {
        $got = waitpid $pid, POSIX::WNOHANG();
        $status = $?;
        return $got != 0;
    }, $seconds);
    return undef if $got == 0;
    delete $mine{$pid};
    return -1 if $got < 0;
    $signal = $status & 127;
    return $signal ? 128 + $signal : $status >> 8;
}

# end(PID, SIGNAL): have our child end by SIGNAL, and by KILL if it takes its
# time or there is no SIGNAL.
sub end {
    my ($pid, @signal) = @_;
    local ($?, $@, $!);
    return if $$ != $owner || defined Process::wait($pid, 0);
    for my $name (@signal, 'KILL') {
        kill $name => $pid;
        last if defined Process::wait($pid, Clock::SETTLED);
    }
    return;
}

END {
    Process::end($_) for keys %mine;
}

# Any process ----------------------------------------------------------------

# status(PID, KEY): a line of /proc/PID/status, undef if there is none.
sub status {
    my ($pid, $key) = @_;
    my ($value) = (Files::slurp("/proc/$pid/status") // '') =~
        /^\Q$key\E:[ \t]*(.*?)[ \t]*$/m;
    return $value;
}

# state(PID): R, S, D, T (for t, too), Z; undef when there is no such process.
sub state {
    my ($state) = (status($_[0], 'State') // return undef) =~ /^(.)/;
    return $state eq 't' ? 'T' : $state;
}

# is_alive(PID): it exists and is no zombie.
sub is_alive { return (state($_[0]) // 'Z') !~ /[ZX]/ }

# freeze(PID...): stop them, and wait until they are.
sub freeze {
    my @pids = @_;
    kill STOP => @pids;
    return Clock::until(sub {
        !grep { (Process::state($_) // 'T') ne 'T' } @pids;
    });
}

# cpu(PID): seconds of processor time that it has used, children not counted;
# in list context followed by that of its children who have ended.
sub cpu {
    my $pid = shift;
    my ($rest) = (Files::slurp("/proc/$pid/stat") // return undef) =~
        /.*\) (.*)/s;
    my @field = split ' ', $rest;
    my $second = POSIX::sysconf(POSIX::_SC_CLK_TCK());
    my @cpu = map { $_ / $second }
        $field[11] + $field[12], $field[13] + $field[14];
    return wantarray ? @cpu : $cpu[0];
}

# all(): the pids of all processes.
sub all {
    opendir my $dh, '/proc' or die "/proc: $!\n";
    return grep { /^\d+$/ } readdir $dh;
}

# children(PID): their pids, zombies included, sorted.
sub children {
    my $parent = shift;
    my $list = Files::slurp("/proc/$parent/task/$parent/children");
    # Not every kernel lists them.
    my @pids = defined $list ? split ' ', $list
        : grep { (status($_, 'PPid') // '') eq $parent } all();
    return sort { $a <=> $b } @pids;
}

# tree(PID): its pid and those of all that descend from it, parents first.
sub tree { return ($_[0], map { tree($_) } children($_[0])) }

# descriptors(PID): what it has open, a hash from number to what /proc says it
# is; empty when the process is gone.
sub descriptors {
    my $pid = shift;
    my %fd;
    opendir my $dh, "/proc/$pid/fd" or return {};
    for my $n (grep { /^\d+$/ } readdir $dh) {
        my $what = readlink "/proc/$pid/fd/$n";
        $fd{$n} = $what if defined $what;
    }
    return \%fd;
}

# limit_descriptors(PID, N): it may have N at most; N undef: as many as the hard
# limit says.  Even root may do that only as the user of the process.
sub limit_descriptors {
    my ($pid, $n) = @_;
    my ($hard) = (Files::slurp("/proc/$pid/limits") // '') =~
        /^Max open files +\d+ +(\d+)/m;
    my ($uid, $gid) = map { (split ' ', status($pid, $_))[0] } qw(Uid Gid);
    my $child = child(sub {
        ($(, $)) = ($gid, "$gid $gid");
        ($<, $>) = ($uid, $uid);
        Machine::kernel('prlimit64', $pid, 7, pack('QQ', $n // $hard, $hard), 0)
            or die "prlimit64: $!\n";
    });
    return Process::wait($child) == 0 || die "cannot limit pid $pid\n";
}

# listening(PID): all TCP sockets that listen in its network namespace, a hash
# from inode to "ADDRESS:PORT", with brackets around IPv6; that of the test
# without PID.
sub listening {
    my $pid = shift // 'self';
    my %found;
    for my $table (qw(tcp tcp6)) {
        for (split /\n/, Files::slurp("/proc/$pid/net/$table") // '') {
            my (undef, $local, undef, $state, @more) = split;
            next if $state ne '0A';
            my ($host, $port) = split /:/, $local;
            # Words of four bytes, in the byte order of the machine.
            my $bytes = pack 'L*', map { hex } $host =~ /(.{8})/g;
            my $text = length $bytes == 4 ? Socket::inet_ntoa($bytes)
                : '[' . Socket::inet_ntop(Socket::AF_INET6(), $bytes) . ']';
            $found{ $more[5] } = "$text:" . hex $port;
        }
    }
    return \%found;
}

# listeners(PID): those of them that it has open, from "ADDRESS:PORT" to inode.
sub listeners {
    my $pid = shift;
    my $all = listening($pid);
    my @inodes = map { /^socket:\[(\d+)\]$/ } values %{ descriptors($pid) };
    return { map { $all->{$_} => $_ } grep { $all->{$_} } @inodes };
}

1;
