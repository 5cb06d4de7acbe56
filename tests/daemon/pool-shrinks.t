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

# A client who waits at the moment of a round puts that off, and no other.
SKIP: {
    skip 'strace cannot inject delays here', 4
      if @Echod::WRAPPER || !Echod::has('strace')
      || system('strace -o /dev/null -e inject=getppid:delay_enter=1 true'
        . ' 2>/dev/null') != 0;
    # For longer than there is from one round to the next.
    $d = Echod->start(
        prefix => [ 'strace', '-f', '-o', '/dev/null', '-e',
            'trace=accept4', '-e', 'inject=accept4:delay_enter=2500000' ],
        # It cannot look for leaks under strace.
        env => { ASAN_OPTIONS => join ':', $ENV{ASAN_OPTIONS} || (),
            'detect_leaks=0' },
        options => [ map { ('-o', "workers.$_") } 'start=9', 'min_spare=1',
            'max_spare=2' ],
        log => 'notice',
    );
    my $client = $d->connect;
    is(Echod::echo($client, 'x'), 'x', 'a client who waits for a while');
    ok(Echod::until(sub { $d->idle_workers <= 2 }, 20),
        'the pool shrinks while it stays')
      or diag scalar $d->idle_workers;
    is(Echod::echo($client, 'y'), 'y', 'it is served');
    close $client;
    # Its workers take as long to leave.
    is($d->stop('TERM', timeout => 20), 0, 'TERM ends it');
    $d->finish;
}
done_testing;
