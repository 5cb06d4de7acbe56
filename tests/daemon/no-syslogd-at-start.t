# SPDX-License-Identifier: ISC
#
# If this fails, echod does not start on a machine whose log daemon is not up
# yet, or stays silent when it comes.
use strict;
use warnings;

use Test::More;

use Echod;
use EchodSyslog;

EchodSyslog::private_dev();

my $start = Echod::now();
my $d = Echod->start(
    mode   => 'background',
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n),
);
is($d->{start_status}, 0, 'it starts without a /dev/log');
is(Echod::echo_once($d->port, 'x'), 'x', 'and serves');
is(Echod::slurp($d->dir . '/log'), '', 'without a word on standard error');

my $syslog = EchodSyslog->start;
my $born   = Echod::now();
my $n      = 1000;
ok(Echod::until(sub {
    Echod::echo_once($d->port, 'x' x ++$n);
    return $syslog->count(qr/: connection ended .*in_bytes=1\d\d\d /);
}), 'lines arrive once there is one');
note sprintf 'after %.3f s', Echod::now() - $born;
$d->signal('USR1');
ok(Echod::until(sub { $syslog->count(qr/: status generation=1 /) }),
    'the report of USR1 as well');
is($d->stop, 0, 'stopped');
ok(Echod::until(sub { $syslog->count(qr/: stopped status=0/) }),
    'to the last line');
$d->finish;
done_testing;
