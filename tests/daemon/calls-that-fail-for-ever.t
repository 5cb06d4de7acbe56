# SPDX-License-Identifier: ISC
# If this fails, a system call of the master that fails, once or for ever, makes
# the master use a CPU in a busy loop, ignore its signals or fill the log, or
# keeps a stop from ending.
#
# slow: workers whose end nobody tells are given up after 15 seconds
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;
use Tracer;

Tracer::needs();

# The calls of the master while it serves, what the log says of each, and the
# status at the end.
my @cases = (
    ['epoll_wait', 'EIO', qr/cannot wait for events, trying again: /],
    ['epoll_wait', 'EINTR'],
    ['read', 'EIO', qr/cannot read signals as they come, trying again: /],
    ['wait4', 'EIO', qr/cannot learn of the end of processes, trying again: /],
    ['wait4', 'ECHILD',
        qr/cannot learn of the end of processes, trying again: /],
    ['getsockopt', 'EIO'],
    ['epoll_ctl', 'ENOMEM'],
);

# Each for ever, all of them at the same time.
my @runs = map {
    my ($call, $error, $line) = @$_;
    my $d = Echod->start(log => 'notice');
    $d->expect_log($line) if $line;
    $d->expect_log(qr/: warning: worker died /,
        qr/: error: a worker has (?:closed|changed) /,
        qr/: error: reload failed/, qr/: warning: worker did not end, killed /,
        qr/: error: workers did not end, left behind/);
    +{
        name => "$call $error", call => $call, line => $line, d => $d,
        cpu   => scalar Process::cpu($d->pid),
        begin => Clock::now(),
        fault => Tracer->attach([$d->pid], $call, "error=$error"),
    };
} @cases;
for my $run (@runs) {
    my ($name, $d) = @$run{qw(name d)};
    $d->signal('USR1');
    ok($d->wait_log(qr/: status .*log_lines_lost=/, from => 0),
        "$name: USR1 is heard");
    kill KILL => ($d->workers)[0];
    is(Client::echo_once($d->port, 'x'), 'x', "$name: it serves");
    ok($d->wait_log($run->{line}, from => 0), "$name: the log says it")
        if $run->{line};
    $d->signal('HUP');
    ok($d->wait_log(qr/: reload (?:done|failed)/, from => 0),
        "$name: HUP is heard");
    is(Client::echo_once($d->port, 'x'), 'x', "$name: it serves still");
}
for my $run (@runs) {
    my ($name, $d) = @$run{qw(name d)};
    my $took = Clock::now() - $run->{begin};
    cmp_ok(Process::cpu($d->pid) - $run->{cpu}, '<', 0.2 + 0.05 * $took,
        "$name: it does not spin");
    cmp_ok($d->count_log($run->{line} // qr/: error: cannot/, from => 0), '<=',
        1, "$name: one line");
    $run->{start} = Clock::now();
    $d->signal('TERM');
}
# Twice, for those that cannot learn that their workers have gone.
for my $run (@runs) {
    my ($name, $d) = @$run{qw(name d)};
    $d->wait_log(qr/: stopping /, from => 0);
    $d->signal('QUIT') if $run->{call} eq 'wait4';
}
for my $run (@runs) {
    my ($name, $d) = @$run{qw(name d)};
    my $status = $d->wait_end(30);
    is($status, $run->{call} eq 'wait4' ? 71 : 0, "$name: TERM ends it");
    $run->{fault}->detach;
    $d->finish(unseen => 1, status => $status);
}
done_testing;
