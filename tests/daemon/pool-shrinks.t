# SPDX-License-Identifier: ISC
#
# If this fails, the workers that a burst has called stay for ever, or the
# master goes on waking up when there is nothing left to do.
use strict;
use warnings;

use Test::More;

use Echod;
use EchodLoad;
use EchodProc;

use constant {
    CLIENTS => 12,
    SPARE   => 10,    # with one to spare for them, three are too many
};

my $d = Echod->start(log => 'notice',
    options => [ '-o', 'workers.min_spare=1', '-o', "workers.start=1",
        '-o', 'workers.max_spare=' . SPARE ]);
my $held;
my ($seconds, @errors) = EchodLoad->burst(port => $d->port, n => CLIENTS,
    patience => 20 * Echod::scale(),
    while_open => sub { $held = $d->workers });
is_deeply(\@errors, [], 'many clients at once');
cmp_ok($held, '>=', CLIENTS, 'each had a worker');
my $most = $d->workers;
cmp_ok($most, '>=', SPARE + 2, 'which are too many now');

my $start = Echod::now();
my ($first, $seen) = ($most, $start);
ok(Echod::until(sub {
    my $now = Echod::now();
    $first = $d->workers;
    $seen = $now if $first == $most;
    return $first < $most;
}), 'the pool shrinks');
# One round a second, of a quarter each; two if we look after both.
my $rounds = 2 + int(Echod::now() - $seen);
cmp_ok($first, '>=', $most - int(($most - SPARE + 3) / 4) * $rounds, 'gently');
ok(Echod::until(sub { $d->workers == SPARE }, 30), 'to max_spare')
  or diag scalar $d->workers;
note sprintf 'after %.1f s', Echod::now() - $start;

# The last ones are reaped, and the master sleeps again.
ok(Echod::until(sub {
    my @children = $d->children;
    return @children == SPARE + 1 && EchodProc::state($d->pid) eq 'S';
}), 'and no further');
SKIP: {
    skip 'no strace here', 2 if !Echod::has('strace');
    my $trace = $d->dir . '/trace';
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDERR, '>', "$trace.err";
        exec 'strace', '-o', $trace, '-p', $d->pid
          or POSIX::_exit(127);
    }
    my $attached = Echod::until(sub {
        return (Echod::slurp("$trace.err") // '') =~ /attached/
          || waitpid($pid, POSIX::WNOHANG()) != 0;
    }, 10) && (Echod::slurp("$trace.err") // '') =~ /attached/;
    skip 'strace may not attach here', 2 if !$attached;
    # To be attached to interrupts epoll_wait (signal(7)).  What it sleeps in
    # from then on is shown when it returns, for the report: the last argument
    # is how long it would have slept, -1 for ever.
    my $text = '';
    ok(Echod::until(sub {
        $text = Echod::slurp($trace) // '';
        return $text =~ /^epoll_wait\([^=]*\z/m;
    }), 'it sleeps');
    $d->signal('USR1');
    ok($d->wait_log(qr/: status generation=1 /), 'until it is wanted');
    kill 'INT', $pid;
    waitpid $pid, 0;
    my @sleeps = Echod::slurp($trace) =~ /^epoll_wait\(.*, (-?\d+)\) += 1/mg;
    is($sleeps[0] // 'none', -1, 'and does not wake up by itself')
      or diag Echod::slurp($trace);
}
is($d->workers, SPARE, 'and the pool stays as it is');
is(Echod::echo_once($d->port, 'x'), 'x', 'it answers');
$d->finish;

done_testing;
