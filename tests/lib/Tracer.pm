# SPDX-License-Identifier: ISC
#
# Tracer: the system calls of running processes, by strace(1), which can also
# make them fail on order.
#
#	Tracer::needs();	# or the whole test is skipped
#	my $trace = Tracer->attach([$pid, ...]);
#	my $fault = Tracer->attach([$pid], 'accept4', 'error=ENFILE');
#	...
#	my @calls = $fault->calls;
#	$fault->detach;
package Tracer;

use strict;
use warnings;

use Test::More;

use Clock;
use Files;
use Machine;
use Process;

# needs(): strace, and the right to use it.  The leak checker of the sanitizers
# traces the process that it looks at, and fails where another one does: it does
# not run in this test.
sub needs {
    Machine::needs('strace');
    plan(skip_all => 'valgrind and strace do not mix') if @Machine::WRAPPER;
    my $text = `strace -o /dev/null -e inject=getppid:error=EPERM true 2>&1`;
    plan(skip_all => "strace is not allowed here: $text") if $? != 0;
    $ENV{ASAN_OPTIONS} = join ':', $ENV{ASAN_OPTIONS} || (), 'detect_leaks=0';
    return;
}

# attach(PIDS, CALLS, FAULT, OPTION...): it has taken hold of all of them on
# return; their children are left alone, unless -f is among the options.  With
# CALLS, only these are traced, and have FAULT.
sub attach {
    my ($class, $pids, $calls, $fault, @more) = @_;
    my $dir = Files::new_dir();
    my $self = bless { dir => $dir }, $class;
    my @what = defined $calls
        ? ('-e', "trace=$calls", '-e', "inject=$calls:$fault") : ();
    $self->{pid} = Process::launch(
        ['strace', '-s', '0', '-o', $self->file, @what, @more,
            map { ('-p', $_) } @$pids],
        stderr => "$dir/error");
    my ($said, $held) = ('', 0);
    Clock::until(sub {
        $said = Files::slurp("$dir/error") // '';
        $held = @$pids == (() = $said =~ / attached/g);
        return $held || !Process::is_alive($self->{pid});
    });
    die "strace has no hold of @$pids: $said" unless $held;
    return $self;
}

# hold(PID): keep the logger from writing anything, until detach.  Its parent
# does not learn of it, as it does of SIGSTOP.
sub hold {
    my ($class, $pid) = @_;
    return $class->attach([$pid], 'write,sendto', 'delay_enter=100000000');
}

# file: the path of what it writes.
sub file { return "$_[0]{dir}/trace" }

# calls: all of them so far, with the pid in front if there are several.
sub calls {
    my $text = Files::slurp($_[0]->file) // '';
    return grep { /^(?:\d+ +)?\w+\(/ } split /\n/, $text;
}

# detach: let go.
sub detach { return Process::end($_[0]{pid}, 'INT') }

1;
