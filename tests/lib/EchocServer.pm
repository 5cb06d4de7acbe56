# SPDX-License-Identifier: ISC
package EchocServer;

=head1 NAME

EchocServer - an echo server that is good, or bad in one chosen way

=head1 SYNOPSIS

    my $good = EchocServer->start;
    my $bad = EchocServer->start(fault => 'flip', at => 1000);
    ... $bad->port ...
    is($bad->connections, 1, 'one connection came');
    $bad->stop;

=head1 FAULTS

Each holds for every connection, or for the one whose number is `only` (1 is
the first).  `at` counts the bytes of one connection, 0 unless given.

    none
    flip          one bit of byte `at` is another
    drop          byte `at` is missing
    repeat        the block of `block` (4096) bytes at `at` comes twice
    swap          the two blocks of `block` bytes at `at` change places
    replace       TEXT stands where other bytes should, from `at` on
    extra         `text` ("extra") comes after the end of the client's data,
                  or, when `at` is given, in front of byte `at`
    early         no more after `at` bytes, but a FIN; never a reset
    reset         no more after `at` bytes, but a reset
    silent        reads, and never answers
    stall         stops for `for` (1) seconds after each `every` bytes, or
                  once, after `at`
    unread        accepts, and never reads
    no_close      echoes, and keeps the connection when the client has ended
    accept_never  listens (`backlog` 128) and never accepts; `full` => 1: and
                  nobody can connect any more
    refuse        nobody listens on the port

With any of them:

    address, port            where to listen (127.0.0.1, any)
    chunk => N               echo in pieces of N bytes, each sent at once
    stall => S, period => P  stop all of it for the last S of each P seconds,
                             counted from the first connection
    rcvbuf, sndbuf           sizes of the sockets' buffers
    most => N                accept N connections, and have others refused

=cut

use strict;
use warnings;

use Errno qw(EAGAIN EINTR);
use IO::Handle;
use IO::Socket::IP;
use List::Util qw(max min);
use POSIX ();
use Scalar::Util qw(weaken);
use Socket qw(IPPROTO_TCP SHUT_WR SOL_SOCKET SO_LINGER SO_RCVBUF SO_SNDBUF
    TCP_NODELAY);
use Test::More ();

use Echod;

# What is read at once, and when to wait until the client takes some.
use constant { READ => 65536, FULL => 65536, EVER => 9**15 };
# What the file of connections has for each.
use constant RECORD => 64;

my %known = map { $_ => 1 } qw(none flip drop repeat swap replace extra early
    reset silent stall unread no_close accept_never refuse);
my @started;

# Starting and stopping ------------------------------------------------------

sub start {
    my ($class, %arg) = @_;
    my $self = bless {
        fault   => 'none',
        address => '127.0.0.1',
        port    => 0,
        backlog => 128,
        block   => 4096,
        text    => 'extra',
        for     => 1,
        owner   => $$,
        %arg,
    }, $class;
    my $fault = $self->{fault};
    die "no such fault: $fault\n" unless $known{$fault};
    $self->listen;
    open $self->{log}, '+>', undef or die "a temporary file: $!\n";
    $self->fork_server unless $fault =~ /^(?:accept_never|refuse)$/;
    remember($self);
    return $self;
}

# tutorial(%arg): the server of the tutorial, one client after the other, 16
# bytes at a time.  `port` as above.  Skips where there is no Python.
my $tutorial = <<'END';
import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind(('localhost', int(sys.argv[1])))
sock.listen(1)
print(sock.getsockname()[1], flush=True)
while True:
    connection, client_address = sock.accept()
    try:
        while True:
            data = connection.recv(16)
            if data:
                connection.sendall(data)
            else:
                break
    finally:
        connection.close()
END

sub tutorial {
    my ($class, %arg) = @_;
    my $python = Echod::has('python3');
    Test::More::skip('no python3 here', 1) unless $python;

    my $self = bless { address => '127.0.0.1', owner => $$ }, $class;
    pipe my $reader, my $writer or die "pipe: $!\n";
    $self->{pid} = fork_child(sub {
        open STDOUT, '>&', $writer or die "STDOUT: $!\n";
        exec $python, '-c', $tutorial, $arg{port} // 0;
        die "exec $python: $!\n";
    });
    close $writer;
    my $line = Echod::readable($reader, Echod::START * Echod::scale())
        ? readline $reader : undef;
    ($self->{port}) = ($line // '') =~ /^(\d+)$/
        or die "the tutorial's server does not start\n";
    remember($self);
    return $self;
}

# The end of the test is the end of all that it started.
sub remember {
    push @started, $_[0];
    weaken($started[-1]);
    return;
}

sub host { return $_[0]{address} }
sub port { return $_[0]{port} }

# target: address and port in one word.
sub target {
    my $self = shift;
    my $host = $self->{address};
    return ($host =~ /:/ ? "[$host]" : $host) . ":$self->{port}";
}

# connections: how many it has accepted so far; the tutorial's does not count.
sub connections {
    my $self = shift;
    return defined $self->{log} ? (-s $self->{log}) / RECORD : undef;
}

# accepted: for each of them when that was, by Echod::now(), and the address it
# came from.
sub accepted {
    my $self = shift;
    # Another position than that at which the server writes.
    my $text = Echod::slurp("/proc/self/fd/" . fileno $self->{log});
    return map { [split] } split /\n/, $text // '';
}

sub stop {
    my $self = shift;
    delete @$self{qw(socket filling)};
    my $pid = delete $self->{pid} // return;
    for my $signal (qw(TERM KILL)) {
        kill $signal => $pid;
        last if defined Echod::wait_for($pid, Echod::SETTLED);
    }
    return;
}

sub DESTROY {
    my $self = shift;
    local ($?, $@, $!);
    $self->stop if $self->{owner} == $$;
    return;
}

END {
    my $status = $?;
    for my $server (grep { defined } @started) {
        $server->stop if $server->{owner} == $$;
    }
    $? = $status;
}

sub listen {
    my $self = shift;
    my $fault = $self->{fault};
    my $backlog = $self->{full} ? 0 : $self->{backlog};
    my $socket = IO::Socket::IP->new(
        LocalHost => $self->{address},
        LocalPort => $self->{port},
        Type      => Socket::SOCK_STREAM(),
        ReuseAddr => 1,
    ) or die "$self->{address} port $self->{port}: $@\n";

    # What is accepted inherits these; they have no effect afterwards.
    my %size = (rcvbuf => SO_RCVBUF, sndbuf => SO_SNDBUF);
    for (grep { $self->{$_} } keys %size) {
        setsockopt $socket, SOL_SOCKET, $size{$_}, $self->{$_}
            or die "$_: $!\n";
    }
    $self->{port} = $socket->sockport;
    $self->{socket} = $socket;
    # A port that is bound is nobody else's, and connecting to it is refused.
    return if $fault eq 'refuse';
    CORE::listen($socket, $backlog) or die "listen: $!\n";
    $self->fill if $self->{full};
    return;
}

# Take all the places in the queue.
sub fill {
    my $self = shift;
    for (1 .. 8) {
        my $sock = IO::Socket::IP->new(
            PeerHost => $self->{address},
            PeerPort => $self->{port},
            Type     => Socket::SOCK_STREAM(),
            Timeout  => 0.5,
        ) or return;
        push @{ $self->{filling} }, $sock;
    }
    die "the queue is never full\n";
}

sub fork_server {
    my $self = shift;
    my $listener = delete $self->{socket};
    $self->{pid} = fork_child(sub { $self->serve($listener) });
    return;
}

# fork_child(CODE): run CODE in a process that ends when the test does.
sub fork_child {
    my $code = shift;
    my $parent = $$;
    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;

    my %prctl = (x86_64 => 157, aarch64 => 167, riscv64 => 167);
    my $number = $prctl{ (POSIX::uname())[4] };
    syscall($number, 1, POSIX::SIGKILL(), 0, 0, 0)    # PR_SET_PDEATHSIG
        if defined $number;
    POSIX::_exit(1) if getppid != $parent;
    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP);
    # Whoever reads what the test says is not to wait for us.
    open STDIN, '<', '/dev/null';
    open STDOUT, '>', '/dev/null';
    eval { $code->(); 1 } or print STDERR "the server: $@";
    POSIX::_exit(1);
}

# Serving --------------------------------------------------------------------

# A connection is a hash:
#   sock, fd
#   change  CODE(DATA, EOF): the stream with its fault in it; undef: as it is
#   out     what is still to be sent; sent: how much was
#   limit   how much may be sent at all
#   pause   after how many bytes it stops for a while; wake: until when
#   eof     the client has ended; mute: so have we
sub serve {
    my ($self, $listener) = @_;
    my $lfd = fileno $listener;
    my %conn;

    $SIG{PIPE} = 'IGNORE';
    raise_limit();
    $listener->blocking(0);
    $self->{conn} = \%conn;
    $self->{in} = $self->{out} = '';
    vec($self->{in}, $lfd, 1) = 1;
    while (1) {
        my ($in, $out) = @$self{qw(in out)};
        next if select($in, $out, undef, $self->patience) < 0;
        $self->pause_all;
        $self->wake;
        if (vec($in, $lfd, 1)) {
            vec($in, $lfd, 1) = 0;
            $self->accept_all($listener);
        }
        for my $c (map { $conn{$_} // () } bits($in)) {
            $self->take($c);
            $self->settle($c);
        }
        for my $c (map { $conn{$_} // () } bits($out)) {
            $self->give($c);
            $self->settle($c);
        }
    }
}

# As many connections as the system grants.
sub raise_limit {
    my %prlimit = (x86_64 => 302, aarch64 => 261, riscv64 => 261);
    my $number = $prlimit{ (POSIX::uname())[4] } // return;
    my $limit = pack 'QQ', 0, 0;
    return if syscall($number, 0, 7, 0, $limit) != 0;    # RLIMIT_NOFILE
    my ($soft, $hard) = unpack 'QQ', $limit;
    syscall($number, 0, 7, pack('QQ', $hard, $hard), 0);
    return;
}

# The numbers of the bits that are set.
sub bits {
    my $text = unpack 'b*', $_[0];
    my @found;
    for (my $i = 0; ($i = index $text, '1', $i) >= 0; $i++) {
        push @found, $i;
    }
    return @found;
}

sub accept_all {
    my ($self, $listener) = @_;
    while (accept my $sock, $listener) {
        $sock->blocking(0);
        setsockopt $sock, IPPROTO_TCP, TCP_NODELAY, 1;
        my $now = Echod::now();
        $self->note($now, $sock);
        $self->{first} //= $now;
        my $number = ++$self->{accepted};
        my $fault = ($self->{only} // $number) == $number
            ? $self->{fault} : 'none';
        my $fd = fileno $sock;
        my $c = $self->{conn}{$fd} = {
            sock   => $sock,
            fd     => $fd,
            fault  => $fault,
            change => $self->change($fault),
            out    => '',
            sent   => 0,
            limit  => $fault =~ /^(?:early|reset)$/
                ? $self->{at} // 0 : EVER,
            pause  => $fault eq 'stall'
                ? $self->{at} // $self->{every} // EVER : EVER,
        };
        $self->settle($c);
        next unless $number == ($self->{most} // 0);
        # It listens no more, before it answers the last one.
        shutdown $listener, 0;
        vec($self->{in}, fileno $listener, 1) = 0;
        return;
    }
    return;
}

# One record a connection, of a length that can be counted.
sub note {
    my ($self, $now, $sock) = @_;
    my $name = getpeername $sock;
    my (undef, $host) = defined $name
        ? Socket::getnameinfo($name, Socket::NI_NUMERICHOST(),
        Socket::NIx_NOSERV()) : ();
    my $line = sprintf '%.6f %s', $now, $host // '?';
    syswrite $self->{log}, sprintf "%-*.*s\n", (RECORD - 1) x 2, $line;
    return;
}

# take(C): read once, and send at once what can be sent.
sub take {
    my ($self, $c) = @_;
    my $n = sysread $c->{sock}, my $data, READ;
    if (!defined $n) {
        $self->forget($c) unless $! == EAGAIN || $! == EINTR;
        return;
    }
    $c->{eof} = 1 if $n == 0;
    return if $c->{mute} || $c->{fault} eq 'silent';
    $c->{out} .= $c->{change} ? $c->{change}->($data, $c->{eof}) : $data;
    $self->give($c);
    return;
}

# give(C): send what can be sent.
sub give {
    my ($self, $c) = @_;
    return if $c->{wake};
    while ($c->{out} ne '' || $c->{sent} == $c->{limit}) {
        my $bytes = min(length $c->{out}, $self->{chunk} // EVER,
            $c->{limit} - $c->{sent}, $c->{pause} - $c->{sent});
        if ($c->{sent} == $c->{limit}) {
            $self->cut($c);
            return;
        }
        my $n = syswrite $c->{sock}, $c->{out}, $bytes;
        if (!defined $n) {
            $self->forget($c) unless $! == EAGAIN || $! == EINTR;
            return;
        }
        substr $c->{out}, 0, $n, '';
        $c->{sent} += $n;
        if ($c->{sent} == $c->{pause}) {
            $c->{pause} = defined $self->{at} ? EVER
                : $c->{sent} + $self->{every};
            $c->{wake} = Echod::now() + $self->{for};
            $self->{asleep}{ $c->{fd} } = $c;
            return;
        }
    }
    return;
}

# cut(C): it has echoed all that it will.
sub cut {
    my ($self, $c) = @_;
    if ($c->{fault} eq 'reset') {
        setsockopt $c->{sock}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
        $self->forget($c);
        return;
    }
    # Closing with something unread would be a reset.
    shutdown $c->{sock}, SHUT_WR;
    @$c{qw(mute out limit)} = (1, '', EVER);
    return;
}

# settle(C): close it if it has ended, else say what to wait for.
sub settle {
    my ($self, $c) = @_;
    return unless ($self->{conn}{ $c->{fd} } // 0) == $c;
    my $over = $c->{eof} && $c->{out} eq '' && !$c->{wake};
    if ($over && $c->{fault} !~ /^(?:silent|no_close)$/) {
        $self->forget($c);
        return;
    }
    vec($self->{in}, $c->{fd}, 1) = !$c->{eof} && !$c->{wake}
        && $c->{fault} ne 'unread' && length $c->{out} < FULL ? 1 : 0;
    vec($self->{out}, $c->{fd}, 1) = $c->{out} ne '' && !$c->{wake} ? 1 : 0;
    return;
}

sub forget {
    my ($self, $c) = @_;
    vec($self->{$_}, $c->{fd}, 1) = 0 for qw(in out);
    delete $self->{$_}{ $c->{fd} } for qw(conn asleep);
    close $c->{sock};
    return;
}

# Stalls ---------------------------------------------------------------------

# patience: until which moment select() may wait, as seconds; undef: for ever.
sub patience {
    my $self = shift;
    my @asleep = values %{ $self->{asleep} // {} } or return undef;
    return max(0, min(map { $_->{wake} } @asleep) - Echod::now());
}

sub wake {
    my $self = shift;
    my $now = Echod::now();
    for my $c (grep { $_->{wake} <= $now } values %{ $self->{asleep} }) {
        delete $self->{asleep}{ $c->{fd} };
        delete $c->{wake};
        $self->give($c);
        $self->settle($c);
    }
    return;
}

# pause_all: whether it is time to stop all of it, and until that is over.
sub pause_all {
    my $self = shift;
    return unless $self->{period} && defined $self->{first};
    my $phase = POSIX::fmod(Echod::now() - $self->{first}, $self->{period});
    my $left = $self->{period} - $phase;
    Time::HiRes::sleep($left) if $left <= $self->{stall};
    return;
}

# Faults of the stream -------------------------------------------------------

sub change {
    my ($self, $fault) = @_;
    my ($at, $block, $text) = ($self->{at} // 0, @$self{qw(block text)});
    return
          $fault eq 'flip'    ? region($at, 1, sub { $_[0] ^ "\x01" })
        : $fault eq 'drop'    ? region($at, 1, sub { '' })
        : $fault eq 'repeat'  ? region($at, $block, sub { $_[0] x 2 })
        : $fault eq 'swap'    ? region($at, 2 * $block, \&swap)
        : $fault eq 'replace' ? region($at, length $text,
            sub { substr $text, 0, length $_[0] })
        : $fault ne 'extra'   ? undef
        : defined $self->{at} ? region($at, 0, sub { $text })
        : sub { $_[1] ? "$_[0]$text" : $_[0] };
}

# The second half first; what came too late for that as it is.
sub swap {
    my $data = shift;
    my $half = length($data) >> 1;
    return substr($data, $half) . substr($data, 0, $half);
}

# region(AT, LENGTH, CODE): hold back the bytes of one region until they are
# complete, or the stream ends, and send what CODE makes of them.
sub region {
    my ($before, $length, $code) = @_;
    my ($held, $done) = ('', 0);
    return sub {
        my ($data, $eof) = @_;
        return $data if $done;
        my $out = substr $data, 0, $before, '';
        $before -= length $out;
        return $out if $before > 0 || ($data eq '' && !$eof);
        $held .= substr $data, 0, $length - length $held, '';
        return $out unless length $held == $length || $eof;
        $done = 1;
        return $out . $code->($held) . $data;
    };
}

1;
