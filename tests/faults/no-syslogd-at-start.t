# SPDX-License-Identifier: ISC
# rows: 87
#
# If this fails, echod does not start if the log daemon is not running yet,
# does not report that the log is lost, or does not log once the log daemon
# runs.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Namespace;
use Syslog;

Namespace::needs_dev();

my $start = Clock::now();
my $d = Echod->start(
    mode   => 'background',
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n),
);
is($d->{start_status}, 0, 'it starts without a /dev/log');
is(Client::echo_once($d->port, 'x'), 'x', 'and serves');
is(Files::slurp($d->dir . '/log'), 'echod: no syslog daemon listens at '
    . "/dev/log: until one does, the log is lost; see log.to\n",
    'and says what becomes of its log');

# A reload that sends it there says so where it was until then.
my $config = qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);
my $e = Echod->start(mode => 'background',
    config => qq(log = { to = "stderr"; };\n$config));
$e->expect_log(qr/: warning: no syslog daemon listens at/);
ok($e->wait_log(qr/: ready /), 'another logs to standard error');
is($e->count_log(qr/no syslog daemon/), 0, 'and has nothing to warn of');
$e->rewrite($config);
$e->signal('HUP');
ok($e->wait_log(qr/: warning: no syslog daemon listens at/),
    'until a reload sends its log to syslog');
is($e->stop, 0, 'stopped');
$e->finish;

my $syslog = Syslog->start;
my $born   = Clock::now();
my $n      = 1000;
ok(Clock::until(sub {
    Client::echo_once($d->port, 'x' x ++$n);
    return $syslog->count_log(qr/: connection ended .*in_bytes=1\d\d\d /);
}), 'lines arrive once there is one');
note sprintf 'after %.3f s', Clock::now() - $born;
$d->signal('USR1');
ok(Clock::until(sub { $syslog->count_log(qr/: status generation=1 /) }),
    'the report of USR1 as well');
is($d->stop, 0, 'stopped');
ok(Clock::until(sub { $syslog->count_log(qr/: stopped status=0/) }),
    'to the last line');
$d->finish;
done_testing;
