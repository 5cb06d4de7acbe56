# SPDX-License-Identifier: ISC
# rows: 18
#
# If this fails, a worker that was taken over and writes anything into the memory
# that it shares ends the service: the master dies of it, or does not fork the
# workers that clients need.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Hostile;

use constant { ROUNDS => 2, CLIENTS => 30 };

my $hostile = Hostile->build;
my $seed = $ENV{ECHOD_SEED} // time;
note "the first seed is $seed (ECHOD_SEED)";

my $d = $hostile->start(options => [
    '-o', 'workers.max=60', '-o', 'timeouts.defer_accept=0' ]);
$d->expect_log(qr/: warning: /);

isnt($hostile->order($d, 'unprotect', $seed), 'ok',
    'what the master alone writes cannot be made writable');

for my $round (1 .. ROUNDS) {
    my $text = "round $round";
    is($hostile->order($d, 'scribble', $seed + $round), 'ok',
        "$text: rubbish in all shared memory");
    # Each client keeps its worker, so that the pool has to grow.
    my @clients;
    for my $i (1 .. CLIENTS) {
        push @clients, my $client = $d->connect;
        syswrite $client, 'x';
        $hostile->order($d, 'scribble', $seed + 1000 * $round + $i)
            if $i % 10 == 0;
    }
    my $start = Clock::now();
    is(scalar(grep { Client::receive($_, 1) eq 'x' } @clients), CLIENTS,
        "$text: all clients are served");
    Clock::soon($start, "$text: soon", 5);
    my $from = $d->mark;
    $d->signal('USR1');
    ok($d->wait_log(qr/: status connections=\d+ .*\bin_bytes=\d+ /,
        from => $from), "$text: a status report");
    is($d->count_log(qr/: status longest .*seconds=(?!\d{1,4}$)/,
        from => $from), 0, "$text: with a sane age");
    like($d->reload, qr/: reload done /, "$text: a reload is done");
    close $_ for @clients;
}
cmp_ok(scalar $d->workers, '<=', 120, 'there are not too many workers');
is($hostile->order($d, 'scribble', $seed), 'ok', 'and once more before a stop');
$d->finish(unseen => 1);
done_testing;
