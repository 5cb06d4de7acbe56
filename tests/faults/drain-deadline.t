# SPDX-License-Identifier: ISC
# rows: 43, 82
#
# If this fails, a client that does not close keeps a stopped echod running, or
# is cut off before it got the data that was read from it.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;

my $drain = 1;
my $d = Echod->start(options => ['-o', "timeouts.drain=$drain"]);

# One that talks on, one that is silent, one that does not even read.
my $talker = $d->connect;
my $silent = $d->connect;
my $deaf = $d->connect;
is(Client::echo($_, 'hello'), 'hello', 'a client') for $talker, $silent;
is(syswrite($deaf, 'x' x 1000), 1000, 'a deaf one');
Clock::until(sub { $d->busy_workers == 3 });
$d->look;

my $start = Clock::now();
$d->signal('TERM');
ok($d->wait_log(qr/: stopping gracefully workers=\d+$/), 'it says so');

my ($sent, $back) = (0, 0);
while (Clock::now() - $start < $drain + 5 * Clock::scale()) {
    my $got = Client::echo($talker, 'still here');
    $back += length $got;
    last if $Client::problem;
}
cmp_ok(Clock::now() - $start, '>=', $drain - 0.01,
    'running clients are served until timeouts.drain');
is($Client::problem, 'eof', 'then it ends with a FIN');
is(Client::receive_all($silent) . $Client::problem, '',
    'for the silent one as well');
is(length(Client::receive_all($deaf)) . $Client::problem, '1000',
    'and the third one finds all of its echo');
close $_ for $talker, $silent, $deaf;

is($d->wait_end, 0, 'the exit status is 0');
Clock::soon($start, 'within timeouts.drain and 2 s to linger', $drain + 2);
is($d->count_log(qr/reason=drained$/), 3, 'the log tells why');
my ($out) = $d->wait_log(qr/in_bytes=(?!5 |1000 )\d+ out_bytes=(\d+)/);
ok($out && $out =~ /out_bytes=${\ ($back + 5)} /,
    'what was sent has arrived') or diag("$back and 5 bytes: $out");
$d->finish;
done_testing;
