# SPDX-License-Identifier: ISC
package Echoc;

=head1 NAME

Echoc - run an echoc and look at what it says

=head1 SYNOPSIS

    my $r = Echoc::run(args => ['send', '-m', 'hello', $server->target]);
    is($r->{status}, 0, 'it came back');
    is($r->{stdout}, 'hello', 'and was printed');

    my $c = Echoc::start(args => ['ping', $server->target]);
    Echod::until(sub { $c->stdout_so_far =~ /seq=3/ });
    $c->signal('INT');
    is($c->wait->{status}, 0, 'it ends');

    my ($bytes, $r) = Echoc::on_terminal(args => ['bench', '-n', '9']);

=head1 ARGUMENTS

    args      => [...]
    stdin     => TEXT, through a pipe, or a file handle (/dev/null)
    stdout, stderr => a file handle; then the result does not have it
    env       => {...}, undef for a variable that is to be unset
    timeout   => SECONDS, stretched as all of Echod's (10)
    terminal  => ['stderr', ...]: what of stdin, stdout and stderr is a
                 terminal, which is one for all of them
    columns, lines => its size (80, 24)
    prefix    => [command that executes its arguments]

=head1 RESULT

A hash:

    status       the exit status, or "signal N", or "timeout"
    stdout, stderr
    terminal     what was written to the terminal
    seconds      how long it took
    peak_memory  in KiB, undef where that is not known

The client runs in the C locale, and knows neither NO_COLOR nor the like, so
that a test does not depend on who runs it; `env` has the last word.

=cut

use strict;
use warnings;

use Errno qw(EAGAIN EINTR);
use Fcntl qw(O_NOCTTY O_RDWR);
use File::Spec;
use IO::Handle;
use POSIX ();
use Scalar::Util qw(weaken);
use Test::More ();

use Echod;

our $ECHOC = File::Spec->rel2abs($ENV{ECHOC} // './echoc');

my %plain = (
    LC_ALL         => 'C',
    TERM           => 'xterm',
    NO_COLOR       => undef,
    CLICOLOR_FORCE => undef,
    COLUMNS        => undef,
);
my @started;

# Running --------------------------------------------------------------------

sub run {
    return start(@_)->wait;
}

# on_terminal(%arg): as run(), with stderr on a terminal unless `terminal`
# says else.  Returns the terminal's bytes, and then the result.
sub on_terminal {
    my $r = run(terminal => ['stderr'], @_);
    return wantarray ? ($r->{terminal}, $r) : $r->{terminal};
}

# start(%arg): one that goes on; it ends with the test at the latest.
sub start {
    my %arg = @_;
    my $self = bless {
        arg   => \%arg,
        dir   => Echod::new_dir(),
        owner => $$,
        seen  => '',
    }, __PACKAGE__;
    my ($slave, $stdin);
    $slave = $self->open_terminal if $arg{terminal};
    ($stdin, $self->{writer}) = source($arg{stdin});
    my %on = map { $_ => $slave } @{ $arg{terminal} // [] };
    my $dir = $self->{dir};
    $self->{begin} = Echod::now();
    $self->{pid} = $self->spawn({
        stdin => $on{stdin} // $stdin,
        stdout => $on{stdout} // $arg{stdout} // append("$dir/stdout"),
        stderr => $on{stderr} // $arg{stderr} // append("$dir/stderr"),
    });
    push @started, $self;
    weaken($started[-1]);
    return $self;
}

sub append {
    my $path = shift;
    open my $fh, '>>', $path or die "$path: $!\n";
    return $fh;
}

# source(TEXT or HANDLE): what to read it from, and the pid of who writes it.
sub source {
    my $from = shift // do {
        open my $null, '<', '/dev/null' or die "/dev/null: $!\n";
        $null;
    };
    return ($from, undef) if ref $from;
    pipe my $reader, my $writer or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP PIPE);
        close $reader;
        print $writer $from;
        close $writer;
        POSIX::_exit(0);
    }
    return ($reader, $pid);
}

sub spawn {
    my ($self, $fh) = @_;
    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;

    my %env = (%plain, %{ $self->{arg}{env} // {} });
    for my $name (keys %env) {
        if (defined $env{$name}) {
            $ENV{$name} = $env{$name};
        } else {
            delete $ENV{$name};
        }
    }
    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP PIPE);
    if ($self->{tty}) {
        POSIX::setsid();
        ioctl $fh->{ $self->{arg}{terminal}[0] }, 0x540E, 0;    # TIOCSCTTY
    }
    # Not by way of Perl's handles, which may not have these numbers.
    POSIX::dup2(fileno $fh->{stdin}, 0);
    my $out = POSIX::dup(fileno $fh->{stdout});
    POSIX::dup2(fileno $fh->{stderr}, 2);
    POSIX::dup2($out, 1);
    POSIX::close($out);
    my @command = (@{ $self->{arg}{prefix} // [] }, @Echod::WRAPPER, $ECHOC,
        @{ $self->{arg}{args} // [] });
    no warnings 'exec';
    exec { $command[0] } @command;
    print STDERR "exec $command[0]: $!\n";
    POSIX::_exit(127);
}

sub pid { return $_[0]{pid} }

sub signal {
    my ($self, $name) = @_;
    return defined $self->{status} ? 0 : kill $name => $self->{pid};
}

sub stdout_so_far { return Echod::slurp("$_[0]{dir}/stdout") // '' }
sub stderr_so_far { return Echod::slurp("$_[0]{dir}/stderr") // '' }

# is_running: whether it has not ended yet.
sub is_running {
    my $self = shift;
    $self->look;
    return !defined $self->{status};
}

# wait(SECONDS): wait for its end, and end it if that does not come in time.
sub wait {
    my ($self, $seconds) = @_;
    $seconds //= $self->{arg}{timeout} // Echod::DEADLINE;
    if (!Echod::until(sub { !$self->is_running }, $seconds)) {
        kill KILL => $self->{pid};
        Echod::wait_for($self->{pid}, Echod::DEADLINE);
        $self->ended('timeout');
        Test::More::diag("echoc @{ $self->{arg}{args} // [] } did not end");
    }
    Echod::until(sub { !$self->read_terminal }, Echod::SOON) if $self->{tty};
    my %result = map { $_ => $self->{$_} } qw(status seconds peak_memory);
    $result{stdout} = $self->stdout_so_far unless $self->{arg}{stdout};
    $result{stderr} = $self->stderr_so_far unless $self->{arg}{stderr};
    $result{terminal} = $self->{seen} if defined $self->{tty};
    return \%result;
}

# What there is to see of it now: memory, terminal, end.
sub look {
    my $self = shift;
    return if defined $self->{status};
    my $memory = peak_memory($self->{pid});
    $self->{peak_memory} = $memory if defined $memory;
    $self->read_terminal if $self->{tty};
    my $got = waitpid $self->{pid}, POSIX::WNOHANG();
    return if $got == 0;
    die "waitpid: $!\n" if $got < 0;
    $self->ended($? & 127 ? 'signal ' . ($? & 127) : $? >> 8);
    return;
}

sub ended {
    my ($self, $status) = @_;
    $self->{status} = $status;
    $self->{seconds} = Echod::now() - $self->{begin};
    my $writer = delete $self->{writer} // return;
    kill TERM => $writer;
    Echod::wait_for($writer, Echod::DEADLINE);
    return;
}

# peak_memory(PID): the most that was ever resident, in KiB.  The name tells
# the client from the copy of this process that it was before exec, and from
# a wrapper.
sub peak_memory {
    my $text = Echod::slurp("/proc/$_[0]/status") // return undef;
    my ($name) = $ECHOC =~ m{([^/]{1,15})[^/]*$};
    return undef unless $text =~ /^Name:\s*\Q$name\E$/m;
    return $text =~ /^VmHWM:\s*(\d+) kB$/m ? $1 : undef;
}

# in_write(PID): whether it sleeps, and that in a write to a pipe; where the
# kernel does not tell that, whether it sleeps.
sub in_write {
    my ($state) = Echod::stat_of($_[0]);
    my $where = Echod::slurp("/proc/$_[0]/wchan") // '';
    return ($state // '') eq 'S' && $where =~ /^0?$|pipe/ ? 1 : 0;
}

sub DESTROY {
    my $self = shift;
    return if $self->{owner} != $$ || defined $self->{status}
        || !defined $self->{pid};
    local ($?, $@, $!);
    kill KILL => $self->{pid};
    Echod::wait_for($self->{pid}, Echod::DEADLINE);
    $self->ended('destroyed');
    return;
}

END {
    my $status = $?;
    for my $client (grep { defined } @started) {
        $client->DESTROY;
    }
    $? = $status;
}

# A terminal -----------------------------------------------------------------

# Its numbers are those of every architecture but alpha, mips, powerpc and
# sparc.  What the client writes arrives as it is.
sub open_terminal {
    my $self = shift;
    my ($rows, $columns) = (24, 80);
    $rows = $self->{arg}{lines} // $rows;
    $columns = $self->{arg}{columns} // $columns;

    my ($master, $slave);
    my $number = my $unlocked = pack 'i', 0;
    my $size = pack 'S4', $rows, $columns, 0, 0;
    sysopen($master, '/dev/ptmx', O_RDWR | O_NOCTTY)
        && ioctl($master, 0x40045431, $unlocked)      # TIOCSPTLCK
        && ioctl($master, 0x80045430, $number)        # TIOCGPTN
        && sysopen($slave, '/dev/pts/' . unpack('i', $number),
        O_RDWR | O_NOCTTY)
        && ioctl($slave, 0x5414, $size)               # TIOCSWINSZ
        or Test::More::skip("no terminal here: $!", 1);

    my $mode = POSIX::Termios->new;
    $mode->getattr(fileno $slave);
    $mode->setoflag($mode->getoflag & ~POSIX::OPOST());
    $mode->setlflag($mode->getlflag & ~POSIX::ECHO());
    $mode->setattr(fileno $slave, POSIX::TCSANOW());
    $master->blocking(0);
    $self->{tty} = $master;
    return $slave;
}

# read_terminal: take what is there; false when its other end is closed.
sub read_terminal {
    my $self = shift;
    my $n;
    do {
        $n = sysread $self->{tty}, $self->{seen}, 65536, length $self->{seen};
    } while $n;
    return !defined $n && ($! == EAGAIN || $! == EINTR);
}

sub terminal_so_far {
    my $self = shift;
    $self->read_terminal;
    return $self->{seen};
}

# type(TEXT): as if somebody did, at the terminal.
sub type {
    my ($self, $text) = @_;
    return syswrite $self->{tty}, $text;
}

# What it says ---------------------------------------------------------------

# json(TEXT): the document; one failed test and undef if it is none.
sub json {
    my $text = shift;
    require JSON::PP;
    my $document = eval { JSON::PP->new->utf8->decode($text // '') };
    return $document if ref $document eq 'HASH';

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::fail('it is one JSON document');
    Test::More::diag($@ || "not an object\n", 'the text: ', shown($text));
    return undef;
}

# What each document of a transcript or of send has, null where it is not
# known.
my @members = qw(mode target bytes_sent bytes_received bytes_verified
    connect_time_us first_byte_us total_time_us throughput_bytes_per_s
    local_address status error);

# complete(DOCUMENT, NAME): one test that all of these are in it.
sub complete {
    my ($json, $name) = @_;
    my @missing = grep { !exists $json->{$_} } @members;
    push @missing, map { "target.$_" }
        grep { !exists $json->{target}{$_} } qw(host port address);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return Test::More::is("@missing", '', $name);
}

# same(RESULT, NAME, %wanted): one test for all that is wanted of a result; each
# value is a text or a pattern.
sub same {
    my ($r, $name, %wanted) = @_;
    my @wrong = grep {
        my $got = $r->{$_} // 'none';
        ref $wanted{$_} ? $got !~ $wanted{$_} : $got ne $wanted{$_};
    } sort keys %wanted;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::ok(!@wrong, $name) and return 1;
    Test::More::diag("$_: " . shown($r->{$_}) . "\n    wanted: "
            . shown($wanted{$_})) for @wrong;
    Test::More::diag('stderr: ' . shown($r->{stderr}))
        unless grep { $_ eq 'stderr' } @wrong;
    return 0;
}

# In a few printable bytes.
sub shown {
    my $text = shift // 'none';
    my $length = length $text;
    $text = substr($text, 0, 1000) . "... ($length bytes)" if $length > 1000;
    return $text =~ s/([^\n -~])/sprintf '\\x%02x', ord $1/ger;
}

# error_line(HOST, PORT): what an error looks like, and nothing before it.
sub error_line {
    my ($host, $port) = @_;
    return qr/^echoc: \Q$host\E port $port: [^\n]+: [^\n]+\n\z/;
}

# private_network(): go into a network where there is nothing but a loopback
# interface.  What was started before is not in it.  False where that is not
# allowed.
sub private_network {
    my %unshare = (x86_64 => 272, aarch64 => 97, riscv64 => 97);
    my $number = $unshare{ (POSIX::uname())[4] } // return 0;
    # CLONE_NEWNET, and CLONE_NEWUSER for those who have no right to it.
    my $what = 0x40000000 | ($> == 0 ? 0 : 0x10000000);
    return 0 if syscall($number, $what) != 0;
    # SIOCSIFFLAGS: IFF_UP.
    socket my $sock, Socket::AF_INET(), Socket::SOCK_DGRAM(), 0 or return 0;
    my $request = pack 'a16 s x22', 'lo', 1;
    return ioctl($sock, 0x8914, $request) ? 1 : 0;
}

1;
