# SPDX-License-Identifier: ISC
#
# EchodSyslog: a log daemon for tests, in a /dev of our own.
#
#	EchodSyslog::private_dev();	# the test starts again, in a namespace
#	my $syslog = EchodSyslog->start;
#	$syslog->freeze; $syslog->thaw; $syslog->restart;
#	$syslog->lines;			# what has arrived
#
# It reads datagrams from /dev/log like every syslogd and writes them to a
# file, a line each, as they came: "<PRI>Mon dd hh:mm:ss IDENT: TEXT".
package EchodSyslog;

use strict;
use warnings;

use Cwd qw(abs_path);
use Errno qw(EINTR);
use File::Temp ();
use IO::Handle ();
use POSIX ();
use Socket;
use Test::More;

my @running;

# Run a command with its output put away; whether it succeeded.
sub _quietly {
    my $pid = fork;
    die "fork: $!" if !defined $pid;
    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec @_ or POSIX::_exit(127);
    }
    waitpid $pid, 0;
    return $? == 0;
}

# Start this test again in namespaces of its own: the flags are unshare(1)'s,
# as "-m" or "-n".  Returns in the second life only; skips the whole test
# where it is not allowed.
sub own_namespace {
    my (@flags) = @_;
    my $what = join ' ', @flags;
    return if ($ENV{ECHOD_TEST_NAMESPACE} // '') eq $what;
    plan skip_all => 'only root can make namespaces for all users' if $>;
    _quietly('unshare', @flags, 'true')
      or plan skip_all => "unshare $what is not allowed here";
    $ENV{ECHOD_TEST_NAMESPACE} = $what;
    my @inc = map { "-I$_" } grep { !ref } @INC;
    exec 'unshare', @flags, $^X, @inc, abs_path($0), @ARGV
      or die "unshare: $!";
}

# A network of our own with a loopback that works, and mounts of our own.
# With ipv6 => 0 no interface in it has IPv6.
sub own_network {
    my (%o) = @_;
    own_namespace('-mn');
    _quietly(qw(ip link set lo up))
      or plan skip_all => 'the loopback of a new network cannot be used';
    return if $o{ipv6} // 1;
    for my $interface (qw(all default lo)) {
        my $file = "/proc/sys/net/ipv6/conf/$interface/disable_ipv6";
        next if !-e $file;
        open my $fh, '>', $file
          or plan skip_all => "cannot turn IPv6 off: $!";
        syswrite $fh, "1\n";
        close $fh;
    }
    return;
}

# A /dev that is empty but for the devices everybody needs, so that /dev/log
# is ours to make.
sub private_dev {
    own_namespace('-m');
    my $dir = File::Temp->newdir;
    chmod 0755, $dir;
    _quietly('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', $dir)
      or plan skip_all => 'mounting is not allowed here';
    for my $device (qw(null zero full random urandom tty)) {
        next if !-e "/dev/$device";
        open my $fh, '>', "$dir/$device" or die "$dir/$device: $!";
        close $fh;
        _quietly('mount', '--bind', "/dev/$device", "$dir/$device")
          or plan skip_all => "cannot have /dev/$device in another /dev";
    }
    mkdir "$dir/shm";
    chmod 01777, "$dir/shm";
    _quietly('mount', '--rbind', "$dir", '/dev')
      or plan skip_all => 'cannot have a /dev of our own';
    _quietly('umount', '-l', "$dir");
    return;
}

sub start {
    my ($class, %o) = @_;
    my $self = bless {
        path  => $o{path} || '/dev/log',
        file  => File::Temp->new,
        owner => $$,
    }, $class;
    $self->_spawn;
    push @running, $self;
    return $self;
}

sub _spawn {
    my ($self) = @_;
    socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
    unlink $self->{path};
    bind $s, pack_sockaddr_un($self->{path}) or die "$self->{path}: $!";
    chmod 0666, $self->{path};
    STDOUT->flush;
    STDERR->flush;
    $self->{pid} = fork;
    die "fork: $!" if !defined $self->{pid};
    return if $self->{pid};
    open my $out, '>>', $self->{file}->filename or POSIX::_exit(1);
    local $SIG{__DIE__};
    for (;;) {
        my $from = recv $s, my $datagram, 65536, 0;
        next if !defined $from && $! == EINTR;
        POSIX::_exit(1) if !defined $from;
        $datagram =~ s/[\n\0]*\z/\n/;
        syswrite $out, $datagram;
    }
}

# It is there, and does nothing.
sub freeze {
    my ($self) = @_;
    kill 'STOP', $self->{pid};
    # A stop takes effect when its target runs next.
    while (_state($self->{pid}) ne 'T') {
        select undef, undef, undef, 0.002;
    }
    return;
}

sub _state {
    my ($pid) = @_;
    open my $fh, '<', "/proc/$pid/stat" or return 'gone';
    my ($state) = readline($fh) =~ /\) (.)/;
    return $state eq 't' ? 'T' : $state;
}

sub thaw { my ($self) = @_; kill 'CONT', $self->{pid}; return }

# No log daemon any more, and with `unlink` no socket either.
sub end {
    my ($self, %o) = @_;
    if ($self->{pid}) {
        kill 'KILL', $self->{pid};
        waitpid $self->{pid}, 0;
        $self->{pid} = 0;
    }
    unlink $self->{path} if $o{unlink} // 1;
    return;
}

# As a package upgrade does it: gone, and there again with a new socket.
sub restart {
    my ($self) = @_;
    $self->end;
    $self->_spawn;
    return;
}

# What has arrived, without its newlines; all daemons' of this object.
sub lines {
    my ($self) = @_;
    open my $fh, '<', $self->{file}->filename or die "open: $!";
    chomp(my @lines = readline $fh);
    close $fh;
    return @lines;
}

# How many lines match.
sub count {
    my ($self, $re) = @_;
    return scalar grep { $_ =~ $re } $self->lines;
}

END {
    local $?;
    for my $syslog (@running) {
        $syslog->end if $syslog->{owner} == $$;
    }
}

1;
