# SPDX-License-Identifier: ISC
# rows: 11
#
# If this fails, a master that was killed (by the OOM killer, by mistake)
# leaves workers behind that keep its ports, so that a new one cannot start.
use strict;
use warnings;

use List::Util qw(min);
use Test::More;
use Client;
use Clock;
use Echod;

# Seconds in which a port becomes free.  A machine can stand still for longer
# than that: it is the best of some times that counts.
use constant { FREE => 1, TIMES => 5 };

my $data = Client::seeded(1, 1_000_000);
quickest('idle: the port can be bound', \&idle);
quickest('busy: a new echod can serve on the port', \&busy);

# A client that never leaves: its worker goes after timeouts.drain.
my $long = Echod->start(options => ['-o', 'timeouts.drain=1']);
my $stays = $long->connect;
is(Client::echo($stays, 'hello'), 'hello', 'a client that stays');
$long->look;
my $start = Clock::now();
$long->signal('KILL');
$long->wait_end;
is(Client::receive_all($stays) . $Client::problem, '', 'is ended cleanly');
my $seconds = Clock::now() - $start;
cmp_ok($seconds, '>=', 0.99, 'not before timeouts.drain');
Clock::soon($start, 'nor long after it', 1);
close $stays;
$long->finish(status => 128 + 9);
done_testing;

# Do it, which returns how long it took, until it was quick enough.
sub quickest {
    my ($what, $code) = @_;
    my @seconds;
    for (1 .. TIMES) {
        push @seconds, $code->();
        last if $seconds[-1] <= FREE * Clock::scale();
    }
    cmp_ok(min(@seconds), '<=', FREE * Clock::scale(),
        "$what within @{[ FREE ]} s")
        or diag("@seconds");
    return;
}

# No client is being served.
sub idle {
    my $idle = Echod->start;
    my $port = $idle->port;
    $idle->look;
    my $start = Clock::now();
    $idle->signal('KILL');
    my $bound = Clock::until(sub {
        my $sock = IO::Socket::IP->new(
            LocalHost => '127.0.0.1', LocalPort => $port,
            Listen => 5, ReuseAddr => 1,
        );
        return $sock && close $sock;
    });
    my $took = Clock::now() - $start;
    ok($bound, 'idle: the port is free');
    my $again = Echod->start(options => ['-l', "127.0.0.1:$port"]);
    is(Client::echo_once($port, 'hello'), 'hello', 'a new echod serves on it');
    $again->finish;
    $idle->wait_end;
    $idle->finish(status => 128 + 9);
    return $took;
}

# Clients are being served, one of them silent; both may go on.
sub busy {
    my $busy = Echod->start;
    my $port = $busy->port;
    my $active = $busy->connect;
    my $silent = $busy->connect;
    is(Client::echo($_, 'hello'), 'hello', 'a client') for $active, $silent;
    $busy->look;
    my $start = Clock::now();
    $busy->signal('KILL');
    $busy->wait_end;
    my $new = Clock::until(sub { start_at($port) })
        or BAIL_OUT("port $port is never free");
    my $took = Clock::now() - $start;
    ok(Client::echo($active, $data) eq $data, 'the old client goes on');
    is(Client::echo($silent, 'bye', eof => 1), 'bye', 'the silent one too');
    is(Client::echo($active, 'bye', eof => 1), 'bye', 'up to their FIN');
    is($Client::problem, '', 'which they get');
    close $_ for $active, $silent;
    is(Client::echo_once($port, 'new'), 'new',
        'the new one serves new clients');
    ok($busy->wait_log(
        qr/in_bytes=1000008 out_bytes=1000008 .* reason=closed$/),
        'the old log has a last word');
    $new->finish;
    $busy->finish(status => 128 + 9);
    return $took;
}

# A running echod on that port, or undef when it is taken.
sub start_at {
    my $d = Echod->start(options => ['-l', "127.0.0.1:$_[0]"], wait => 0);
    Clock::until(sub { $d->count_log(qr/: ready /) || !$d->is_running });
    return undef unless $d->is_running;
    $d->wait_ready;
    return $d;
}
