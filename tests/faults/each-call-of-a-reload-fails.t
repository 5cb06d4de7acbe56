# SPDX-License-Identifier: ISC
# rows: 76, 79
#
# If this fails, a reload that meets an error which no other test thought of
# hangs, ends the service, leaves descriptors or a part of itself behind, or
# keeps the next one from being done.
#
# slow: reloads fifty times, each in a new echod
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Process;
use Sweep;
use Tracer;

Tracer::needs();

my $over = qr/: reload (?:done|failed)/;

# start(): one that is to open and to close a listener, too.
sub start {
    my $d = Echod->start(log => 'notice', config => config('127.0.0.2'));
    $d->{before} = keys %{ Process::descriptors($d->pid) };
    $d->rewrite(config('127.0.0.3'));
    return $d;
}

sub config {
    return qq(listen = ( { address = "127.0.0.1"; port = 0; },
        { address = "$_[0]"; port = 0; } );
        timeouts = { defer_accept = 0; };\n);
}

# finish(ECHOD): what is wrong after a reload that may have failed.
sub finish {
    my ($point, $d) = @_;
    # One line more may be lost, with one call that fails.
    $d->wait_log($over, quiet => 1, timeout => $point->[0] eq 'sendto' ? 2 : 25)
        // $point->[0] eq 'sendto'
        or return $d->is_running ? 'the reload has no end' : 'it is gone';
    delete($d->{tracer})->detach if $d->{tracer};
    my $fault = Sweep::not_serving($d);
    return $fault if $fault ne '';
    my $line = $d->reload;
    return 'the next one: ' . ($line // 'nothing')
        unless ($line // '') =~ /reload done/;
    # The kernel closes even if it says that this failed; a tracer does not.
    my $more = $point->[0] eq 'close' ? 1 : 0;
    return 'descriptors: '
        . join ' ', sort values %{ Process::descriptors($d->pid) }
        unless Clock::until(sub {
            keys %{ Process::descriptors($d->pid) } <= $d->{before} + $more;
        });
    $fault = $d->pool_fault;
    return $fault if $fault ne '' && !Clock::until(
        sub { ($fault = $d->pool_fault) eq '' });
    return Sweep::judge($d);
}

my $d = start();
my $tracer = Tracer->attach([$d->pid]);
like($d->reload, qr/reload done/, 'without a fault it is done');
Clock::until(sub { keys %{ Process::descriptors($d->pid) } == $d->{before} });
$tracer->detach;
my @points = Sweep::points($tracer->file);
Sweep::has(\@points, qw(bind clone close epoll_wait listen pipe2 wait4));
$d->finish(slack => 2);

Sweep::every(\@points, sub {
    my $e = start();
    $e->{tracer} = Tracer->attach([$e->pid], Sweep::fault($_[0]));
    $e->signal('HUP');
    return $e;
}, \&finish, 'a call of the master fails');
done_testing;
