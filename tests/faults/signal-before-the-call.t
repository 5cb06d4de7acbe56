# SPDX-License-Identifier: ISC
# rows: 50
#
# If this fails, a signal that arrives between the check of the stop flag and
# the blocking call is not noticed until a client does something, so that once
# in ten thousand stops a worker hangs.  No other test detects this.
#
# The shim makes that moment as long as we like: before the call it holds the
# worker, which takes its signals there, and then lets it go on into the call.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;
use Shim;

my $shim = Shim->build;

# The worker that is held in this call, among these.
sub held {
    my ($call, $d) = @_;
    my ($pid);
    Clock::until(sub {
        my %mine = map { $_ => 1 } $d->workers;
        ($pid) = grep { $mine{$_} } $shim->entered($call);
        return $pid;
    });
    return $pid;
}

sub listens {
    my ($pid) = @_;
    return scalar keys %{ Process::listeners($pid) };
}

# Before the wait: an idle worker is told to leave, by either signal.
for my $signal ('TERM', 'QUIT') {
    my $d = Echod->start(env => $shim->env,
        options => [ '-o', 'timeouts.defer_accept=0' ]);
    my @workers = $d->workers;
    $shim->on('hold-epoll_pwait');
    # A worker that has served a client reaches its next blocking call.
    is(Client::echo_once($d->port, 'x'), 'x', "epoll_pwait, $signal: a client");
    my $pid = held('epoll_pwait', $d);
    ok($pid, 'its worker is about to wait');
    kill $signal, $pid;
    $shim->off('hold-epoll_pwait');
    ok(Clock::until(sub { !Process::is_alive($pid) }),
        'it leaves');
    ok(Clock::until(sub { $d->idle_workers >= 5 }),
        'and others serve');
    is(Client::echo_once($d->port, 'x'), 'x', 'as before');
    $d->finish;
}

# Before the accept: the client whose connection woke it is served, and then
# it leaves.
for my $signal ('TERM', 'QUIT') {
    my $d = Echod->start(env => $shim->env);
    $shim->on('hold-accept4');
    my $s = $d->connect;
    syswrite $s, 'x';
    my $pid = held('accept4', $d);
    ok($pid, "accept4, $signal: a worker is about to accept");
    kill $signal, $pid;
    $shim->off('hold-accept4');
    if ($signal eq 'TERM') {
        is(Client::receive($s, 1), 'x', 'the client is served');
        ok(Clock::until(sub { !listens($pid) }),
            'by a worker that listens no more');
        shutdown $s, 1;
        is(Client::receive_all($s), '', 'to the end');
    } else {
        # Another worker may be quicker, and serves it to its own end.
        shutdown $s, 1;
        my $back = Client::receive_all($s, timeout => 4);
        is($Client::problem, '', 'the client is not left alone');
    }
    close $s;
    ok(Clock::until(sub { !Process::is_alive($pid) }),
        'and the worker leaves');
    is(Client::echo_once($d->port, 'x'), 'x', 'others serve');
    $d->finish;
}

# Before the recv: a client that says nothing more.
{
    my $d = Echod->start(env => $shim->env);
    my $s = $d->connect;
    is(Client::echo($s, 'x'), 'x', 'recv, TERM: a client');
    my ($pid) = $d->busy_workers;
    $shim->on('hold-recv');
    is(Client::echo($s, 'y'), 'y', 'that goes on');
    is(held('recv', $d), $pid, 'its worker is about to receive');
    kill 'TERM', $pid;
    $shim->off('hold-recv');
    ok(Clock::until(sub { !listens($pid) }),
        'TERM: it listens no more');
    is(Client::echo($s, 'z'), 'z', 'but serves its client');
    close $s;
    ok(Clock::until(sub { !Process::is_alive($pid) }),
        'to the end, and leaves');
    $d->finish;
}
{
    my $d = Echod->start(env => $shim->env);
    my $s = $d->connect;
    is(Client::echo($s, 'x'), 'x', 'recv, QUIT: a client');
    my ($pid) = $d->busy_workers;
    $shim->on('hold-recv');
    is(Client::echo($s, 'y'), 'y', 'that goes on');
    is(held('recv', $d), $pid, 'its worker is about to receive');
    kill 'QUIT', $pid;
    $shim->off('hold-recv');
    my $start = Clock::now();
    is(Client::receive_all($s), '', 'QUIT: the connection ends');
    is($Client::problem, '', 'in order');
    Clock::soon($start, 'at once');
    close $s;
    ok(Clock::until(sub { !Process::is_alive($pid) }),
        'and the worker leaves');
    $d->finish;
}

# Before the send: to a client that reads nothing, so that the send blocks.
for my $signal ('TERM', 'QUIT') {
    my $d = Echod->start(env => $shim->env);
    my $s = $d->connect;
    is(Client::echo($s, 'x'), 'x', "send, $signal: a client");
    my ($pid) = $d->busy_workers;
    # Until its worker can send no more; what we cannot send any more waits
    # in our own buffers.
    my $data = Client::seeded(3, 32_000_000);
    my $sent = 0;
    $s->blocking(0);
    my $stuck = Clock::until(sub {
        my $n = syswrite $s, $data, 1_000_000, $sent;
        $sent += $n if defined $n;
        return !defined $n
          && (Files::slurp("/proc/$pid/wchan") // '') =~ /memory|wait_woken/
          && Process::state($pid) eq 'S';
    }, 10);
    ok($stuck, 'that reads nothing');
    # Wake it: it sends some and comes to the next call.
    $shim->on('hold-send');
    my $back = '';
    ok(Clock::until(sub {
        sysread $s, $back, 100_000, length $back;
        return scalar grep { $_ == $pid } $shim->entered('send');
    }, 10), 'its worker is about to send');
    kill $signal, $pid;
    my $start = Clock::now();
    $shim->off('hold-send');
    if ($signal eq 'TERM') {
        ok(Clock::until(sub { !listens($pid) }),
            'TERM: it listens no more');
        kill 'QUIT', $pid;
    } else {
        pass('QUIT: the same without TERM');
    }
    $s->blocking(1);
    $back .= Client::receive_all($s, timeout => 20);
    is($Client::problem, '', 'QUIT: the connection ends in order');
    ok($back eq substr($data, 0, length $back), 'all that came is right');
    note sprintf '%d of %d bytes after %.3f s', length $back, $sent,
      Clock::now() - $start;
    close $s;
    ok(Clock::until(sub { !Process::is_alive($pid) }),
        'and the worker leaves');
    $d->finish;
}
done_testing;
