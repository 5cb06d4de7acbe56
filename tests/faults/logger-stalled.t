# SPDX-License-Identifier: ISC
# rows: 88
#
# If this fails, a log daemon that hangs blocks the service: echoes or reloads
# wait for it, as in a daemon that calls syslog(3) itself; or lines are lost
# without a note.
use strict;
use warnings;

use List::Util qw(sum0);
use Test::More;

use Client;
use Clock;
use Echod;
use Load;
use Namespace;
use Process;
use Syslog;

Namespace::needs_dev();

# Lines: the queue and the socket of syslogd take some 11,000.
use constant FILLS => 14_000;

my $syslog = Syslog->start;
my $d = Echod->start(
    mode   => 'background',
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { to = "syslog"; level = "info"; };
        workers = { max_connections = 0; max_spare = 30; };\n),
);
my $port = $d->port;

# How many lines of each kind have arrived.
sub arrived { return $syslog->count_log(qr/: connection ended /) }

sub lost {
    my $sum = 0;
    /: log lines lost count=(\d+)/ and $sum += $1 for $syslog->log_lines;
    return $sum;
}

my $load = Load->start(port => $port, clients => 4, messages => 1,
    size => 100, patience => 10);
ok(Clock::until(sub { $load->connections > 100 }, 20), 'there is load');

# From here on the log is not read.
$syslog->freeze;
my $from = $load->connections;
# It reacts to its signals all the same.
my @before = $d->workers;
$d->signal('HUP');
ok(Clock::until(sub {
    !grep { Process::is_alive($_) } @before[ 0 .. 4 ];
}), 'a reload is done, as the old workers leave');
$d->signal('USR1');
# Until there are more lines than all buffers can hold.
ok(Clock::until(sub { $load->connections - $from >= FILLS }, 60),
    'more lines than can wait');
$syslog->thaw;

my $result = $load->stop;
is_deeply($result->{errors}, [], 'no client noticed anything');
# One more connection and its line, for the sum to be said after a loss.
ok(Clock::until(sub {
    return arrived() + lost() >= $result->{connections};
}, 60), 'afterwards every connection is accounted for');
diag sprintf '%d connections, %d lines arrived, %d lost',
  $result->{connections}, arrived(), lost();
cmp_ok(lost(), '>', 0, 'lines were lost, and the log says how many');
# What was lost may have been other lines as well: those of HUP and USR1.
my $others = 40;
cmp_ok(arrived() + lost(), '<=', $result->{connections} + $others,
    'and no more than that');
is(Client::echo_once($port, 'x'), 'x', 'it answers');
ok(Clock::until(sub { arrived() > 0 && $syslog->count_log(qr/: reload done /) })
      || lost() > 0, 'lines arrive again');
$d->finish;
done_testing;
