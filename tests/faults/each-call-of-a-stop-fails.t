# SPDX-License-Identifier: ISC
# rows: 81
#
# If this fails, a stop that meets an error which no other test thought of
# hangs, cuts its clients off, or leaves processes behind.
#
# slow: stops echod fifty times
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Sweep;
use Tracer;

Tracer::needs();

# start(): with a client in the middle of its stream.
sub start {
    my $d = Echod->start(log => 'notice', options => [
        '-p', Files::new_name(), '-o', 'timeouts.defer_accept=0',
        '-o', 'timeouts.drain=250']);
    $d->{client} = $d->connect;
    die "no echo\n" if Client::echo($d->{client}, 'hello') ne 'hello';
    return $d;
}

# finish(ECHOD): what is wrong with a stop, at its end.
sub finish {
    my ($point, $d) = @_;
    # What the client does next is after TERM.
    $d->wait_log(qr/: stopping/, quiet => 1, timeout => 2);
    my $back = Client::echo($d->{client}, 'and bye', eof => 1);
    return "the client has '$back' and $Client::problem"
        if $back ne 'and bye' || $Client::problem ne '';
    my $fault = Sweep::ended($d);
    $d->{tracer}->detach if $d->{tracer};
    return $fault if $fault ne '';
    # Nobody can remove a file for which the call to do so fails.
    return $d->count_log(qr/: warning: cannot remove pid file /) ? ''
        : $d->traces_fault;
}

my $d = start();
my $tracer = Tracer->attach([$d->pid]);
$d->signal('TERM');
is(finish([''], $d), '', 'without a fault it ends');
my @points = Sweep::points($tracer->file);
Sweep::has(\@points, qw(close epoll_wait kill read sendto wait4));

Sweep::every(\@points, sub {
    my $e = start();
    $e->{tracer} = Tracer->attach([$e->pid], Sweep::fault($_[0]));
    $e->signal('TERM');
    return $e;
}, \&finish, 'a call of the master fails');
done_testing;
