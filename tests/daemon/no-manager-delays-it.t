# SPDX-License-Identifier: ISC
#
# If this fails, echod hangs or ends because of a service manager that does not
# listen, that is overloaded, or that was announced and is not there.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Notify;
use Socket ();

my $warning = qr/: warning: cannot notify the service manager: (.*)/;

# slow(ECHOD): the lines about what has taken longer than anything should.
sub slow {
    my $d = shift;
    return grep {
        my ($seconds) = / (?:ready|reload done) .* seconds=([\d.]+)$/;
        ($seconds // 0) >= Clock::SOON * Clock::scale();
    } $d->log_lines;
}

# lives(NAME, ADDRESS, REASON): a whole life with this NOTIFY_SOCKET; the log
# gives the reason why it is of no use, once, unless it is undef.
sub lives {
    my ($name, $address, $reason) = @_;
    my $d = Echod->start(env => { NOTIFY_SOCKET => $address });
    $d->expect_log($warning) if defined $reason;
    is Client::echo_once($d->port, 'hello'), 'hello', "$name: it serves";
    like $d->reload, qr/: reload done /, "$name: it reloads";
    is_deeply [slow($d)], [], "$name: nothing takes its time";
    $d->finish;
    is_deeply [map { $_ =~ $warning ? $1 : () } $d->log_lines],
        [defined $reason ? $reason : ()], "$name: what the log says";
    return;
}

lives('nothing there', Files::new_dir() . '/none', 'No such file or directory');
lives('no socket', $Machine::ECHOD, 'Connection refused');
lives('an abstract name that nobody has', "\@echod-none-$$",
    'Connection refused');
lives('too long', '/' . 'x' x 200, 'File name too long');
lives('too long by one', '/' . 'x' x 107, 'File name too long');
lives('empty', '', undef);
lives('of a virtual machine', 'vsock:2:1234', undef);
lives('rubbish', 'rubbish', undef);

# A manager that reads nothing: its queue takes a few messages.  When it reads
# at last, it gets the last ones in their order.
my $n = Notify->new;
socket my $socket, Socket::AF_UNIX(), Socket::SOCK_DGRAM(), 0 or die;
$socket->blocking(0);
1 while send $socket, 'full', 0, Socket::pack_sockaddr_un($n->address);
my $d = Echod->start(notify => $n);
is Client::echo_once($d->port, 'hello'), 'hello', 'full: it serves';
like $d->reload, qr/: reload done /, 'full: it reloads';
is_deeply [slow($d)], [], 'full: nothing takes its time';
ok $n->wait_for(qr/^READY=1\nSTATUS=generation 2/),
    'and tells when there is room';
is join(' ', map { /^(READY|RELOADING)=/ ? $1 : () } $n->messages),
    'READY RELOADING READY', 'all that had happened, in its order';
$d->finish;

# More than can wait: the oldest are lost.
1 while send $socket, 'full', 0, Socket::pack_sockaddr_un($n->address);
$d = Echod->start(notify => $n);
$d->reload for 1 .. 6;
$n->mark;
ok $n->wait_for(qr/^READY=1\nSTATUS=generation 7/),
    'after many reloads it tells of the last ones';
is $d->stop, 0, 'and it ends';
$d->finish;

done_testing;
