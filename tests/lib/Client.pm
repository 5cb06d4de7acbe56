# SPDX-License-Identifier: ISC
#
# Client: a TCP client in the process of the test, and data for it.
#
#	my $sock = Client::connect('127.0.0.1', $port) or die $@;
#	my $data = Client::seeded(1, 100_000);
#	ok(Client::echo($sock, $data) eq $data, 'all of it came back');
package Client;

use strict;
use warnings;

use Digest::SHA qw(sha512);
use Errno qw(EAGAIN EINTR);
use IO::Socket::IP;
use Socket qw(SHUT_WR SOL_SOCKET SO_LINGER);

use Clock;

# What echo() and its like met last, "" if nothing: "eof", "timeout", or the
# text of an error ("Connection reset by peer").
our $problem = '';

# More than ever comes.
use constant EVER => 9**15;

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

# connect(HOST, PORT, ...): a connected, blocking IO::Socket::IP; more
# arguments go to its constructor.  undef with $@ when refused.
sub connect {
    my ($host, $port, %more) = @_;
    return IO::Socket::IP->new(
        PeerHost => $host,
        PeerPort => $port,
        Type     => Socket::SOCK_STREAM(),
        Timeout  => Clock::DEADLINE * Clock::scale(),
        %more,
    );
}

# echo(SOCKET, DATA, %opt): send DATA and receive at the same time.
#   timeout  => SECONDS for all of it (10)
#   eof      => half-close when all is sent, and receive until the end
#   bytes    => receive that many (default: as many as DATA)
#   chunk    => CODE that returns the size of the next piece to send
# Returns what came back; $Client::problem tells why it is less than expected.
sub echo {
    my ($sock, $data, %opt) = @_;
    my $deadline = Clock::now()
        + ($opt{timeout} // Clock::DEADLINE) * Clock::scale();
    my $wanted = $opt{eof} ? EVER : $opt{bytes} // length $data;
    my ($sent, $back, $limit) = (0, '', 0);
    my $fd = fileno $sock;
    my $closed = 0;

    $problem = '';
    $sock->blocking(0);
    while (length $back < $wanted
        || ($sent < length $data && !defined $opt{bytes})) {
        shutdown $sock, SHUT_WR
            if $sent == length $data && $opt{eof} && !$closed++;
        my $left = $deadline - Clock::now();
        $problem = 'timeout', last if $left <= 0;
        my ($in, $out) = ('', '');
        vec($in, $fd, 1) = 1;
        vec($out, $fd, 1) = 1 if $sent < length $data;
        next if select($in, $out, undef, $left) <= 0;
        if (vec($in, $fd, 1)) {
            my $n = sysread $sock, $back, 262144, length $back;
            if (defined $n ? $n == 0 : !again()) {
                $problem = defined $n ? $opt{eof} ? $problem : 'eof' : "$!";
                last;
            }
        }
        if (vec($out, $fd, 1)) {
            $limit ||= $opt{chunk} ? $opt{chunk}->() : 262144;
            my $n = syswrite $sock, $data, $limit, $sent;
            if (defined $n) {
                $sent += $n;
                $limit -= $n;
            } elsif (!again()) {
                # There may still be something to read.
                $problem = "$!";
                $sent = length $data;
                $opt{eof} = 1, $closed = 1, $wanted = EVER;
            }
        }
    }
    $sock->blocking(1);
    return $back;
}

# receive(SOCKET, BYTES, %opt): what comes, up to BYTES.
sub receive {
    my ($sock, $bytes, %opt) = @_;
    return echo($sock, '', bytes => $bytes, %opt);
}

# receive_all(SOCKET, %opt): what comes until the end of it, which is a FIN
# if $Client::problem is empty.
sub receive_all {
    my ($sock, %opt) = @_;
    my $back = receive($sock, EVER, %opt);
    $problem = '' if $problem eq 'eof';
    return $back;
}

# echo_once(PORT, DATA, %opt): connect, send, half-close, receive to the end.
# `host` is 127.0.0.1, `local` an address to come from; undef when refused.
sub echo_once {
    my ($port, $data, %opt) = @_;
    my @local = defined $opt{local} ? (LocalHost => $opt{local}) : ();
    my $sock = Client::connect($opt{host} // '127.0.0.1', $port, @local);
    $problem = "$@";
    return undef if !$sock;
    my $back = echo($sock, $data, eof => 1, %opt);
    close $sock;
    return $back;
}

# readable(SOCKET, SECONDS): whether there is something to read, or the end,
# after at most that time, which is not stretched.
sub readable {
    my ($sock, $seconds) = @_;
    my $in = '';
    vec($in, fileno $sock, 1) = 1;
    return (select $in, undef, undef, $seconds) > 0;
}

# again(): whether a call failed only for now.
sub again { return $! == EAGAIN || $! == EINTR }

# reset(SOCKET): close it with a reset instead of a FIN.
sub reset {
    my $sock = shift;
    setsockopt $sock, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
    close $sock;
    return;
}

1;
