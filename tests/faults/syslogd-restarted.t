# SPDX-License-Identifier: ISC
# rows: 89
#
# If this fails, echod does not log any more after the log daemon was
# restarted, as after each of its upgrades.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Namespace;
use Syslog;

Namespace::needs_dev();

my $syslog = Syslog->start;
my $d = Echod->start(
    mode   => 'background',
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { ident = "restarted"; facility = "local3"; };\n),
);

# A connection whose line must arrive; its length is its name.
sub line_arrives {
    my ($n, $what) = @_;
    Client::echo_once($d->port, 'x' x $n);
    ok(Clock::until(sub {
        $syslog->count_log(qr/: connection ended .*in_bytes=$n /);
    }), $what);
    return;
}

line_arrives(101, 'a line arrives');
# local3 is facility 19, info is severity 6 (RFC 5424).
is($syslog->count_log(qr/^<158>.* restarted\[\d+\]: connection ended /), 1,
    'with its facility, severity and name');
is($syslog->count_log(qr/^<157>.*: listening on 127\.0\.0\.1 port \d+$/), 1,
    'so did what was said at the start');

$syslog->restart;
line_arrives(102, 'the first line after a restart of syslogd');

for my $n (1 .. 5) {
    $syslog->restart;
    line_arrives(102 + $n, "the first line after restart $n more");
}

# The socket is gone for a while: what is said meanwhile is lost, not more.
$syslog->end;
for my $n (1 .. 10) {
    is(Client::echo_once($d->port, 'x'), 'x', "served without syslogd, $n");
}
$syslog->restart;
line_arrives(120, 'the first line after a time without syslogd');
line_arrives(121, 'and the next');
$d->finish;
done_testing;
