# SPDX-License-Identifier: ISC
# rows: 22
#
# If this fails, a child that echod did not fork (of a script that executed
# echod, or in a container whose process 1 is echod) delays every stop: the
# master waits for it as if it were a logger.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;

# GOODBYE_MS in master.c, which a master waits for a logger that does not end,
# is 4 s.  Any try that was not held up so long shows that nobody waits.
use constant { LIMIT => 3.5, TRIES => 3 };

# It reads this FIFO as long as we have it open, and is not counted among what
# echod has left.
my $fifo = Files::new_name();
POSIX::mkfifo($fifo, 0600) or die "mkfifo: $!";
my $script = 'F=$1; shift
    env -u ECHOD_TEST_TAG cat "$F" >/dev/null 2>&1 &
    echo $! >"$F.pid"; exec "$@"';

# Seconds from TERM to the end of an echod with such a child.
sub stop {
    open my $hold, '+<', $fifo or die "$fifo: $!";
    my $d = Echod->start(prefix => [ 'sh', '-c', $script, 'sh', $fifo ]);
    my ($child) = (Files::slurp("$fifo.pid") // '') =~ /^(\d+)$/;

    is_deeply([ grep { $_ == $child } $d->children ], [$child],
        'echod has a child that somebody left');
    is(Client::echo_once($d->port, 'x'), 'x', 'it serves');
    $d->look;
    my $start = Clock::now();
    is($d->stop('TERM', unseen => 1), 0, 'TERM stops it');
    my $took = Clock::now() - $start;
    ok(Process::is_alive($child), 'the child is none of its business');
    $d->finish;
    close $hold;
    ok(Clock::until(sub { !Process::is_alive($child) }), 'until it ends itself');
    return $took;
}

# One that ends while echod runs is reaped, and no business of the pool's.
{
    open my $hold, '+<', $fifo or die "$fifo: $!";
    my $d = Echod->start(log => 'debug',
        prefix => [ 'sh', '-c', $script, 'sh', $fifo ]);
    my ($child) = (Files::slurp("$fifo.pid") // '') =~ /^(\d+)$/;
    my @workers = $d->workers;

    close $hold;
    ok(Clock::until(sub { !defined Process::state($child) }),
        'a child that ends is reaped');
    ok($d->wait_log(qr/: reaped pid=$child$/), 'a line at level debug says so');
    is($d->count_log(qr/died/), 0, 'it is no worker that has died');
    is_deeply([ $d->workers ], \@workers, 'and is not replaced by one');
    $d->finish;
}

my @took;
do { push @took, stop() } while $took[-1] >= LIMIT && @took < TRIES;
cmp_ok($took[-1], '<', LIMIT, 'nobody has waited for the child')
    or diag "seconds: @took";
done_testing;
