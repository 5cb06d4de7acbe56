# SPDX-License-Identifier: ISC
#
# If this fails, the workers that were forked for a burst stay forever, or the
# master keeps waking up when there is nothing to do.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Load;
use Machine;
use Process;

use constant {
    CLIENTS => 12,
    SPARE   => 10,    # with one to spare for them, three are too many
};

my $d = Echod->start(log => 'notice',
    options => [ '-o', 'workers.min_spare=1', '-o', "workers.start=1",
        '-o', 'workers.max_spare=' . SPARE ]);
my ($held, $open);
my ($seconds, @errors) = Load::burst(port => $d->port, n => CLIENTS,
    while_open => sub { ($held, $open) = (scalar $d->workers, Clock::now()) });
is_deeply(\@errors, [], 'many clients at once');
cmp_ok($held, '>=', CLIENTS, 'each had a worker');
my $most = $d->workers;
cmp_ok($most, '>=', SPARE + 2, 'which are too many now');

my $start = Clock::now();
my ($first, $seen) = ($most, $start);
ok(Clock::until(sub {
    my $now = Clock::now();
    $first = $d->workers;
    $seen = $now if $first == $most;
    return $first < $most;
}), 'the pool shrinks');
cmp_ok(Clock::now() - $open, '>=', 3, 'after a while, for clients may come back');
# One round a second, of a quarter each; two if we look after both.
my $rounds = 2 + int(Clock::now() - $seen);
cmp_ok($first, '>=', $most - int(($most - SPARE + 3) / 4) * $rounds, 'gently');
ok(Clock::until(sub { $d->workers == SPARE }, 30), 'to max_spare')
  or diag scalar $d->workers;
note sprintf 'after %.1f s', Clock::now() - $start;

# The last ones are reaped, and the master sleeps again.
ok(Clock::until(sub {
    my @children = $d->children;
    return @children == SPARE + 2 && Process::state($d->pid) eq 'S';
}), 'and no further');
SKIP: {
    skip 'no strace here', 2 if !Machine::has('strace');
    my $trace = $d->dir . '/trace';
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDERR, '>', "$trace.err";
        exec 'strace', '-o', $trace, '-p', $d->pid
          or POSIX::_exit(127);
    }
    my $attached = Clock::until(sub {
        return (Files::slurp("$trace.err") // '') =~ /attached/
          || waitpid($pid, POSIX::WNOHANG()) != 0;
    }, 10) && (Files::slurp("$trace.err") // '') =~ /attached/;
    skip 'strace may not attach here', 2 if !$attached;
    # To be attached to interrupts epoll_wait (signal(7)).  What it sleeps in
    # from then on is shown when it returns, for the report: the last argument
    # is how long it would have slept, -1 for ever.
    my $text = '';
    ok(Clock::until(sub {
        $text = Files::slurp($trace) // '';
        return $text =~ /^epoll_wait\([^=]*\z/m;
    }), 'it sleeps');
    $d->signal('USR1');
    ok($d->wait_log(qr/: status generation=1 /), 'until it is wanted');
    kill 'INT', $pid;
    waitpid $pid, 0;
    my @sleeps = Files::slurp($trace) =~ /^epoll_wait\(.*, (-?\d+)\) += 1/mg;
    is($sleeps[0] // 'none', -1, 'and does not wake up by itself')
      or diag Files::slurp($trace);
}
is($d->workers, SPARE, 'and the pool stays as it is');
is(Client::echo_once($d->port, 'x'), 'x', 'it answers');
$d->finish;

done_testing;
