# SPDX-License-Identifier: ISC
package Echod;

=head1 NAME

Echod - start an echod, talk to it, watch it, and check what it leaves behind

=head1 SYNOPSIS

    use Test::More;
    use Echod;

    my $d = Echod->start(options => ['-o', 'workers.max=1']);
    my $data = Echod::seeded(1, 100_000);
    ok(Echod::echo_once($d->port, $data) eq $data, 'all of it came back');
    $d->finish;
    done_testing;

=head1 RULES

Nothing here or in a test sleeps a fixed time: Echod::until() is the only
place that waits, always for a condition and never beyond a deadline.  All
seconds are for an ordinary build; they are stretched under valgrind and for
builds with sanitizers.  Ports are the kernel's choice, so that tests can run
side by side.

=cut

use strict;
use warnings;

use Cwd ();
use Digest::SHA qw(sha512);
use Errno qw(EAGAIN EINTR EINPROGRESS);
use File::Basename qw(dirname);
use File::Temp ();
use IO::Handle;
use IO::Socket::IP;
use List::Util qw(min max sum0);
use POSIX ();
use Socket qw(SOL_SOCKET SO_LINGER SHUT_WR);
use Test::More ();
use Time::HiRes ();

# A foreground echod has that of its caller, and so have its files.
umask 022;

my $top = Cwd::abs_path(dirname(__FILE__) . '/../..');

our $ECHOD = $ENV{ECHOD} // "$top/build/echod";
our @WRAPPER = split ' ', $ENV{ECHOD_WRAPPER} // '';

# What echo() and its like met last, "" if nothing: "reset", "timeout", ...
our $problem = '';

use constant DEFAULT_CONFIG =>
    qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);

# What happens at once takes less than SOON, even on a machine that is busy with
# other tests; what a test tells it from must take longer.  The others say how
# long to wait for a state to be reached.
use constant { SOON => 5, SETTLED => 5, DEADLINE => 10, START => 15 };

my @started;    # every daemon, for END
my $owner = $$;    # forked clients of a test must not clean up

# A signal that ends the test must still let END blocks run; a handler (unlike
# IGNORE) is gone in programs that we execute.
$SIG{TERM} = $SIG{INT} = $SIG{HUP} = sub { exit 143 };
$SIG{PIPE} = sub { };

be_subreaper();

# Time and waiting -----------------------------------------------------------

# now(): seconds on the monotonic clock.
sub now {
    return Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC());
}

# scale(): by how much slower than an ordinary build this one is.
my $scale;

sub scale {
    return $scale //=
          $ENV{ECHOD_TEST_SCALE} ? $ENV{ECHOD_TEST_SCALE}
        : @WRAPPER               ? 10
        : has_sanitizer()        ? 3
        :                          1;
}

# is_slow(): under valgrind or built with sanitizers.
sub is_slow {
    return scale() > 1;
}

sub has_sanitizer {
    open my $fh, '<:raw', $ECHOD or return 0;
    local $/;
    my $text = <$fh>;
    return $text =~ /__asan_init|__ubsan_handle|__tsan_init/ ? 1 : 0;
}

# until(CODE, SECONDS): call CODE until it returns something true, at most
# for SECONDS (stretched by scale()).  Returns what it returned last.
sub until {
    my ($code, $seconds) = @_;
    my $deadline = now() + ($seconds // DEADLINE) * scale();
    my $nap = 0.0005;

    while (1) {
        my $over = now() >= $deadline;
        my $result = $code->();
        return $result if $result || $over;
        Time::HiRes::sleep($nap);
        $nap = min($nap * 1.5, 0.02);
    }
}

# soon(START, TEXT, SECONDS): the test TEXT, that no more time has passed since
# START than these SECONDS, none unless told, and what "at once" may take.
sub soon {
    my ($start, $text, $seconds) = @_;
    my $took = now() - $start;
    my $limit = ($seconds // 0) + SOON * scale();

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return Test::More::cmp_ok($took, '<', $limit, $text);
}

# What this machine has ------------------------------------------------------

sub skip_all {
    Test::More::plan(skip_all => shift);
}

# needs(PROGRAM, ...): skip the whole test if one is missing.
sub needs {
    for my $program (@_) {
        skip_all("no $program here") unless has($program);
    }
    return;
}

# has(PROGRAM): its path, or undef.
sub has {
    my $program = shift;
    for my $dir (split(/:/, $ENV{PATH} // ''), qw(/usr/sbin /sbin)) {
        return "$dir/$program" if -f -x "$dir/$program";
    }
    return undef;
}

# needs_strace: strace, and the right to use it.
sub needs_strace {
    needs('strace');
    skip_all('echod runs under a tracer of its own') if @WRAPPER;
    skip_all('strace is not allowed here')
        if system('strace -o /dev/null true >/dev/null 2>&1') != 0;
    return;
}

sub needs_root {
    skip_all('must be root') if $> != 0;
    return;
}

sub needs_namespaces {
    skip_all('no private mount and network namespaces here')
        unless has('unshare')
        && system('unshare -mn true >/dev/null 2>&1') == 0;
    return;
}

sub has_ipv6 {
    return defined IO::Socket::IP->new(
        LocalHost => '::1',
        LocalPort => 0,
        Listen    => 1,
    );
}

# localhost: the addresses that this name has here.
sub localhost {
    my ($error, @found) = Socket::getaddrinfo('localhost', '',
        { socktype => Socket::SOCK_STREAM() });
    return map {
        (Socket::getnameinfo($_->{addr}, Socket::NI_NUMERICHOST(),
            Socket::NIx_NOSERV()))[1]
    } @found;
}

sub needs_ipv6 {
    skip_all('no ::1 here') unless has_ipv6();
    return;
}

# private_network(): go on in a network namespace of our own where only the
# loopback interface is up; skip the test where that is not allowed.  Call it
# first thing, for the test is executed again.
sub private_network {
    return if $ENV{ECHOD_PRIVATE_NETWORK};
    needs_namespaces();
    needs('ip');
    $ENV{ECHOD_PRIVATE_NETWORK} = 1;
    exec('unshare', '-mn', 'sh', '-c', 'ip link set lo up && exec "$@"',
        'sh', $^X, map({ "-I$_" } grep { !ref } @INC), $0, @ARGV)
        or die "unshare: $!";
}

# Orphans of the daemon become our children, so that we see how they end.
sub be_subreaper {
    my %prctl = (x86_64 => 157, aarch64 => 167, riscv64 => 167);
    my $number = $prctl{ (POSIX::uname())[4] } or return;
    syscall($number, 36, 1, 0, 0, 0);    # PR_SET_CHILD_SUBREAPER
    return;
}

# Data and clients -----------------------------------------------------------

# seeded(SEED, BYTES): reproducible bytes without a period.
sub seeded {
    my ($seed, $bytes) = @_;
    my $block = join '', map { sha512("$seed $_") } 0 .. 63;
    my $out = '';
    for (my $n = 0; length $out < $bytes; $n++) {
        my $turn = substr(sha512("$seed turn $n"), 0, 8) x 512;
        $out .= $block ^ $turn;
    }
    return substr($out, 0, $bytes);
}

# connect_to(HOST, PORT, ...): a connected, blocking IO::Socket::IP; more
# arguments go to its constructor.  undef with $@ when refused.
sub connect_to {
    my ($host, $port, %more) = @_;
    return IO::Socket::IP->new(
        PeerHost => $host,
        PeerPort => $port,
        Type     => Socket::SOCK_STREAM(),
        Timeout  => DEADLINE * scale(),
        %more,
    );
}

# transfer(SOCKET, DATA, %opt): send DATA and receive at the same time.
#   timeout  => SECONDS for all of it (10)
#   eof      => half-close when all is sent, and receive until the end
#   bytes    => receive that many (default: as many as DATA)
#   chunk    => CODE that returns the size of the next piece to send
# Returns what came back; $Echod::problem tells why it is less than expected:
# "eof", "timeout", or the text of an error ("Connection reset by peer").
sub transfer {
    my ($sock, $data, %opt) = @_;
    my $deadline = now() + ($opt{timeout} // DEADLINE) * scale();
    my $wanted = $opt{eof} ? 9**15 : $opt{bytes} // length $data;
    my ($sent, $back, $limit) = (0, '', 0);
    my $fd = fileno $sock;
    my $closed = 0;

    $problem = '';
    $sock->blocking(0);
    while (1) {
        if ($sent == length $data && $opt{eof} && !$closed++) {
            shutdown $sock, SHUT_WR;
        }
        last if length $back >= $wanted
            && ($sent == length $data || defined $opt{bytes});
        my ($in, $out) = ('', '');
        vec($in, $fd, 1) = 1;
        vec($out, $fd, 1) = 1 if $sent < length $data;
        my $left = $deadline - now();
        if ($left <= 0) {
            $problem = 'timeout';
            last;
        }
        my $n = select $in, $out, undef, $left;
        next if $n <= 0;
        if (vec($in, $fd, 1)) {
            $n = sysread $sock, $back, 262144, length $back;
            if (!defined $n && !again()) {
                $problem = "$!";
                last;
            }
            if (defined $n && $n == 0) {
                $problem = 'eof' unless $opt{eof};
                last;
            }
        }
        if (vec($out, $fd, 1)) {
            $limit ||= $opt{chunk} ? $opt{chunk}->() : 262144;
            $n = syswrite $sock, $data, $limit, $sent;
            if (!defined $n && !again()) {
                # There may still be something to read.
                $problem = "$!";
                $sent = length $data;
                $opt{eof} = 1, $closed = 1, $wanted = 9**15;
            } elsif (defined $n) {
                $sent += $n;
                $limit -= $n;
            }
        }
    }
    $sock->blocking(1);
    return $back;
}

# readable(SOCKET, SECONDS): whether there is something to read, or the end,
# after at most that time.
sub readable {
    my ($sock, $seconds) = @_;
    my $in = '';
    vec($in, fileno $sock, 1) = 1;
    return (select $in, undef, undef, $seconds) > 0;
}

sub again {
    return $! == EAGAIN || $! == EINTR;
}

# echo(SOCKET, DATA, %opt): transfer() by the name of what we expect.
sub echo {
    return transfer(@_);
}

# receive(SOCKET, BYTES, %opt): what comes, up to BYTES.
sub receive {
    my ($sock, $bytes, %opt) = @_;
    return transfer($sock, '', bytes => $bytes, %opt);
}

# receive_all(SOCKET, %opt): what comes until the end of it, which is a FIN
# if $Echod::problem is empty.
sub receive_all {
    my ($sock, %opt) = @_;
    my $back = transfer($sock, '', bytes => 9**15, %opt);
    $problem = '' if $problem eq 'eof';
    return $back;
}

# echo_once(PORT, DATA, %opt): connect, send, half-close, receive to the end.
# `host` is 127.0.0.1, `local` an address to come from; undef when refused.
sub echo_once {
    my ($port, $data, %opt) = @_;
    my @local = defined $opt{local} ? (LocalHost => $opt{local}) : ();
    my $sock = connect_to($opt{host} // '127.0.0.1', $port, @local);
    if (!$sock) {
        $problem = "$@";
        return undef;
    }
    my $back = transfer($sock, $data, eof => 1, %opt);
    close $sock;
    return $back;
}

# reset_connection(SOCKET): close it with a reset instead of a FIN.
sub reset_connection {
    my $sock = shift;
    setsockopt $sock, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
    close $sock;
    return;
}

# Processes ------------------------------------------------------------------

sub slurp {
    my $path = shift;
    open my $fh, '<:raw', $path or return undef;
    local $/;
    my $text = <$fh>;
    return $text // '';
}

# run(%opt, args => [...]): run echod to its end.  Returns its exit status
# (128 + N for signal N, undef after the deadline), standard output and
# standard error.  `prefix`, `env` and `timeout` as for start().
sub run {
    my ($class, %opt) = @_;
    my $dir = new_dir();
    my $pid = launch(
        [@{ $opt{prefix} // [] }, @WRAPPER, $ECHOD, @{ $opt{args} }],
        $dir, $opt{env});
    my $status = wait_for($pid, $opt{timeout} // DEADLINE);
    if (!defined $status) {
        kill KILL => $pid;
        wait_for($pid, DEADLINE);
    }
    return ($status, slurp("$dir/stdout"), slurp("$dir/log"));
}

# The workers become nobody, hence the mode.
sub new_dir {
    my $dir = File::Temp->newdir('echod-test.XXXXXX', TMPDIR => 1);
    chmod 0755, "$dir";
    return $dir;
}

# new_name(): a path in a folder of its own, where nothing is yet.
my @folders;

sub new_name {
    push @folders, new_dir();
    return "$folders[-1]/name";
}

# Execute a command with its output in files of DIR.  Returns its pid.
sub launch {
    my ($command, $dir, $env) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP PIPE);
    for my $name (keys %{ $env // {} }) {
        if (defined $env->{$name}) {
            $ENV{$name} = $env->{$name};
        } else {
            delete $ENV{$name};
        }
    }
    open STDIN, '<', '/dev/null' or POSIX::_exit(126);
    open STDOUT, '>>', "$dir/stdout" or POSIX::_exit(126);
    open STDERR, '>>', "$dir/log" or POSIX::_exit(126);
    no warnings 'exec';
    exec { $command->[0] } @$command;
    print STDERR "exec $command->[0]: $!\n";
    POSIX::_exit(127);
}

# The exit status of our child, 128 + N for signal N; undef: still running.
sub wait_for {
    my ($pid, $seconds) = @_;
    my $status;
    Echod::until(sub {
        my $got = waitpid $pid, POSIX::WNOHANG();
        return 0 if $got == 0;
        $status = $got == $pid ? $? : -1;
        return 1;
    }, $seconds);
    return undef unless defined $status;
    return $status if $status == -1;
    return $status & 127 ? 128 + ($status & 127) : $status >> 8;
}

# stat_of(PID): state and parent of a process, () if there is none.
sub stat_of {
    my $text = slurp("/proc/$_[0]/stat") or return;
    return $text =~ /^\d+ \(.*\) (\S) (\d+)/s ? ($1, $2) : ();
}

# is_alive(PID): it exists and is no zombie.
sub is_alive {
    my ($state) = stat_of($_[0]);
    return defined $state && $state !~ /[ZX]/;
}

sub children_of {
    my $parent = shift;
    my $list = slurp("/proc/$parent/task/$parent/children");
    return sort { $a <=> $b } split ' ', $list if defined $list;

    # A kernel that does not list them.
    my @pids;
    opendir my $dh, '/proc' or return;
    for my $pid (grep { /^\d+$/ } readdir $dh) {
        my ($state, $ppid) = stat_of($pid);
        push @pids, $pid if defined $ppid && $ppid == $parent;
    }
    return sort { $a <=> $b } @pids;
}

# descriptors(PID): a hash from number to what /proc says it is; empty when
# the process is gone.
sub descriptors {
    my $pid = shift;
    my %fd;
    opendir my $dh, "/proc/$pid/fd" or return;
    for my $n (grep { /^\d+$/ } readdir $dh) {
        my $what = readlink "/proc/$pid/fd/$n";
        $fd{$n} = $what if defined $what;
    }
    return %fd;
}

# tcp_listeners(PID): the TCP sockets that listen in its network namespace,
# a hash from inode to [address, port].
sub tcp_listeners {
    my $pid = shift // 'self';
    my %listener;
    for my $family (qw(tcp tcp6)) {
        for (split /\n/, slurp("/proc/$pid/net/$family") // '') {
            my @f = split;
            next unless ($f[3] // '') eq '0A';
            my ($host, $port) = split /:/, $f[1];
            $listener{ $f[9] } = [address($host), hex $port];
        }
    }
    return %listener;
}

# The address in /proc/net/tcp's notation: words in the machine's order.
sub address {
    my $bytes = join '', map { pack 'L', hex } $_[0] =~ /(.{8})/g;
    return Socket::inet_ntop(
        length $bytes == 4 ? Socket::AF_INET() : Socket::AF_INET6(),
        $bytes);
}

# trace(FILE, PID, ...): have strace write the system calls of these processes
# to FILE; it has taken hold of all of them on return.
sub trace {
    my ($file, @pids) = @_;
    my $strace = launch(
        ['strace', '-s', '0', '-o', $file, map { ('-p', $_) } @pids],
        dirname($file));
    Echod::until(sub {
        !grep { (slurp("/proc/$_/status") // '') =~ /^TracerPid:\s*0$/m } @pids;
    }, DEADLINE) or die "strace has no hold of @pids\n";
    return [$strace, $file];
}

# end_trace(what trace() returned): let go.  Returns the calls in their order,
# with the pid in front if there are several.
sub end_trace {
    my ($strace, $file) = @{ $_[0] };
    kill INT => $strace;
    defined wait_for($strace, DEADLINE) or die "strace does not end\n";
    return split /\n/, slurp($file);
}

# The daemon -----------------------------------------------------------------

# start(%args): a running echod; dies when it is not ready in time.
#   config  => text of the file given with -c; undef: no -c at all
#   options => [more arguments]
#   log     => 'info', 'debug', ...: -o log.level
#   mode    => 'foreground' (-F) or 'background' (-p in the test's folder;
#              the caller says where the log goes)
#   wait    => 0: do not wait until it is ready; 'idle': until its workers
#              are, as /proc tells, for a log that goes elsewhere
#   env     => {...}, undef for a variable that is to be unset
#   prefix  => [command that executes its arguments]
sub start {
    my ($class, %arg) = @_;
    my $dir = new_dir();
    my $self = bless {
        dir      => $dir,
        mode     => $arg{mode} // 'foreground',
        wait     => $arg{wait} // 1,
        lines    => [],
        read     => 0,
        partial  => '',
        mark     => 0,
        expected => [],
        seen     => {},
        inodes   => {},
        tag      => "echod-$$-" . scalar(@started) . '-' . rand,
    }, $class;
    push @started, $self;

    my @argv = @{ $arg{options} // [] };
    if (!exists $arg{config} || defined $arg{config}) {
        $self->rewrite($arg{config} // DEFAULT_CONFIG);
        unshift @argv, '-c', $self->config_file;
    }
    push @argv, '-o', "log.level=$arg{log}" if defined $arg{log};
    $self->{argv} = [@argv];
    if ($self->{mode} eq 'background') {
        $self->{pid_file} = "$dir/echod.pid";
        unshift @argv, '-p', $self->{pid_file};
    } else {
        unshift @argv, '-F';
    }
    for my $i (0 .. $#argv) {
        $self->{pid_file} = $argv[$i + 1] if $argv[$i] eq '-p';
    }
    $self->{launched} = launch(
        [@{ $arg{prefix} // [] }, @WRAPPER, $ECHOD, @argv],
        $dir,
        { %{ $arg{env} // {} }, ECHOD_TEST_TAG => $self->{tag} });
    $self->{pid} = $self->{launched};
    $self->wait_background if $self->{mode} eq 'background';
    $self->wait_ready if $arg{wait} // 1;
    return $self;
}

# The first process of the background mode ends when the service is up.
sub wait_background {
    my $self = shift;
    $self->{start_status} = wait_for($self->{launched}, START);
    my $text = slurp($self->{pid_file}) // '';
    $self->{pid} = $text =~ /^(\d+)$/ ? $1 : undef;
    $self->{status} = $self->{start_status} unless defined $self->{pid};
    return;
}

sub wait_ready {
    my ($self, $seconds) = @_;
    my $background = $self->{mode} eq 'background';
    my $ready = $background
        ? defined $self->{pid}
        : $self->{wait} eq 'idle'
        ? Echod::until(sub { $self->idle_workers >= 5 }, $seconds // START)
        : Echod::until(sub {
        $self->count_log(qr/: ready /) || !$self->is_running;
        }, $seconds // START) && $self->count_log(qr/: ready /);
    if (!$ready) {
        $self->show_log;
        die "echod is not ready, status "
            . ($self->{start_status} // $self->{status} // 'none')
            . "\n";
    }
    # Under strace the process that we started is not echod.
    if (!$background && $self->{wait} ne 'idle') {
        my ($line) = grep { /: started version=/ } $self->log_lines;
        $self->{pid} = $1 if ($line // '') =~ /\[(\d+)\]: /
            && (stat_of($1))[1];
    }
    my %fd = descriptors($self->{pid});
    $self->{descriptors} = keys %fd;
    $self->note_listeners;
    $self->limits;
    return;
}

sub dir         { return "$_[0]{dir}" }
sub pid         { return $_[0]{pid} }
sub config_file { return $_[0]->dir . '/echod.conf' }
sub pid_file    { return $_[0]{pid_file} }

# stdout: what echod wrote to standard output.
sub stdout { return slurp($_[0]->dir . '/stdout') // '' }

# rewrite(TEXT): a new configuration file in the place of the old one.
sub rewrite {
    my ($self, $text) = @_;
    my $file = $self->config_file;
    open my $fh, '>:raw', "$file.new" or die "$file.new: $!";
    print $fh $text;
    close $fh or die "$file.new: $!";
    chmod 0644, "$file.new";
    rename "$file.new", $file or die "$file: $!";
    return $file;
}

# The log --------------------------------------------------------------------

# log_lines: all complete lines so far, without their newlines.
sub log_lines {
    return @{ $_[0]->read_log };
}

# read_log: the same by reference, as there may be millions.
sub read_log {
    my $self = shift;
    if (open my $fh, '<:raw', $self->dir . '/log') {
        seek $fh, $self->{read}, 0;
        local $/;
        my $more = <$fh> // '';
        $self->{read} += length $more;
        $self->{partial} .= $more;
        my @new = split /\n/, $self->{partial}, -1;
        $self->{partial} = pop @new // '';
        push @{ $self->{lines} }, @new;
    }
    return $self->{lines};
}

# mark: what comes from now on is what wait_log() and count_log() look at.
# Returns the position, for their option `from`.
sub mark {
    my $self = shift;
    return $self->{mark} = @{ $self->read_log };
}

# wait_log(qr/RE/, %opt): wait for a line after the mark that matches; in list
# context followed by what its parentheses captured.  undef when none came.
#   timeout => SECONDS (10)
#   from    => position, from mark()
#   count   => the how manieth such line (1)
sub wait_log {
    my ($self, $re, %opt) = @_;
    my $from = $opt{from} // $self->{mark};
    my ($found, @captured);
    Echod::until(sub {
        my $nth = $opt{count} // 1;
        my $lines = $self->read_log;
        for my $line (@$lines[$from .. $#$lines]) {
            my @got = $line =~ $re or next;
            next if --$nth > 0;
            @captured = defined $1 ? @got : ();
            $found = $line;
            return 1;
        }
        return 0;
    }, $opt{timeout} // DEADLINE);
    Test::More::diag("waited in vain for $re in the log")
        unless defined $found || $opt{quiet};
    return wantarray ? ($found, @captured) : $found;
}

# count_log(qr/RE/, %opt): how many lines after the mark match.
sub count_log {
    my ($self, $re, %opt) = @_;
    my $lines = $self->read_log;
    return scalar grep { $_ =~ $re }
        @$lines[($opt{from} // $self->{mark}) .. $#$lines];
}

# expect_log(qr/RE/, ...): warnings and errors that belong to this test.
sub expect_log {
    my ($self, @re) = @_;
    push @{ $self->{expected} }, @re;
    return;
}

# Lines that should give an operator pause, and that no test expects.
sub alarms {
    my $self = shift;
    my @alarms;
    for my $line ($self->log_lines) {
        next unless $line =~ /(?:^|: )(?:warning|error): /
            || $line =~ /Sanitizer|runtime error/;
        push @alarms, $line
            unless grep { $line =~ $_ } @{ $self->{expected} };
    }
    return @alarms;
}

sub show_log {
    my $self = shift;
    my @lines = $self->log_lines;
    my $cut = @lines > 200 ? @lines - 200 : 0;
    Test::More::diag("the log of echod pid " . ($self->{pid} // '?')
        . ($cut ? ", without the first $cut lines" : '') . ':');
    Test::More::diag("  $_") for @lines[$cut .. $#lines];
    Test::More::diag("  $self->{partial}") if $self->{partial} ne '';
    return;
}

# Where it listens -----------------------------------------------------------

# Each listener that was ever reported, in that order: [address, port].  A
# daemon whose log goes elsewhere is asked through /proc.
sub listeners {
    my $self = shift;
    my @found;
    for ($self->log_lines) {
        push @found, [$1, $2]
            if /: listening on (\S+) port (\d+)$/;
    }
    return @found if @found;
    my %mine = $self->note_listeners;
    return map { $mine{$_} } sort { $a <=> $b } keys %mine;
}

sub addresses { return map { $_->[0] } $_[0]->listeners }
sub ports     { return map { $_->[1] } $_[0]->listeners }
sub port      { return ($_[0]->ports)[$_[1] // 0] }

# port_of(ADDRESS): the newest port reported for it.
sub port_of {
    my ($self, $address) = @_;
    my %port = map { @$_ } $self->listeners;
    return $port{$address};
}

# inodes: the inodes of its listening sockets now, sorted.
sub listener_inodes {
    my %mine = $_[0]->note_listeners;
    return sort { $a <=> $b } keys %mine;
}

# What the master holds open and listens on; remembered for finish().
sub note_listeners {
    my $self = shift;
    my %fd = defined $self->{pid} ? descriptors($self->{pid}) : ();
    my %all = %fd ? tcp_listeners($self->{pid}) : ();
    my %mine;
    for (values %fd) {
        $mine{$1} = $all{$1} if /^socket:\[(\d+)\]$/ && $all{$1};
    }
    $self->{inodes}{$_} = 1 for keys %mine;
    return %mine;
}

# connect(INDEX_OR_PORT, ...): connect to a listener, by its place in the log
# (0 is the first, and the default) or by its port; more arguments go to
# IO::Socket::IP.
sub connect {
    my ($self, $which, %more) = @_;
    my @all = $self->listeners;
    $which //= 0;
    my ($l) = $which < @all ? $all[$which]
        : grep { $_->[1] == $which } reverse @all;
    my $host = $l ? $l->[0] : '127.0.0.1';
    $host = '127.0.0.1' if $host eq '0.0.0.0';
    $host = '::1' if $host eq '::';
    return connect_to($host, $l ? $l->[1] : $which, %more);
}

# Its processes --------------------------------------------------------------

sub is_running {
    my $self = shift;
    return 0 if defined $self->{status};
    my $status = wait_for($self->{launched}, 0);
    if ($self->{mode} eq 'background') {
        return defined $self->{pid} && is_alive($self->{pid});
    }
    $self->{status} = $status;
    return !defined $status;
}

# children: the pids of the master's children, zombies included.
sub children {
    my $self = shift;
    return defined $self->{pid} ? children_of($self->{pid}) : ();
}

# role(PID): what a process of echod is, by the name that it gave itself:
# 'worker', 'logger' or 'loader'; 'new' for a child that still has the master's
# name; 'zombie' for one that has ended.
sub role {
    my ($self, $pid) = @_;
    return 'zombie' unless is_alive($pid);
    my ($role) = (slurp("/proc/$pid/comm") // '') =~ /^echod:(\w+)$/;
    return ($role // 'master') eq 'master' ? 'new' : $role;
}

# workers: the pids of those that are confined, whether or not they have a
# client or are about to leave.
sub workers {
    my $self = shift;
    return grep { $self->role($_) eq 'worker' } $self->children;
}

sub logger {
    my $self = shift;
    return (grep { $self->role($_) eq 'logger' } $self->children)[0];
}

# idle_workers: those that wait for a client.  busy_workers: those with one.
sub idle_workers {
    my $self = shift;
    return map { $_->[0] } grep { !$_->[1] } $self->looked_at;
}

sub busy_workers {
    my $self = shift;
    return map { $_->[0] } grep { $_->[1] } $self->looked_at;
}

# still_waits(PID): a worker that waits for clients, and is not frozen.
sub still_waits {
    my $pid = shift;
    my %fd = descriptors($pid);
    return 0 unless grep { /eventpoll/ } values %fd;
    return ((stat_of($pid))[0] // 'Z') ne 'T';
}

# Each worker with whether it has a socket that does not listen.
sub looked_at {
    my $self = shift;
    my @found;
    my %listening = tcp_listeners($self->{pid});
    for my $pid ($self->workers) {
        my %fd = descriptors($pid) or next;
        my $busy = grep { /^socket:\[(\d+)\]$/ && !$listening{$1} }
            values %fd;
        # One that leaves does not wait any more.
        my $waits = grep { /eventpoll/ } values %fd;
        push @found, [$pid, $busy || !$waits];
    }
    return @found;
}

sub signal {
    my ($self, $name) = @_;
    return kill $name => $self->{pid};
}

# reload: HUP, and wait for the line that says how it went; returns it.  When
# it is done, whoever connects next is served as the file says now.
sub reload {
    my ($self, %opt) = @_;
    my $from = () = $self->log_lines;
    my @old = grep { $self->role($_) =~ /^(?:worker|new)$/ } $self->children;
    $self->signal('HUP');
    my $line = $self->wait_log(qr/: reload (?:done|failed|refused)/,
        from => $from, timeout => START, %opt);
    # One that has not left yet may take a client as it was told before.
    Echod::until(sub { !grep { still_waits($_) } @old })
        if ($line // '') =~ /done/;
    $self->note_listeners;
    $self->limits if ($line // '') =~ /done/;
    return $line;
}

# stop(SIGNAL, %opt): look at the pool and at the master first, then signal
# and wait at most `timeout` seconds (10) for the end.  Returns the exit
# status, 128 + N for signal N, undef if it did not end.
sub stop {
    my ($self, $signal, %opt) = @_;
    return $self->{status} if defined $self->{status};
    $self->look(%opt) unless $opt{unseen};
    $self->signal($signal // 'TERM');
    return $self->wait_end($opt{timeout});
}

# wait_end(SECONDS): wait for the end of the master; returns as stop().
sub wait_end {
    my ($self, $seconds) = @_;
    return $self->{status} if defined $self->{status};
    my $pid = $self->{mode} eq 'background' ? $self->{pid}
        : $self->{launched};
    my $status = wait_for($pid, $seconds // DEADLINE);
    Test::More::diag("echod did not end in time") unless defined $status;
    return $self->{status} = $status;
}

sub status {
    my $self = shift;
    $self->is_running;
    return $self->{status};
}

# left_over: the pids of all processes that descend from what we started,
# found by a variable in their environment.
sub left_over {
    my $self = shift;
    my $tag = "ECHOD_TEST_TAG=$self->{tag}";
    my @pids;
    opendir my $dh, '/proc' or return;
    for my $pid (grep { /^\d+$/ } readdir $dh) {
        my $env = slurp("/proc/$pid/environ") or next;
        push @pids, $pid if index("\0$env\0", "\0$tag\0") >= 0
            && is_alive($pid);
    }
    return @pids;
}

# The oracles ----------------------------------------------------------------

# The pool's bounds as configured; the last good ones while the file is bad.
sub limits {
    my $self = shift;
    my @args = ('-T', @{ $self->{argv} });
    my $dir = new_dir();
    my $pid = launch([$ECHOD, @args, '-l', '127.0.0.1:0'], $dir);
    if ((wait_for($pid, DEADLINE) // 1) == 0) {
        my $text = slurp("$dir/stdout");
        my %limit = $text =~ /\b(min_spare|max_spare|max)\s*=\s*(\d+)/g;
        $self->{limits} = \%limit if keys %limit == 3;
    }
    return $self->{limits} //= { min_spare => 5, max_spare => 10,
        max => 256 };
}

# Why the pool is not as it should be, '' when it is.
sub pool_fault {
    my $self = shift;
    my %limit = %{ $self->{limits} };
    my @zombies = grep { !is_alive($_) } $self->children;
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

# Observe what has to be seen before the stop.  Waits for a quiet state, for
# `settle` seconds (3) at most; the master retires a part of what is too many
# each second, so these seconds begin anew whenever a worker has gone.
sub look {
    my ($self, %opt) = @_;
    my ($fault, $master, $fewest, $fewer);
    $self->limits unless $opt{limits};
    $self->{limits} = { %{ $self->{limits} }, %{ $opt{limits} } }
        if $opt{limits};
    $self->note_listeners;
    my $quiet = sub {
        my %fd = descriptors($self->{pid});
        my $more = keys(%fd) - $self->{descriptors};
        $master =
              !is_alive($self->{pid}) ? 'it is gone'
            : abs($more) > ($opt{slack} // 1)
            ? "$more descriptors more than after the start: "
            . join(' ', sort values %fd)
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
        Echod::until($quiet, $opt{settle} // SETTLED);
    } while $fewer;
    $self->{fault}{master} = $master;
    $self->{fault}{pool} = $fault;
    return;
}

# finish(%opt): six assertions about the daemon, after stopping it if that
# has not been done.
#   status => expected exit status (0)
#   signal => to stop it with (TERM); timeout => seconds for that (10)
#   settle => seconds for the pool to get within its bounds (3)
#   slack  => descriptors that the master may have more or less (1)
#   limits => { min_spare, max_spare, max }, when not as in the file
#   unseen => 1: the master and its pool cannot be as usual before the stop
sub finish {
    my ($self, %opt) = @_;
    my $wanted = $opt{status} // 0;

    $self->look(%opt) if !defined $self->status && !$opt{unseen};
    $self->stop($opt{signal}, %opt, unseen => 1);
    my %fault = %{ $self->{fault} // {} };
    my @results = (
        ['O2: the master lived and lost no descriptor',
            $fault{master} // ''],
        ['O3: the pool was within its bounds, no zombie',
            $fault{pool} // ''],
        ['O4: no unexpected warning or error in the log',
            join "\n", $self->alarms],
        ["O5: the exit status is $wanted",
            ($self->{status} // 'none') eq $wanted ? ''
            : 'it is ' . ($self->{status} // 'none')],
        ['O5: no process is left', $self->processes_fault],
        ['O5: no listener and no pid file is left',
            $self->traces_fault],
    );
    my $good = 1;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    for (@results) {
        my ($name, $why) = @$_;
        Test::More::ok($why eq '', $name) and next;
        Test::More::diag($why);
        $good = 0;
    }
    $self->{finished} = 1;
    return $good;
}

sub processes_fault {
    my $self = shift;
    my @pids;
    Echod::until(sub { return !(@pids = $self->left_over) }, SOON);
    return join "\n", map {
        my $name = slurp("/proc/$_/comm") // "?\n";
        "still there: pid $_ $name";
    } @pids;
}

# By inode: the same port may be another daemon's by now.  A process in the
# middle of its exit is not found any more, but closes its sockets later.
sub traces_fault {
    my $self = shift;
    my (%all, @left);
    Echod::until(sub {
        %all = tcp_listeners();
        return !(@left = grep { $self->{inodes}{$_} } keys %all);
    }, SOON);
    return 'still listening: ' . join ' ', map { "@{ $all{$_} }" } @left
        if @left;
    return "pid file $self->{pid_file} is still there"
        if defined $self->{pid_file} && -e $self->{pid_file};
    return '';
}

END {
    if ($$ == $owner) {
        my $status = $?;
        my $bad = $status != 0
            || !Test::More->builder->is_passing;
        for my $d (@started) {
            kill KILL => $_ for $d->left_over;
            $d->show_log if $bad;
        }
        undef @started;
        $? = $status;
    }
}

1;
