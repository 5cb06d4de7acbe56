# SPDX-License-Identifier: ISC
# rows: 37, 43
#
# If this fails, an immediate stop loses data on its way back to a client:
# closing a socket with unread input sends a reset, which discards that data.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

for my $signal (qw(INT QUIT)) {
    my $d = Echod->start;

    # One that floods and reads slowly, with a small window.
    my $flood = $d->connect(0, Sockopts => [
        [Socket::SOL_SOCKET(), Socket::SO_RCVBUF(), pack 'i', 8192]]);
    # More than the buffers of both sides can take.
    my $data = Client::seeded(1, 3 << 24);
    my $sent = 0;
    $flood->blocking(0);
    my $fill = sub {
        while ($sent < length $data) {
            my $n = syswrite $flood, $data, 65536, $sent;
            last unless defined $n;
            $sent += $n;
        }
    };
    # Until nothing moves any more: echod is blocked in its send.
    my ($moved, $since) = (-1, 0);
    Clock::until(sub {
        $fill->();
        ($moved, $since) = ($sent, Clock::now()) if $moved != $sent;
        return Clock::now() - $since > 0.3;
    }, 10);
    cmp_ok($sent, '<', length $data, "$signal: a client floods echod");

    # And one in the ordinary way of things.
    my $calm = $d->connect;
    is(Client::echo($calm, 'hello'), 'hello', 'another is calm');
    $d->look;

    my $start = Clock::now();
    $d->signal($signal);
    is(Client::receive_all($calm) . $Client::problem, '',
        'the calm one gets a FIN');
    close $calm;

    # It goes on sending, as it does not know of the end before it has read
    # everything; that must not make a reset.
    my ($back, $n, $problem) = ('', 0, 'timeout');
    Clock::until(sub {
        do {
            $fill->();
            $n = sysread $flood, $back, 65536, length $back;
        } while ($n || !defined $n && Client::again()
            && Client::readable($flood, 0.1));
        return 0 if !defined $n && Client::again();
        $problem = defined $n ? '' : "$!";
        return 1;
    }, 10);
    is($problem, '', 'the flooding one gets a FIN, no reset');
    ok($back eq substr($data, 0, length $back), 'after a part of its echo');
    close $flood;

    is($d->wait_end, 0, 'the exit status is 0');
    Clock::soon($start, 'after 2 s, and 2 s to linger', 4);
    my ($line, $in, $out) = $d->wait_log(
        qr/in_bytes=(\d{3,}) out_bytes=(\d+) .* reason=drained$/);
    is($out, $in, 'every byte that was read has been sent');
    is(length $back, $out, 'and every byte that was sent has arrived');
    $d->finish;
}
done_testing;
