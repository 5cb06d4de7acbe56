# SPDX-License-Identifier: ISC
#
# Sweep: every system call of a process fails once, one after the other, each
# in an echod of its own.
#
#	my @points = Sweep::points($trace_file);
#	Sweep::every(\@points, sub { Echod->start(...) },
#	    sub { my ($point, $d) = @_; Sweep::judge($d) }, 'a call fails');
#
# A point is a call and which one of its kind it is.  At each of them the same
# must hold: a clear error and a clean end, or a service that goes on.
package Sweep;

use strict;
use warnings;

use Test::More ();

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;

# So many run side by side: most of the time of each is spent in waiting.
use constant SIDE_BY_SIDE => 8;

# Errors that these calls can have; the others have EIO.
my %error = (
    (map { $_ => 'ENOMEM' } qw(futex madvise mmap mprotect mremap munmap)),
    (map { $_ => 'EAGAIN' } qw(clone clone3 fork vfork)),
    (map { $_ => 'EMFILE' } qw(dup dup2 dup3 epoll_create1 eventfd2 openat
        pipe2 signalfd4 socket socketpair)),
    (map { $_ => 'EPERM' } qw(capget capset chroot kill
        landlock_create_ruleset landlock_restrict_self prctl prlimit64 seccomp
        setgroups setresgid setresuid setrlimit)),
    (map { $_ => 'ENOBUFS' } qw(sendmsg sendto setsockopt)),
    (map { $_ => 'EINVAL' } qw(close_range epoll_ctl fcntl getsockname
        getsockopt listen)),
);

# No kernel fails these as they are called here, or nobody could go on if one
# did.
my %never = map { $_ => 1 } qw(arch_prctl execve exit exit_group getegid geteuid
    getgid getpid getppid gettid getuid restart_syscall rseq rt_sigaction
    rt_sigprocmask rt_sigreturn set_robust_list set_tid_address);

# In a build with sanitizers these are calls of a sanitizer, which ends the
# process when they fail, or says so.
my %of_sanitizer = map { $_ => 1 } qw(brk madvise mmap mprotect mremap munmap
    prlimit64 readlink);

# points(FILE, %opt): the calls in a file of strace: each [call, N] for the Nth
# of its kind.  from => qr/RE/: from the first line that matches; pid => PID:
# of one of several processes; of => [CALL, ...]: no others.  The third element of
# a point is how many of each call came before.
sub points {
    my ($file, %opt) = @_;
    my $from = $opt{from} // qr/^/;
    my (%n, @points, $begun);
    my %not = (%never, Machine::has_sanitizer() ? %of_sanitizer : ());
    my %of = map { $_ => 1 } @{ $opt{of} // [] };
    my $wanted = sub { !$not{ $_[0] } && (!$opt{of} || $of{ $_[0] }) };
    for my $line (split /\n/, Files::slurp($file) // '') {
        my ($pid, $call) = $line =~ /^(?:(\d+) +)?(\w+)\(/ or next;
        next if defined $opt{pid} && ($pid // '') ne $opt{pid};
        my %before = %n;
        $n{$call}++;
        $begun ||= $line =~ $from;
        push @points, [$call, $n{$call}, \%before]
            if $begun && $wanted->($call);
    }
    return @points;
}

# has(POINTS, CALL...): tests that what should be in the sweep is in it.
sub has {
    my ($points, @calls) = @_;
    my %there = map { $_->[0] => 1 } @$points;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::is(join(' ', grep { !$there{$_} } @calls), '',
        "@calls are among the calls");
    return;
}

# fault(POINT): what Tracer->attach() takes.  brk(2) knows no error: the kernel
# returns where the heap ends, which is lower than what was asked for.
sub fault {
    my ($call, $n) = @{ $_[0] };
    my $how = $call eq 'brk' ? 'retval=0' : 'error=' . ($error{$call} // 'EIO');
    return ($call, "$how:when=$n");
}

# strace(FILE, POINT): a command that has its process traced, into FILE, and
# failed at this point if there is one.  The tracer is no parent of it.
sub strace {
    my ($file, $point) = @_;
    my ($call, $how) = $point ? fault($point) : ();
    return ('strace', '-D', '-qq', '-s', '0', '-o', $file,
        $point ? ('-e', "trace=$call", '-e', "inject=$call:$how") : ());
}

# has_failed(TRACER, SECONDS): wait until the call has failed, if it does.
sub has_failed {
    my ($tracer, $seconds) = @_;
    return Clock::until(sub {
        grep { (Files::slurp($_) // '') =~ /\(INJECTED\)/ }
            glob $tracer->file . '*';
    }, $seconds);
}

# every(POINTS, BEGIN, END, NAME): the test NAME that END(POINT, what
# BEGIN(POINT) has returned) finds nothing wrong at any point; it returns what
# is.
sub every {
    my ($points, $begin, $end, $name) = @_;
    my @left = @$points;
    my @wrong;
    while (my @some = splice @left, 0, SIDE_BY_SIDE) {
        my @begun = map { [$_, $begin->($_)] } @some;
        for (@begun) {
            my ($point, $d) = @$_;
            my $fault = $end->($point, $d);
            next if $fault eq '';
            my ($call, $how) = fault($point);
            push @wrong, join "\n  ", "$call $how: $fault", $d->log_lines;
            $d->signal('KILL') if $d->is_running;
        }
    }
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::ok(!@wrong, "$name, at each of " . @$points . ' points');
    Test::More::diag($_) for @wrong;
    return;
}

# judge(ECHOD): what is wrong with one that was started with a fault, or got
# over one.  It is at its end then.
sub judge {
    my $d = shift;
    # The line that says so may be what is lost.
    Clock::until(sub {
        !$d->is_running || $d->count_log(qr/: ready /) || $d->idle_workers >= 5;
    }, 25);
    return not_started($d) unless $d->is_running;
    my $fault = not_serving($d);
    return $fault if $fault ne '';
    $d->signal('TERM');
    return ended($d);
}

# ended(ECHOD): what is wrong with its end after TERM.
sub ended {
    my $d = shift;
    my $status = $d->wait_end(20) // return 'TERM does not end it';
    return $status != 0 ? "status $status after TERM" : $d->processes_fault;
}

# not_serving(ECHOD): what is wrong with its service.
sub not_serving {
    my $d = shift;
    return 'it listens nowhere' unless defined $d->port;
    my $sock = $d->connect // return "it refuses: $@";
    my $back = Client::echo($sock, 'some bytes', eof => 1);
    return $back eq 'some bytes' ? '' : "no echo: $Client::problem";
}

# not_started(ECHOD): what is wrong with the end of one that did not start.
sub not_started {
    my $d = shift;
    my $status = $d->status;
    return "status $status" if $status < 64 || $status > 78;
    return "status $status without a word"
        unless $d->count_log(qr/^echod: \S|: error: \S/);
    return $d->processes_fault;
}

1;
