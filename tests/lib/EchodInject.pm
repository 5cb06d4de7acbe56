# SPDX-License-Identifier: ISC
#
# EchodInject: system calls of a running process that fail on order, by
# strace(1).
#
#	my $fault = EchodInject->attach($pid, 'accept4', 'error=ENFILE');
#	...
#	my @calls = $fault->calls;	# lines of strace
#	$fault->detach;
#
# EchodInject::needs() skips the test where that cannot be done.
package EchodInject;

use strict;
use warnings;

use File::Temp ();
use POSIX ();
use Test::More;

use Echod;

my @attached;

sub needs {
    Echod::needs('strace');
    plan skip_all => 'valgrind and strace do not mix'
      if @Echod::WRAPPER;
    my $text = `strace -o /dev/null -e trace=getppid -e inject=getppid:error=EPERM true 2>&1`;
    plan skip_all => "strace cannot inject faults here: $text" if $? != 0;
    return;
}

# The calls of one process; its children are left alone.
sub attach {
    my ($class, $pid, $calls, $fault) = @_;
    my $self = bless {
        file  => File::Temp->new,
        error => File::Temp->new,
        owner => $$,
    }, $class;
    $self->{pid} = fork // die "fork: $!";
    if ($self->{pid} == 0) {
        open STDERR, '>', $self->{error}->filename;
        exec 'strace', '-o', $self->{file}->filename, '-e',
          "trace=$calls", '-e', "inject=$calls:$fault", '-p', $pid
          or POSIX::_exit(127);
    }
    push @attached, $self;
    my $done = Echod::until(sub {
        return 1
          if (Echod::slurp($self->{error}->filename) // '') =~ /attached/;
        $self->{gone} = waitpid($self->{pid}, POSIX::WNOHANG()) != 0;
        return $self->{gone};
    }, 10);
    die "strace does not attach to $pid: "
      . Echod::slurp($self->{error}->filename)
      if !$done || $self->{gone};
    return $self;
}

sub calls {
    my ($self) = @_;
    return grep { /^\w+\(/ } split /\n/,
      Echod::slurp($self->{file}->filename) // '';
}

sub detach {
    my ($self) = @_;
    return if $self->{gone}++;
    kill 'INT', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

END {
    local $?;
    for my $fault (@attached) {
        $fault->detach if $fault->{owner} == $$;
    }
}

1;
