# SPDX-License-Identifier: ISC
# rows: 104
#
# If this fails, an echod that has too low a limit, as of descriptors or memory,
# loops, dies of a signal, or does not say what it lacks.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Machine;

Machine::needs('prlimit');
plan skip_all => 'a sanitizer or valgrind needs more than that'
    if Clock::is_slow();

# For each limit, the sizes from none to plenty.
my %limit = (
    nofile => [0 .. 24],
    as     => [map { $_ << 20 } 1, 2, 4, 8, 16, 64],
    stack  => [map { $_ << 10 } 64, 128],
    data   => [map { $_ << 20 } 0, 1, 2, 8],
    fsize  => [0, 100],
    core   => [0],
    memlock => [0],
);

for my $limit (sort keys %limit) {
    my $served = 0;
    for my $size (@{ $limit{$limit} }) {
        my $what = "--$limit=$size";
        my $d = Echod->start(wait => 0, log => 'notice',
            prefix => ['prlimit', $what, '--']);
        Clock::until(sub {
            !$d->is_running || $d->count_log(qr/: ready /)
                || $d->idle_workers >= 5;
        }, 20);
        if ($d->is_running) {
            $served++;
            is(Client::echo_once($d->port, 'x'), 'x', "$what: it serves");
            is($d->stop('TERM', unseen => 1), 0, "$what: and ends");
            is($d->processes_fault, '', "$what: with nothing left");
            next;
        }
        my $status = $d->status;
        # The kernel itself may not be able to start a program, and says so by
        # a signal or by way of whoever executes it.
        my $said = $d->count_log(qr/^(?:echod|prlimit): \S/)
            || ($limit =~ /^(?:as|data|stack)$/ && $status > 128);
        ok($said, "$what: it does not start (status $status), and says why");
        is($d->processes_fault, '', "$what: with nothing left");
    }
    cmp_ok($served, '>', 0, "it needs no more $limit than that");
}
done_testing;
