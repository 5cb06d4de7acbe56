# SPDX-License-Identifier: ISC
# rows: 8
#
# If this fails, a shrinking pool terminates a stopped worker (SIGSTOP), which
# cannot react and is killed ten seconds later, instead of one that is idle.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

# The pool loses one worker in each round: first the one that has replaced the
# frozen one, then the one after it, which the frozen one must not be.
use constant CLIENTS => 2;

# With one spare worker, each client has the one that was newest.
my $d = Echod->start(options => [
    '-o', 'workers.start=1', '-o', 'workers.min_spare=1',
    '-o', 'workers.max_spare=1',
]);
my @clients;
for my $n (1 .. CLIENTS) {
    push @clients, $d->connect;
    is(Client::echo($clients[-1], 'x'), 'x', "client $n");
    ok(Clock::until(sub {
        return $d->workers == $n + 1 && $d->idle_workers == 1;
    }), 'one worker is idle');
}

# The pool shrinks from the newest on, and that one is frozen.
my ($frozen) = $d->idle_workers;
kill 'STOP', $frozen;
$d->expect_log(qr/: warning: worker stopped pid=$frozen$/);
ok($d->wait_log(qr/: warning: worker stopped pid=$frozen$/),
    'that one is frozen');
ok(Clock::until(sub { $d->idle_workers == 2 }), 'another takes its place');
close $_ for @clients;
ok(Clock::until(sub { $d->workers == 2 }, 20),
    'when the clients have gone, the pool shrinks')
  or diag scalar $d->workers;

ok(Process::is_alive($frozen), 'the frozen one is there');
# Bit n - 1 is for signal n (proc(5)).
my $pending = hex(Process::status($frozen, 'ShdPnd') // 'ffff');
is($pending & 1 << 14, 0, 'and has not been told to leave');
kill 'CONT', $frozen;
ok(Clock::until(sub { $d->workers == 1 }, 20),
    'when it goes on, there is one too many');
is($d->count_log(qr/ did not end, killed /), 0, 'nobody had to be killed');
is(Client::echo_once($d->port, 'x'), 'x', 'it answers');
$d->finish;
done_testing;
