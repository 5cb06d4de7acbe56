# SPDX-License-Identifier: ISC
# If this fails, whoever may signal the logger, as a worker that was taken over,
# can end all logging by a SIGSTOP.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;

my $d = Echod->start(log => 'info');

# A short stop is none of the master's business.
my $logger = $d->logger;
kill 'STOP', $logger;
is(Client::echo_once($d->port, 'a'), 'a', 'a client is served meanwhile');
kill 'CONT', $logger;
ok($d->wait_log(qr/: connection ended .*in_bytes=1 /), 'its line comes');
is($d->logger, $logger, 'from the same logger');

$d->expect_log(qr/: warning: logger was stopped, killed pid=\d+$/,
    qr/: error: logger died pid=\d+ signal=SIGKILL core=no$/);
kill 'STOP', $logger;
# Before that it may have taken a line, which would be lost with it.
Clock::until(sub { Process::state($logger) eq 'T' });
is(Client::echo_once($d->port, 'bb'), 'bb', 'nobody wakes this one');
ok($d->wait_log(qr/: warning: logger was stopped, killed pid=$logger$/),
    'the log says that it was killed');
ok($d->wait_log(qr/: connection ended .*in_bytes=2 /),
    'the line that has waited comes');
isnt($d->logger, $logger, 'from another logger');
$d->finish;
done_testing;
