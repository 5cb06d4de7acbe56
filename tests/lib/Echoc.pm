# SPDX-License-Identifier: ISC
#
# Echoc: run an echoc and look at what it says.
#
#	my $r = Echoc::run(args => ['send', '-m', 'hello', $server->target]);
#	is($r->{status}, 0, 'it came back');
#	is($r->{stdout}, 'hello', 'and was printed');
#
#	my $c = Echoc::start(args => ['ping', $server->target]);
#	Clock::until(sub { $c->stdout_so_far =~ /seq=3/ });
#	$c->signal('INT');
#	is($c->wait->{status}, 0, 'it ends');
#
#	my ($bytes, $r) = Echoc::on_terminal(args => ['bench', '-n', '9']);
#
# Arguments:
#	program   => another one, to be run and looked at in the same way
#	args      => [...]
#	stdin     => TEXT, through a pipe, or a file handle (/dev/null)
#	stdout, stderr => a file handle; then the result does not have it
#	env       => {...}, undef for a variable that is to be unset
#	timeout   => SECONDS, stretched as all of Echod's (10)
#	terminal  => ['stderr', ...]: what of stdin, stdout and stderr is a
#	             terminal, which is one for all of them
#	columns   => its width (80)
#	prefix    => [command that executes its arguments]
#
# Result:
# A hash:
#
#	status       the exit status, or "signal N", or "timeout"
#	stdout, stderr
#	terminal     what was written to the terminal
#	seconds      how long it took
#	peak_memory  in KiB, undef where that is not known
#
# The client runs in the C locale, and knows neither NO_COLOR nor the like, so
# that a test does not depend on who runs it; `env` has the last word.
package Echoc;

use strict;
use warnings;

use Fcntl qw(O_NOCTTY O_RDWR);
use IO::Handle;
use JSON::PP ();
use POSIX ();
use Test::More ();

use Client;
use Clock;
use Files;
use Machine;
use Process;

my %plain = (LC_ALL => 'C', TERM => 'xterm',
    map { $_ => undef } qw(NO_COLOR CLICOLOR_FORCE COLUMNS));

# Running --------------------------------------------------------------------

sub run { return start(@_)->wait }

# on_terminal(%arg): as run(), with stderr on a terminal unless `terminal`
# says else.  Returns the terminal's bytes, and then the result.
sub on_terminal {
    my $r = run(terminal => ['stderr'], @_);
    return wantarray ? ($r->{terminal}, $r) : $r->{terminal};
}

# start(%arg): one that goes on; it ends with the test at the latest.
sub start {
    my %arg = @_;
    my $dir = Files::new_dir();
    my $self = bless { arg => \%arg, dir => $dir, seen => '' }, __PACKAGE__;
    my %to = (
        stdin  => ref $arg{stdin} ? $arg{stdin} : undef,
        stdout => $arg{stdout} // "$dir/stdout",
        stderr => $arg{stderr} // "$dir/stderr",
    );
    if (defined $arg{stdin} && !ref $arg{stdin}) {
        pipe $to{stdin}, my $writer or die "pipe: $!\n";
        $self->{writer} = Process::child(sub {
            close $to{stdin};
            print $writer $arg{stdin};
            close $writer;
        });
    }
    my $slave = $arg{terminal} ? $self->open_terminal : undef;
    $to{$_} = $slave for @{ $arg{terminal} // [] };
    $self->{begin} = Clock::now();
    $self->{pid} = Process::launch(
        [@{ $arg{prefix} // [] }, @Machine::WRAPPER, $arg{program} // $Machine::ECHOC,
            @{ $arg{args} // [] }],
        %to,
        env    => { %plain, %{ $arg{env} // {} } },
        before => sub {
            return unless $slave;
            POSIX::setsid();
            ioctl $slave, 0x540E, 0;    # TIOCSCTTY
        });
    return $self;
}

sub pid { return $_[0]{pid} }

sub signal {
    my ($self, $name) = @_;
    return defined $self->{status} ? 0 : kill $name => $self->{pid};
}

sub stdout_so_far { return Files::slurp("$_[0]{dir}/stdout") // '' }
sub stderr_so_far { return Files::slurp("$_[0]{dir}/stderr") // '' }

# is_running: whether it has not ended yet; looks at its memory and its terminal
# as well.
sub is_running {
    my $self = shift;
    return 0 if defined $self->{status};
    my $memory = peak_memory($self->{pid});
    $self->{peak_memory} = $memory if defined $memory;
    $self->read_terminal if $self->{tty};
    my $status = Process::wait($self->{pid}, 0) // return 1;
    $self->ended($Process::signal ? "signal $Process::signal" : $status);
    return 0;
}

# wait(SECONDS): wait for its end, and end it if that does not come in time.
sub wait {
    my ($self, $seconds) = @_;
    $seconds //= $self->{arg}{timeout};
    if (!Clock::until(sub { !$self->is_running }, $seconds)) {
        $self->ended('timeout');
        Test::More::diag("echoc @{ $self->{arg}{args} // [] } did not end");
    }
    Clock::until(sub { !$self->read_terminal }, Clock::SOON) if $self->{tty};
    my %result = map { $_ => $self->{$_} } qw(status seconds peak_memory);
    $result{stdout} = $self->stdout_so_far unless $self->{arg}{stdout};
    $result{stderr} = $self->stderr_so_far unless $self->{arg}{stderr};
    $result{terminal} = $self->{seen} if defined $self->{tty};
    return \%result;
}

# ended(STATUS): it has ended, or has to.
sub ended {
    my ($self, $status) = @_;
    $self->{status} = $status;
    $self->{seconds} = Clock::now() - $self->{begin};
    Process::end($_) for grep { defined } @$self{qw(pid writer)};
    return;
}

sub DESTROY {
    my $self = shift;
    $self->ended('destroyed') unless defined $self->{status};
    return;
}

# peak_memory(PID): the most that was ever resident, in KiB.  The name tells
# the client from the copy of this process that it was before exec, and from
# a wrapper.
sub peak_memory {
    my $pid = shift;
    my ($name) = $Machine::ECHOC =~ m{([^/]{1,15})[^/]*$};
    return undef unless (Process::status($pid, 'Name') // '') eq $name;
    return (Process::status($pid, 'VmHWM') // '') =~ /^(\d+) kB$/ ? $1 : undef;
}

# in_write(PID): whether it sleeps, and that in a write to a pipe; where the
# kernel does not tell that, whether it sleeps.
sub in_write {
    my $where = Files::slurp("/proc/$_[0]/wchan") // '';
    return (Process::state($_[0]) // '') eq 'S' && $where =~ /^0?$|pipe/
        ? 1 : 0;
}

# A terminal -----------------------------------------------------------------

# Its numbers are those of every architecture but alpha, mips, powerpc and
# sparc.  What the client writes arrives as it is.
sub open_terminal {
    my $self = shift;
    my ($master, $slave);
    my $number = my $unlocked = pack 'i', 0;
    my $size = pack 'S4', 24, $self->{arg}{columns} // 80, 0, 0;
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

# resize(ROWS, COLUMNS): of the terminal; who uses it gets a signal.
sub resize {
    my ($self, $rows, $columns) = @_;
    return ioctl $self->{tty}, 0x5414, pack 'S4', $rows, $columns, 0, 0;
}

# read_terminal: take what is there; false when its other end is closed.
sub read_terminal {
    my $self = shift;
    my $n;
    do {
        $n = sysread $self->{tty}, $self->{seen}, 65536, length $self->{seen};
    } while $n;
    return !defined $n && Client::again();
}

sub terminal_so_far {
    my $self = shift;
    $self->read_terminal;
    return $self->{seen};
}

# What it says ---------------------------------------------------------------

# json(TEXT): the document; one failed test and undef if it is none.
sub json {
    my $text = shift;
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

1;
