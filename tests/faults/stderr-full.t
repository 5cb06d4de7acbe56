# SPDX-License-Identifier: ISC
# rows: 88
#
# If this fails, lines that could not be written because the disk of standard
# error was full are not counted: lines are missing, and the count of lost
# lines is 0.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Namespace;
use Syslog;

Namespace::needs_dev();

use constant CLIENTS => 10;

sub config {
    my ($to) = @_;
    return qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { to = "$to"; };\n);
}

my $syslog = Syslog->start;
my $d = Echod->start(
    mode   => 'background',
    prefix => [ 'sh', '-c', 'exec "$@" 2>/dev/full', 'sh' ],
    config => config('stderr'),
);
my $good = grep { (Client::echo_once($d->port, 'x') // '') eq 'x' }
    1 .. CLIENTS;
is($good, CLIENTS, 'clients are served while standard error is full');

# The count can be seen when the log goes elsewhere.
$d->rewrite(config('syslog'));
$d->signal('HUP');
ok(Clock::until(sub { $syslog->count_log(qr/: reload done /) }, Clock::START),
    'a reload sends the log to syslog');
my $lost = 0;
ok(Clock::until(sub {
    $d->signal('USR1');
    / log_lines_lost=(\d+)$/ and $lost = $1 for $syslog->log_lines;
    return $lost >= CLIENTS;
}), 'the lines are counted as lost')
  or diag "$lost are counted";
$d->finish;
done_testing;
