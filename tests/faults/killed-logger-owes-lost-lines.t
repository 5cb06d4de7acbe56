# SPDX-License-Identifier: ISC
# rows: 88, 90
#
# If this fails, lines that were lost while a logger hung are not reported when
# the logger has to be killed: the log has a gap without a note.
use strict;
use warnings;

use List::Util qw(sum0);
use Test::More;

use Client;
use Clock;
use Echod;
use Tracer;

Tracer::needs();

use constant BYTES => 25_000;    # two lines each: more than wait for a logger

my $d = Echod->start(
    log     => 'debug',
    options => [ '-o', 'buffer_size=1' ],
);
$d->expect_log(qr/: error: logger died pid=\d+/,
    qr/: warning: log lines lost count=\d+$/);

# How many lines the log says were lost.
sub told {
    return sum0(map { /: warning: log lines lost count=(\d+)$/ ? $1 : () }
        $d->log_lines);
}

# How many lines the master says were lost.  The new logger tells of the loss
# while its queue is still as good as full: then the report is lost as well, and
# has to be asked for again.
sub counted {
    my $from = $d->mark;
    my $lost;
    Clock::until(sub {
        $d->signal('USR1');
        (undef, $lost) = $d->wait_log(qr/: status .*log_lines_lost=(\d+)$/,
            from => $from, timeout => 0.5, quiet => 1);
        return defined $lost;
    });
    return $lost // 'unknown';
}

for my $round (1 .. 2) {
    my $logger = $d->logger;
    my $before = told();
    my $hold = Tracer->hold($logger);
    my $data = 'x' x BYTES;
    ok(Client::echo_once($d->port, $data) eq $data,
        "round $round: more lines than can wait for a logger that hangs");
    kill 'KILL', $logger;
    $hold->detach;
    ok(Clock::until(sub { ($d->logger // $logger) != $logger }),
        'it is killed, and there is another one');
    ok(Clock::until(sub { told() > $before }), 'that tells of the loss');
    # Few lines are written now: the reported and the counted number agree.
    my $lost = counted();
    ok(Clock::until(sub { told() >= $lost }), 'of every line');
    is(told(), $lost, 'and of no other');
}
$d->finish;
done_testing;
