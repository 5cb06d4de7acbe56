# SPDX-License-Identifier: ISC
#
# EchodLoad: clients in processes of their own, as many as it takes to keep a
# server busy while the test does something to it, and bursts of clients that
# come all at once.
#
#	my $load = EchodLoad->start(port => $d->port(0), clients => 4);
#	...
#	my $result = $load->stop;	# connections, bytes, errors, slowest
#
# Each client connects, sends seeded messages, compares every byte that comes
# back, half-closes, wants the end of the stream, and begins again.  Anything
# else is an error, and no error is forgiven here.
package EchodLoad;

use strict;
use warnings;

use Errno qw(EAGAIN EINPROGRESS EINTR);
use File::Temp ();
use IO::Handle ();
use POSIX ();
use Socket qw(:DEFAULT SOCK_NONBLOCK IPPROTO_TCP TCP_NODELAY SOL_SOCKET
  SO_RCVTIMEO SO_SNDTIMEO pack_sockaddr_in6 inet_pton AF_INET6);
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime);

use constant RECORD => 16;    # bytes of a client in the file of counters

my @running;

sub _now { return clock_gettime(CLOCK_MONOTONIC) }

# The address of a port, for connect.
sub _address {
    my ($host, $port) = @_;
    return $host =~ /:/
      ? (AF_INET6, pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)))
      : (AF_INET, pack_sockaddr_in($port, inet_aton($host)));
}

# start: port or ports, host (127.0.0.1), clients (4), and the bounds of it:
# seconds (as many as a test has) and, if wanted, connections of each client.
# messages: how many a connection sends at most (3); size: bytes of each at
# most (4000); rate: connections a second of each client at most; patience:
# seconds after which a client calls a silent server an error (10).
sub start {
    my ($class, %o) = @_;
    my $self = bless {
        ports       => $o{ports} || [ $o{port} ],
        host        => $o{host} || '127.0.0.1',
        clients     => $o{clients} || 4,
        seconds     => $o{seconds} || $ENV{ECHOD_TEST_TIMEOUT} || 300,
        connections => $o{connections} || 0,
        messages    => $o{messages} || 3,
        size        => $o{size} || 4000,
        rate        => $o{rate} || 0,
        patience    => $o{patience} || 10,
        seed        => $o{seed} || 1,
        counters    => File::Temp->new,
        errors      => File::Temp->new,
        pids        => [],
        owner       => $$,
    }, $class;
    $self->{errors}->autoflush(1);
    STDOUT->flush;
    STDERR->flush;
    for my $id (0 .. $self->{clients} - 1) {
        my $pid = fork;
        die "fork: $!" if !defined $pid;
        if ($pid == 0) {
            eval { $self->_client($id); 1 }
              or $self->_error($id, "died: $@");
            POSIX::_exit(0);
        }
        push @{ $self->{pids} }, $pid;
    }
    push @running, $self;
    return $self;
}

# The counters live in a file, one record a client, so that whoever forked it
# can read them at any time: connections, milliseconds of the slowest.
sub _count {
    my ($self, $id, $connections, $slowest) = @_;
    sysseek $self->{counters}, $id * RECORD, 0;
    syswrite $self->{counters},
      pack('Q Q', $connections, int($slowest * 1000));
    return;
}

sub _error {
    my ($self, $id, $text) = @_;
    # One write to a file opened for appending: lines never mix.
    open my $fh, '>>', $self->{errors}->filename or return;
    syswrite $fh, "client $id: $text\n";
    close $fh;
    return;
}

sub _client {
    my ($self, $id) = @_;
    my ($stop, $done, $slowest, $bytes) = (0, 0, 0, 0);
    my $end = _now() + $self->{seconds};
    local $SIG{TERM} = sub { $stop = 1 };
    local $SIG{PIPE} = 'IGNORE';
    local $SIG{__DIE__};
    srand $self->{seed} * 1000 + $id;
    # The offset in the file is shared with our siblings: our own, please.
    open my $counters, '+<', $self->{counters}->filename or die "open: $!";
    $self->{counters} = $counters;
    my $block = pack 'L*', map { int rand 2**32 } 1 .. 16384;
    my $n     = @{ $self->{ports} };
    while (!$stop && _now() < $end) {
        my $port   = $self->{ports}[ ($id + $done) % $n ];
        my $before = _now();
        my $error  = $self->_connection($port, $block);
        my $took   = _now() - $before;
        if (defined $error) {
            $self->_error($id,
                sprintf 'connection %d, port %d, after %.3f s: %s',
                $done + 1, $port, $took, $error);
        }
        $slowest = $took if $took > $slowest;
        $done++;
        $self->_count($id, $done, $slowest);
        last if $self->{connections} && $done >= $self->{connections};
        if ($self->{rate}) {
            my $rest = 1 / $self->{rate} - (_now() - $before);
            select undef, undef, undef, $rest if $rest > 0;
        }
    }
    return;
}

# One connection from beginning to end.  undef, or what went wrong.
sub _connection {
    my ($self, $port, $block) = @_;
    my ($family, $address) = _address($self->{host}, $port);
    socket(my $s, $family, SOCK_STREAM, 0) or return "socket: $!";
    my $patience = pack 'l! l!', $self->{patience}, 0;
    setsockopt $s, SOL_SOCKET, SO_RCVTIMEO, $patience;
    setsockopt $s, SOL_SOCKET, SO_SNDTIMEO, $patience;
    setsockopt $s, IPPROTO_TCP, TCP_NODELAY, 1;
    # After a signal the connection goes on being made, all the same.
    if (!connect $s, $address) {
        return "connect: $!" if $! != EINTR;
        my $bits = '';
        vec($bits, fileno $s, 1) = 1;
        select undef, $bits, undef, $self->{patience};
        my $errno = unpack 'i', getsockopt $s, SOL_SOCKET, SO_ERROR;
        if ($errno) {
            local $! = $errno;
            return "connect: $!";
        }
    }
    for my $message (1 .. 1 + int rand $self->{messages}) {
        my $size = 1 + int rand $self->{size};
        my $from = int rand(length($block) - $size);
        my $data = substr $block, $from, $size;
        my $back = '';
        my $sent = 0;
        while ($sent < $size) {
            my $w = syswrite $s, $data, $size - $sent, $sent;
            next if !defined $w && $! == EINTR;
            return "send, message $message: $!" if !defined $w;
            $sent += $w;
        }
        while (length $back < $size) {
            my $r = sysread $s, $back, $size - length $back, length $back;
            next if !defined $r && $! == EINTR;
            return sprintf 'receive, message %d, %d of %d bytes: %s',
              $message, length $back, $size, $!
              if !defined $r;
            return sprintf 'end of stream in message %d, %d of %d bytes',
              $message, length $back, $size
              if $r == 0;
        }
        return "message $message came back different" if $back ne $data;
    }
    shutdown $s, 1 or return "shutdown: $!";
    my $r;
    do { $r = sysread $s, my $rest, 1 } while !defined $r && $! == EINTR;
    return "waiting for the end of the stream: $!" if !defined $r;
    return 'a byte more than was sent' if $r != 0;
    return undef;
}

sub _counters {
    my ($self) = @_;
    my ($connections, $slowest) = (0, 0);
    open my $fh, '<', $self->{counters}->filename or die "open: $!";
    binmode $fh;
    local $/ = \RECORD;
    while (my $record = readline $fh) {
        last if length $record < RECORD;
        my ($n, $ms) = unpack 'Q Q', $record;
        $connections += $n;
        $slowest = $ms if $ms > $slowest;
    }
    close $fh;
    return ($connections, $slowest / 1000);
}

# Connections made up to now, by all clients.
sub connections { my ($self) = @_; return ($self->_counters)[0] }

# The errors up to now, a line each.
sub errors {
    my ($self) = @_;
    open my $fh, '<', $self->{errors}->filename or die "open: $!";
    chomp(my @lines = readline $fh);
    close $fh;
    return @lines;
}

# Whether some client is still at it.
sub running {
    my ($self) = @_;
    $self->{pids} = [ grep { waitpid($_, POSIX::WNOHANG()) == 0 }
          @{ $self->{pids} } ];
    return @{ $self->{pids} } > 0;
}

# Let every client finish the connection it is in.  Returns a hash of
# connections, errors (a list of lines), slowest (seconds), seconds.
sub stop {
    my ($self) = @_;
    kill 'TERM', @{ $self->{pids} } if $self->running;
    return $self->wait($self->{patience} * 2 + 5);
}

# Wait until all clients have done what they were told, as with `connections`.
sub wait {
    my ($self, $seconds) = @_;
    my $deadline = _now() + ($seconds || $self->{seconds} + 5);
    while ($self->running) {
        if (_now() > $deadline) {
            $self->_error(0, 'a client does not end');
            kill 'KILL', @{ $self->{pids} };
            waitpid $_, 0 for @{ $self->{pids} };
            $self->{pids} = [];
            last;
        }
        select undef, undef, undef, 0.005;
    }
    @running = grep { $_ != $self } @running;
    my ($connections, $slowest) = $self->_counters;
    return {
        connections => $connections,
        slowest     => $slowest,
        errors      => [ $self->errors ],
    };
}

# burst: n connections at once, from this process.  Each sends `size` bytes
# (64) as soon as it is connected; the clock starts before the first connect
# and stops when the last byte of the last echo has come.  All stay open until
# then, so that each needs a worker of its own.  Returns seconds and a list of
# errors, then closes all.
sub burst {
    my ($class, %o) = @_;
    my ($n, $size) = ($o{n}, $o{size} || 64);
    my ($family, $address) = _address($o{host} || '127.0.0.1', $o{port});
    my $patience = $o{patience} || 20;
    my (@sockets, @errors, @pending);
    my $block = join '', map { chr(33 + $_ % 94) } 0 .. $size + $n;

    my $start = _now();
    for my $i (0 .. $n - 1) {
        socket(my $s, $family, SOCK_STREAM | SOCK_NONBLOCK, 0)
          or die "socket: $!";
        if (!connect($s, $address) && $! != EINPROGRESS) {
            push @errors, "client $i: connect: $!";
            next;
        }
        my $data = substr $block, $i, $size;
        my $w = syswrite $s, $data;
        push @sockets, [ $i, $s, $data, '' ];
        # Over loopback a connect is over at once, as a rule.
        if (!defined $w && $! == EAGAIN) {
            push @pending, $sockets[-1];
        } elsif (($w // -1) != $size) {
            push @errors, "client $i: send: $!";
            pop @sockets;
        }
    }
    my $deadline = $start + $patience;
    my $ready = sub {
        my ($s, $write) = @_;
        my $bits = '';
        vec($bits, fileno $s, 1) = 1;
        my $left = $deadline - _now();
        return 0 if $left <= 0;
        return $write
          ? select undef, $bits, undef, $left
          : select $bits, undef, undef, $left;
    };
    for my $client (@pending) {
        my ($i, $s, $data) = @$client;
        $ready->($s, 1);
        my $w = syswrite $s, $data;
        push @errors, "client $i: send: $!" if ($w // -1) != $size;
    }
    # In the order of connecting: the last to be complete is what counts.
    for my $client (@sockets) {
        my ($i, $s, $data) = @$client;
        while (length $client->[3] < $size) {
            my $r = sysread $s, $client->[3], $size, length $client->[3];
            next if $r;
            if (defined $r) {
                push @errors, "client $i: end of stream";
                last;
            }
            next if $! == EINTR;
            if ($! != EAGAIN) {
                push @errors, "client $i: receive: $!";
                last;
            }
            if (!$ready->($s, 0)) {
                push @errors, "client $i: nothing after $patience s";
                last;
            }
        }
    }
    my $seconds = _now() - $start;
    for my $client (@sockets) {
        my ($i, $s, $data, $back) = @$client;
        push @errors, "client $i: came back different"
          if length $back == $size && $back ne $data;
    }
    $o{while_open}->() if $o{while_open};
    close $_->[1] for @sockets;
    return ($seconds, @errors);
}

END {
    local $?;
    for my $load (@running) {
        next if $load->{owner} != $$;
        kill 'KILL', @{ $load->{pids} };
        waitpid $_, 0 for @{ $load->{pids} };
    }
}

1;
