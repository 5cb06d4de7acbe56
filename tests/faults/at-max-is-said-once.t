# SPDX-License-Identifier: ISC
# rows: 25
#
# If this fails, echod does not report that all workers are busy, so that the
# cause of waiting clients is unknown; or reports it when no client waits; or
# reports it for each client and fills the disk.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;

use constant {
    MAX     => 6,
    WAITING => 20,
};

my $d = Echod->start(
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        workers = { start = 2; min_spare = 2; max_spare = @{[ MAX ]};
        max = @{[ MAX ]}; };\n),
    log => 'notice',
);
$d->expect_log(qr/: warning: workers at max /);

my @clients = map { $d->connect } 1 .. MAX;
is(scalar(grep { Client::echo($_, 'x') eq 'x' } @clients), MAX,
    'as many clients as there may be workers');
my $all = 'workers at max busy=' . MAX;
ok($d->wait_log(
    qr/: warning: $all waiting=\d+: further clients wait; see workers\.max$/),
    'the log says that this is all');
is(scalar $d->workers, MAX, 'there are max workers');

my @waiting;
for my $n (1 .. WAITING) {
    my $s = $d->connect;
    syswrite $s, "wait $n\n";
    push @waiting, $s;
}
# When the master has written its report, it has seen them and done what it
# would do; the others are served meanwhile.
$d->signal('USR1');
ok($d->wait_log(qr/: status generation=1 /), 'the master reports');
is(scalar(grep { Client::echo($_, 'x') eq 'x' } @clients), MAX,
    'those that have a worker are served');
is(scalar(grep { Client::readable($_, 0) } @waiting), 0,
    'more clients have to wait');
is(scalar $d->workers, MAX, 'and get no worker more');

# As clients leave, those that wait are served, in turn.
my @late;
for my $n (1 .. WAITING) {
    close shift @clients;
    my $s    = $waiting[ $n - 1 ];
    my $data = "wait $n\n";
    push @late, $n if Client::receive($s, length $data) ne $data;
    push @clients, $s;
}
is_deeply(\@late, [], 'each of them is served when its turn comes');
is($d->count_log(qr/: warning: workers at max /), 1,
    'the log has said so once');
is($d->count_log(qr/: workers below max /), 0, 'it is not over');

close $_ for @clients;
ok($d->wait_log(
    qr/: workers below max busy=\d+ idle=\d+ waiting=0 seconds=\d+\.\d$/),
    'then it is, as the log says');

# Another time within a minute is not news.
for my $round (1 .. 3) {
    @clients = map { $d->connect } 1 .. MAX;
    is(scalar(grep { Client::echo($_, 'x') eq 'x' } @clients), MAX,
        "full again, round $round");
    close $_ for @clients;
    ok(Clock::until(sub { $d->idle_workers >= 2 }), 'and not any more');
}
is($d->count_log(qr/: workers (?:at|below) max /), 2,
    'which is not said again so soon');
$d->finish;
done_testing;
