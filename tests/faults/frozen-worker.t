# SPDX-License-Identifier: ISC
# rows: 8, 100
#
# If this fails, a worker that does not run (SIGSTOP, a debugger) counts as
# idle.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;

my @expected = (qr/: worker stopped pid=\d+$/, qr/: workers at max/);
# The workers that replace the stopped ones may stay.
my $d = Echod->start(options => ['-o', 'workers.max_spare=30']);
$d->expect_log(@expected);

# One, then all that are idle: others take their place.
for my $count (1, 5) {
    my @frozen = ($d->idle_workers)[0 .. $count - 1];
    Process::freeze(@frozen);
    ok($d->wait_log(qr/: warning: worker stopped pid=$frozen[-1]$/),
        "$count frozen: the log tells");
    is(served($d, 10), 10, 'clients are served');
    my %frozen = map { $_ => 1 } @frozen;
    ok(Clock::until(sub {
        (grep { !$frozen{$_} } $d->idle_workers) >= 5;
    }), 'there are as many idle ones as before');
    $d->mark;
    kill CONT => @frozen;
    is($d->wait_told(qr/: worker continued pid=/, 'worker-stopped', $count),
        $count, 'they go on');
}
is(served($d, 10), 10, 'and clients are served');
$d->finish;
done_testing;

# How many of COUNT clients are served.
sub served {
    my ($d, $count) = @_;
    my @sock = map { $d->connect } 1 .. $count;
    return scalar grep {
        Client::echo($_, 'hello', eof => 1) eq 'hello'
    } @sock;
}
