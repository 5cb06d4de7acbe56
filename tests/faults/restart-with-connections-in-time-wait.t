# SPDX-License-Identifier: ISC
# rows: 80, 84
#
# If this fails, a restart fails because of connections that have ended, or an
# idle echod takes its time to stop.
#
# slow: ends hundreds of connections
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;

use constant CLIENTS => 300;

# time_waits(PORT): connections of that port that wait for the network to
# forget them, in state 06.
sub time_waits {
    my $port = sprintf ':%04X', shift;
    return scalar grep { /^ *\d+: \S+$port \S+ 06 / }
        split /\n/, Files::slurp('/proc/net/tcp') // '';
}

# An idle echod ends at once, whatever it is told to end by.
my $port;
for my $signal (qw(TERM INT QUIT)) {
    my $d = Echod->start;
    $port = $d->port;
    my $start = Clock::now();
    is($d->stop($signal), 0, "$signal: status 0");
    Clock::soon($start, 'at once');
    $d->finish;
}

# Whoever closes first has the connection in that state: a lifetime of a moment
# makes it the server.
my $d = Echod->start(log => 'notice', options => ['-l', "127.0.0.1:$port",
    '-o', 'timeouts.lifetime=0.05', '-o', 'workers.start=50',
    '-o', 'workers.max_spare=50',
    '-o', 'timeouts.defer_accept=0']);
my ($done, @open) = (0);
while ($done < CLIENTS) {
    push @open, grep { defined } map { $d->connect } 1 .. 50;
    # The end of the stream is there, or comes.
    Client::receive_all($_) for @open;
    $done += @open;
    close $_ for splice @open;
}
cmp_ok(time_waits($port), '>=', CLIENTS / 2, 'many connections are in TIME_WAIT');
is($d->stop, 0, 'it stops');

my $start = Clock::now();
my $e = Echod->start(options => ['-l', "127.0.0.1:$port"]);
Clock::soon($start, 'and starts again with the same port at once');
cmp_ok(time_waits($port), '>', 0, 'although they still are');
is(Client::echo_once($port, 'x'), 'x', 'it serves');
$_->finish for $d, $e;
done_testing;
