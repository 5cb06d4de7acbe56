# SPDX-License-Identifier: ISC
# rows: 85, 88
#
# If this fails, a log daemon that hangs slows the service down or delays its
# stop.
#
# alone: compares the rates of connections with and without a log that hangs
use strict;
use warnings;

use List::Util qw(min sum0);
use Test::More;

use Clock;
use Echod;
use Load;
use Namespace;
use Syslog;

Namespace::needs_dev();

use constant {
    STALLED => 10,     # seconds in all
    WINDOW  => 2.5,    # of one measurement
    RATIO   => 0.7,    # of the rates: what we call noise
    TRIES   => 3,      # to measure them while the machine is idle
};

my $syslog = Syslog->start;
my $d = Echod->start(
    mode   => 'background',
    config => qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { to = "syslog"; level = "info"; };
        workers = { max_connections = 0; };\n),
);
my $port = $d->port;

# Connections a second, over so many seconds.
my $load;

sub rate {
    my ($seconds) = @_;
    my ($start, $before) = (Clock::now(), $load->connections);
    my $end = $start + $seconds;
    Clock::until(sub { Clock::now() >= $end }, $seconds + 1);
    return ($load->connections - $before) / (Clock::now() - $start);
}

# Windows that alternate, so that whatever else the machine does hits both.
$load = Load->start(port => $port, clients => 4, messages => 1,
    size => 100, patience => 10);
ok(Clock::until(sub { $load->connections > 100 }, 20), 'there is load');
my (@normal, $ratio);
for my $try (1 .. TRIES) {
    my @stalled;
    @normal = ();
    for my $n (1 .. STALLED / WINDOW) {
        push @normal, rate(WINDOW);
        $syslog->freeze;
        push @stalled, rate(WINDOW);
        $syslog->thaw;
    }
    $ratio = sum0(@stalled) / (sum0(@normal) || 1);
    diag sprintf 'connections a second: %s; while syslogd stalls: %s;'
      . ' ratio %.2f', join(' ', map { int } @normal),
      join(' ', map { int } @stalled), $ratio;
    last if $ratio >= RATIO;
}
cmp_ok($ratio, '>=', RATIO, 'a stalled syslogd does not slow the service');

# Now for ten seconds on end, under the same load.  The slowest of the other
# windows is what the machine could do; it may have other things to do.
for my $try (1 .. TRIES) {
    $syslog->freeze;
    my $rate = rate(STALLED);
    my $least = min(@normal);
    $ratio = $rate / ($least || 1);
    diag sprintf '%.0f/s while it stalls on, %.0f/s in the slowest window else',
      $rate, $least;
    last if $ratio >= RATIO;
    $syslog->thaw;
    push @normal, rate(WINDOW);
}
cmp_ok($ratio, '>=', RATIO, 'nor does one that is stalled for ten seconds');

$syslog->thaw;
is_deeply($load->stop->{errors}, [], 'no client noticed anything');

# TERM, with the queue full and no process that empties it.
$syslog->freeze;
$load = Load->start(port => $port, clients => 4, messages => 1,
    size => 100, connections => 10_000,
    patience => 10);
is_deeply($load->wait->{errors}, [], 'stalled again, under load');
$d->look;
my $start = Clock::now();
is($d->stop('TERM', unseen => 1, timeout => 20), 0, 'TERM ends echod');
# The logger is given 4 s.
Clock::soon($start, 'within bounds', 5);
$d->finish;
done_testing;
