# SPDX-License-Identifier: ISC
#
# Server: an echo server that is good, or bad in one chosen way.
#
#	my $good = Server->start;
#	my $bad = Server->start(fault => 'flip', at => 1000);
#	... $bad->port ...
#	is($bad->connections, 1, 'one connection came');
#	$bad->stop;
#
# Faults:
# Each holds for every connection, or for the one whose number is `only` (1 is
# the first).  `at` counts the bytes of one connection, 0 unless given.
#
#	none
#	flip          one bit of byte `at` is another
#	drop          byte `at` is missing
#	repeat        the block of `block` (4096) bytes at `at` comes twice
#	swap          the two blocks of `block` bytes at `at` change places
#	replace       TEXT stands where other bytes should, from `at` on
#	extra         `text` ("extra") comes after the end of the client's data,
#	              or, when `at` is given, in front of byte `at`
#	early         no more after `at` bytes, but a FIN; never a reset
#	reset         no more after `at` bytes, but a reset
#	silent        reads, and never answers
#	stall         stops for `for` (1) seconds after each `every` bytes, or
#	              once, after `at`
#	unread        accepts, and never reads
#	no_close      echoes, and keeps the connection when the client has ended
#	accept_never  listens (`backlog` 128) and never accepts; `full` => 1: and
#	              no client can connect any more
#	refuse        nothing listens on the port
#
# With any of them:
#
#	address, port            where to listen (127.0.0.1, any)
#	chunk => N               echo in pieces of N bytes, each sent at once
#	stall => S, period => P  stop all of it for the last S of each P seconds,
#	                         counted from the first connection
#	rcvbuf, sndbuf           sizes of the sockets' buffers
#	most => N                accept N connections, and have others refused
package Server;

use strict;
use warnings;

use List::Util qw(max min);
use POSIX ();
use Socket qw(IPPROTO_TCP SHUT_WR TCP_NODELAY);
use Time::HiRes ();

use Client;
use Clock;
use Files;
use Listener;
use Machine;
use Process;

our @ISA = qw(Listener);

# What is read at once, and when to wait until the client takes some.
use constant { READ => 65536, FULL => 65536, EVER => 9**15 };

my %known = map { $_ => 1 } qw(none flip drop repeat swap replace extra early
    reset silent stall unread no_close accept_never refuse);

# Starting and stopping ------------------------------------------------------

sub start {
    my ($class, %arg) = @_;
    my $fault = $arg{fault} //= 'none';
    die "no such fault: $fault\n" unless $known{$fault};
    $arg{backlog} = 0 if $arg{full};
    $arg{backlog} = undef if $fault eq 'refuse';
    my $self = $class->new(block => 4096, text => 'extra', for => 1, %arg);
    $self->{filling} = $self->fill if $self->{full};
    open $self->{log}, '+>', undef or die "a temporary file: $!\n";
    return $self if $fault =~ /^(?:accept_never|refuse)$/;
    my $listener = delete $self->{listener};
    $self->{pid} = Process::child(sub { $self->serve($listener) });
    return $self;
}

# connections: how many it has accepted so far.
sub connections { return scalar(my @all = $_[0]->accepted) }

# accepted: for each of them when that was, by Clock::now(), and the address it
# came from.
sub accepted {
    my $self = shift;
    # Another position than that at which the server writes.
    my $text = Files::slurp("/proc/self/fd/" . fileno $self->{log});
    return map { [split] } split /\n/, $text // '';
}

sub stop {
    my $self = shift;
    delete @$self{qw(listener filling)};
    Process::end(delete $self->{pid}) if $self->{pid};
    return;
}

sub DESTROY { return $_[0]->stop }

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

    raise_limit();
    $self->{conn} = \%conn;
    $self->{in} = $self->{out} = '';
    vec($self->{in}, $lfd, 1) = 1;
    while (1) {
        my ($in, $out) = @$self{qw(in out)};
        next if select($in, $out, undef, $self->patience) < 0;
        $self->pause_all;
        $self->wake;
        $self->accept_all($listener) if vec $in, $lfd, 1;
        for my $c (grep { vec $in, $_->{fd}, 1 } values %conn) {
            $self->take($c);
            $self->settle($c);
        }
        for my $c (grep { vec $out, $_->{fd}, 1 } values %conn) {
            $self->give($c);
            $self->settle($c);
        }
    }
}

# As many connections as the system grants.
sub raise_limit {
    my $limit = pack 'QQ', 0, 0;
    Machine::kernel('prlimit64', 0, 7, 0, $limit) or return;  # RLIMIT_NOFILE
    my (undef, $hard) = unpack 'QQ', $limit;
    Machine::kernel('prlimit64', 0, 7, pack('QQ', $hard, $hard), 0);
    return;
}

sub accept_all {
    my ($self, $listener) = @_;
    while (accept my $sock, $listener) {
        $sock->blocking(0);
        setsockopt $sock, IPPROTO_TCP, TCP_NODELAY, 1;
        my $now = Clock::now();
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

# note(NOW, SOCKET): a line for each connection.
sub note {
    my ($self, $now, $sock) = @_;
    my $name = getpeername $sock;
    my (undef, $host) = defined $name
        ? Socket::getnameinfo($name, Socket::NI_NUMERICHOST(),
        Socket::NIx_NOSERV()) : ();
    syswrite $self->{log}, sprintf "%.6f %s\n", $now, $host // '?';
    return;
}

# take(C): read once, and send at once what can be sent.
sub take {
    my ($self, $c) = @_;
    my $n = sysread $c->{sock}, my $data, READ;
    return Client::again() || $self->forget($c) if !defined $n;
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
        return $self->cut($c) if $c->{sent} == $c->{limit};
        my $n = syswrite $c->{sock}, $c->{out}, $bytes;
        return Client::again() || $self->forget($c) if !defined $n;
        substr $c->{out}, 0, $n, '';
        $c->{sent} += $n;
        if ($c->{sent} == $c->{pause}) {
            $c->{pause} = defined $self->{at} ? EVER
                : $c->{sent} + $self->{every};
            $c->{wake} = Clock::now() + $self->{for};
            $self->{asleep}{ $c->{fd} } = $c;
            return;
        }
    }
    return;
}

# cut(C): it has echoed all that it will.
sub cut {
    my ($self, $c) = @_;
    return $self->forget($c, \&Client::reset) if $c->{fault} eq 'reset';
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
    return $self->forget($c)
        if $over && $c->{fault} !~ /^(?:silent|no_close)$/;
    vec($self->{in}, $c->{fd}, 1) = !$c->{eof} && !$c->{wake}
        && $c->{fault} ne 'unread' && length $c->{out} < FULL ? 1 : 0;
    vec($self->{out}, $c->{fd}, 1) = $c->{out} ne '' && !$c->{wake} ? 1 : 0;
    return;
}

# forget(C, CODE): close it, or do that by CODE.
sub forget {
    my ($self, $c, $close) = @_;
    vec($self->{$_}, $c->{fd}, 1) = 0 for qw(in out);
    delete $self->{$_}{ $c->{fd} } for qw(conn asleep);
    $close ? $close->($c->{sock}) : close $c->{sock};
    return;
}

# Stalls ---------------------------------------------------------------------

# patience: until which moment select() may wait, as seconds; undef: for ever.
sub patience {
    my $self = shift;
    my @asleep = values %{ $self->{asleep} // {} } or return undef;
    return max(0, min(map { $_->{wake} } @asleep) - Clock::now());
}

sub wake {
    my $self = shift;
    my $now = Clock::now();
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
    my $phase = POSIX::fmod(Clock::now() - $self->{first}, $self->{period});
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

# swap(DATA): the second half first; what came too late for that as it is.
sub swap {
    my $half = length($_[0]) >> 1;
    return substr($_[0], $half) . substr($_[0], 0, $half);
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
