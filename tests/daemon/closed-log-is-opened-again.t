# SPDX-License-Identifier: ISC
# If this fails, a worker that was taken over silences the whole service: all
# have the same socket of the log, and when it is shut down, the logger ends
# whenever it is started, and every line is lost until a restart.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Hostile;
use Process;

my $hostile = Hostile->build;
my $shut = qr/: error: a worker has closed the log, opened again, workers /;

# says_so(ECHOD, WHAT): the line of a new client is in the log again.
sub says_so {
    my ($d, $what) = @_;
    my $from = $d->mark;
    ok(Clock::until(sub {
        Client::echo_once($d->port, 'x');
        return $d->count_log(qr/: connection ended /, from => $from);
    }), "$what: the line of a client is in the log");
    return;
}

my $d = $hostile->start(log => 'info', config => '');
$d->expect_log($shut, qr/: warning: log lines lost count=\d+$/);
says_so($d, 'before');
my @under_way = map { $d->connect } 1 .. 3;
is(Client::echo($_, 'x'), 'x', 'a client under way') for @under_way;
my ($logger, $forker) = ($d->logger, $d->forker);
my %before = map { $_ => 1 } $d->workers;
# What is configured now is not what the file says, which nobody has loaded.
$d->rewrite('nonsense');

my $from = $d->mark;
is($hostile->order($d, 'shut-log'), 'ok', 'a worker shuts down the log');
ok($d->wait_log($shut, from => $from), 'the master says so');
ok($d->wait_log(qr/: reload done generation=2 /, from => $from),
    'and replaces all that have the dead log');
says_so($d, 'soon after');
isnt($d->logger, $logger, 'from another logger');
isnt($d->forker, $forker, 'another forker');
is($d->count_log($shut, from => $from), 1, 'one line');
is(Client::echo($_, 'y'), 'y', 'who was under way is served')
    for @under_way;
is(Client::echo($_, 'z', eof => 1), 'z', 'to his end') for @under_way;
ok(Clock::until(sub { !grep { $before{$_} } $d->workers }),
    'then the old workers are gone');
says_so($d, 'afterwards');
ok($d->wait_log(qr/: warning: log lines lost count=\d+$/, from => $from),
    'what was lost is counted');

# Once more, and the file is read when it is asked for.
$from = $d->mark;
is($hostile->order($d, 'shut-log'), 'ok', 'and once more');
ok($d->wait_log(qr/: reload done generation=3 /, from => $from),
    'they are replaced again');
says_so($d, 'the second time');
$d->expect_log(qr/: error: reload failed/);
like($d->reload, qr/: reload failed/, 'a reload reads the file');
says_so($d, 'after the reload');
$d->finish;
done_testing;
