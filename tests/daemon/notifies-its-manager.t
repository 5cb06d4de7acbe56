# SPDX-License-Identifier: ISC
#
# If this fails, a service manager takes echod for ready too early, does not
# learn how a reload went, or kills it while clients are served to their end.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Notify;

# states(NOTIFY): the messages about its life, without requests for time and
# listeners to be stored.
sub states {
    return grep { /^(?:READY|RELOADING|STOPPING|STATUS)=/ } $_[0]->messages;
}

sub usec { return Clock::now() * 1e6 }

# The life of a service ----------------------------------------------------------

my $n = Notify->new;
my $d = Echod->start(wait => 0, notify => $n,
    options => ['-o', 'timeouts.drain=20']);
my $ready = $n->wait_for(qr/^READY=1$/m);
is $ready, "READY=1\nSTATUS=generation 1, busy 0/256",
    'the first message says that it is ready, and how it is';
is_deeply [states($n)], [$ready], 'and none came before';
$d->wait_ready;
is Client::echo_once($d->port, 'hello'), 'hello', 'it serves';

$n->mark;
my $before = usec();
$d->reload;
my $begin = $n->wait_for(qr/^RELOADING=1$/m);
like $begin, qr/^STATUS=generation 1, busy \d\/256, reloading$/m,
    'a reload begins';
my ($usec) = $begin =~ /^MONOTONIC_USEC=(\d+)$/m;
ok $before <= $usec && $usec <= usec(), 'now, as the clock of the manager says';
is $n->wait_for(qr/^READY=1$/m),
    "READY=1\nSTATUS=generation 2, busy 0/256", 'and ends';

$n->mark;
$d->expect_log(qr/: error: reload failed/);
$d->rewrite("workers = {\n\tmax = many;\n};\n");
my $line = $d->reload;
ok $n->wait_for(qr/^RELOADING=1$/m), 'another one begins, with a bad file';
my $end = $n->wait_for(qr/^READY=1$/m);
my ($why) = $line =~ /: error: (reload failed.*)/;
is $end, "READY=1\nSTATUS=generation 2, busy 0/256; $why",
    'and ends with what the log says';

$n->mark;
$d->rewrite(Echod::DEFAULT_CONFIG);
$d->reload;
is $n->wait_for(qr/^READY=1$/m), "READY=1\nSTATUS=generation 3, busy 0/256",
    'which is forgotten when one succeeds';

$n->mark;
my $client = $d->connect;
Client::echo($client, 'held');
$d->signal('TERM');
like $n->wait_for(qr/^STOPPING=1$/m), qr/^STATUS=stopping, workers left \d+$/m,
    'a stop begins';
my @grants;
Clock::until(sub {
    @grants = map { /^EXTEND_TIMEOUT_USEC=(\d+)$/m ? $1 : () } $n->fresh;
    return @grants >= 2;
});
cmp_ok scalar(@grants), '>=', 2, 'it asks for more time, again and again';
cmp_ok $grants[0], '<=', (20 + 15) * 1e6,
    'for the time-out of a drain and 15 seconds';
cmp_ok $grants[0], '>', 20e6, 'at most';
cmp_ok $grants[1], '<=', $grants[0] - 0.9e6, 'which do not begin anew';
is Client::echo($client, 'still'), 'still', 'its client is served meanwhile';
close $client;
$d->finish(unseen => 1);

# In the background, and a start that fails --------------------------------------

$n = Notify->new(abstract => 1);
$d = Echod->start(mode => 'background', wait => 'idle',
    notify  => $n,
    options => ['-o', 'log.to=stderr']);
is $n->wait_for(qr/^READY=1$/m),
    'READY=1' . "\nMAINPID=" . $d->pid . "\nSTATUS=generation 1, busy 0/256",
    'in the background it says which process is the main one';
$d->finish;

$n = Notify->new;
my ($status) = Echod->run(env => { NOTIFY_SOCKET => $n->address },
    args => ['-F', '-o', 'workers.max=0']);
is $status, 64, 'a start fails';
like join('|', states($n)), qr/^STOPPING=1\nSTATUS=start failed: .*workers\.max[^|\n]*$/,
    'with its reason, and it was never ready';

done_testing;
