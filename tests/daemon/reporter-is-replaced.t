# SPDX-License-Identifier: ISC
#
# If this fails, the end of the process that answers HTTP hurts the service, or
# is the end of the answers; or one that cannot start is started without end.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Http;
use Process;

Http::needs();

my $d = Echod->start(options => [Http::OPTIONS]);
my $port = Http::port($d);
$d->expect_log(qr/: error: reporter died pid=/);

my $held = $d->connect;
is Client::echo($held, 'a'), 'a', 'a client';
ok Clock::until(sub { $d->idle_workers >= 5 }), 'whose worker has a substitute';
my @workers = $d->workers;

# ended(CODE): CODE ends it; another one comes.
sub ended {
    my ($how, $code) = @_;
    my $old = Http::reporter($d);
    my $from = $d->mark;
    $code->($old);
    ok $d->wait_log(qr/: error: reporter died pid=$old signal=SIGKILL/,
        from => $from), "$how: the log tells it";
    is Http::status($port, '/readyz'), 200, "$how: its successor answers";
    isnt Http::reporter($d), $old, "$how: which is another process";
    is Client::echo($held, 'b'), 'b', "$how: the client is served";
    return;
}

ended('killed', sub { kill KILL => $_[0] });
ended('killed again', sub { kill KILL => $_[0] });
# Nobody would ever let it go on.
ended('stopped', sub { kill STOP => $_[0] });
my $reporter = Http::reporter($d);
kill $_ => $reporter for qw(HUP INT TERM QUIT USR1 USR2 ALRM PIPE);
is Http::status($port, '/readyz'), 200, 'signals of a terminal do not end it';
is Http::reporter($d), $reporter, 'it is the same';
is_deeply [sort $d->workers], [sort @workers], 'the workers are, too';

# Requests that come while there is none wait for the next one.
kill KILL => Http::reporter($d);
is Http::status($port, '/healthz'), 200, 'one that comes meanwhile is answered';
close $held;

# Killed over and over: the pauses grow, and the log is not filled.
my $from = $d->mark;
my $killed = 0;
Clock::until(sub {
    my $pid = Http::reporter($d);
    $killed += kill KILL => $pid if defined $pid;
    return 0;
}, 1 / Clock::scale());
cmp_ok $killed, '<', 10, "it is started ever more seldom ($killed)";
is Client::echo_once($d->port, 'hello'), 'hello', 'the service does not mind';
$d->finish;

# It goes with the master, however that ends.
$d = Echod->start(options => [Http::OPTIONS]);
$port = Http::port($d);
my $pid = Http::reporter($d);
$d->signal('KILL');
ok Clock::until(sub { !Process::is_alive($pid) }), 'it ends with the master';
is_deeply Http::get($port, '/'), {}, 'and nobody listens any more';
$d->finish(status => 137, unseen => 1);
done_testing;
