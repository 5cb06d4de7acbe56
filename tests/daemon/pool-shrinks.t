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

my $d = Echod->start(log => 'notice');
my $held;
my ($seconds, @errors) = EchodLoad->burst(port => $d->port, n => 60,
    patience => 20 * Echod::scale(),
    while_open => sub { $held = $d->workers });
is_deeply(\@errors, [], 'sixty clients at once');
cmp_ok($held, '>=', 60, 'each had a worker');
my $most = $d->workers;

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
cmp_ok($first, '>=', $most - int(($most - 10 + 3) / 4) * $rounds, 'gently');
ok(Echod::until(sub { $d->workers == 10 }, 30), 'to max_spare')
  or diag scalar $d->workers;
note sprintf 'after %.1f s', Echod::now() - $start;

# The last ones are reaped, and the master sleeps again.
ok(Echod::until(sub {
    my @children = $d->children;
    return @children == 11 && EchodProc::state($d->pid) eq 'S';
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
    # To be attached to interrupts epoll_wait (signal(7)); what follows
    # is one turn of the loop and the call that it sleeps in from then on,
    # without a result.  That it gets none can only be seen by waiting.
    my $calls = sub {
        return grep { /^epoll_wait\(.* = (?!-1 EINTR)/ } split /\n/,
          Echod::slurp($trace) // '';
    };
    Echod::until($calls, 3);
    my $text = Echod::slurp($trace);
    kill 'INT', $pid;
    waitpid $pid, 0;
    like($text, qr/^epoll_wait\([^=]*\z/m, 'it sleeps')
      or diag $text;
    is_deeply([ $calls->() ], [],
        'and does not wake up for three seconds');
}
is($d->workers, 10, 'and the pool stays as it is');
is(Echod::echo_once($d->port, 'x'), 'x', 'it answers');
$d->finish;
done_testing;
