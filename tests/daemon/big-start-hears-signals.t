# SPDX-License-Identifier: ISC
#
# If this fails, while hundreds of workers are forked at the start, which takes
# a busy machine some time, echod does not react to a signal to stop.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Tracer;

Tracer::needs();
plan(skip_all => 'this strace cannot delay a call of its parent')
  if system('strace -D -o /dev/null -e trace=getppid '
    . '-e inject=getppid:delay_exit=1 true >/dev/null 2>&1') != 0;

use constant {
    WORKERS => 300,
    FORK    => 0.06,    # seconds, of which each takes so many
    BATCH   => 32,      # forks between two looks at the signals
};

my @pool = (options => [
    '-o', 'workers.start=' . WORKERS, '-o', 'workers.min_spare=5',
    '-o', 'workers.max_spare=' . WORKERS, '-o', 'workers.max=' . WORKERS,
]);

my $dir = Files::new_dir();
my $trace = "$dir/forks";

# forks: how many there were until now.
sub forks {
    return scalar(() = (Files::slurp($trace) // '') =~ /^(?:\d+ +)?clone/mg);
}

# The tracer is no parent of echod, and ends with it.
my $d = Echod->start(
    @pool,
    prefix => [
        'strace', '-D', '-f', '-o', $trace, '-e', 'trace=clone,clone3', '-e',
        'inject=clone,clone3:delay_exit=' . FORK * 1e6,
    ],
    wait => 0,
);
ok(Clock::until(sub { forks() > 10 }, 30), 'forks take their time');
$d->signal('TERM');
my $forks = forks();
is($d->wait_end(60), 0, 'TERM in the middle of the start ends echod');
cmp_ok(forks() - $forks, '<=', BATCH, 'after a batch of workers');
$d->finish;

# Without TERM.
$d = Echod->start(@pool);
is(scalar $d->workers, WORKERS, 'a start brings all workers up');
ok($d->count_log(qr/: ready generation=1 .* workers=${\WORKERS} /),
    'as the log says');
is(Client::echo_once($d->port, 'x'), 'x', 'it answers');
like($d->reload, qr/: reload done generation=2 .* workers=${\WORKERS} /,
    'and so does a reload');
is(Client::echo_once($d->port, 'x'), 'x', 'it answers');
$d->finish;
done_testing;
