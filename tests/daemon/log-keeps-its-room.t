# SPDX-License-Identifier: ISC
# If this fails, a worker that was taken over can leave the queue of the log with
# room for a few lines only, even after a reload; or descriptors that it sends
# along with a line use up those that the logger may have.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Hostile;
use Process;

my $clients = 100;
my $hostile = Hostile->build;
my $d = $hostile->start(log => 'info', options => ['-o', 'workers.start=1',
    '-o', 'workers.min_spare=1', '-o', 'workers.max_spare=1']);

# losses(): how many lines are lost while the logger stands still for a moment
# (a second would be too long).
sub losses {
    my $from = $d->mark;
    kill STOP => $d->logger;
    Client::echo_once($d->port, 'x') for 1 .. $clients;
    kill CONT => $d->logger;
    $d->wait_log(qr/: connection ended /, from => $from);
    Client::echo_once($d->port, 'last');
    ok($d->wait_log(qr/: connection ended .* in_bytes=4 /, from => $from),
        'the logger goes on');
    return $clients - $d->count_log(qr/: connection ended .* in_bytes=1 /,
        from => $from);
}

is(losses(), 0, 'no line is lost');
is($hostile->order($d, 'narrow-log'), 'ok', 'a worker takes the room away');
$d->expect_log(qr/: warning: log lines lost count=\d+$/);
cmp_ok(losses(), '>', $clients / 2, 'most lines are lost');
like($d->reload, qr/: reload done /, 'a reload is done');
is(losses(), 0, 'no line is lost any more');

my $open = Process::descriptors($d->logger);
is($hostile->order($d, 'send-rights'), 'ok',
    'a worker sends descriptors along with a line');
ok($d->wait_log(qr/: with descriptors$/), 'the line is written');
is_deeply(Process::descriptors($d->logger), $open,
    'the logger has no more descriptors than before');
$d->finish;
done_testing;
