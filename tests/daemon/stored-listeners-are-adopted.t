# SPDX-License-Identifier: ISC
#
# If this fails, what a service manager has stored for an earlier echod is of no
# use to the next one, or keeps it from starting.
use strict;
use warnings;

use Socket qw(SOL_SOCKET);
use Test::More;

use Activation;
use Client;
use Clock;
use Echod;
use Process;

use constant { SO_BINDTOIFINDEX => 62, NOWHERE => 2**31 - 1 };

sub entry {
    my ($sock) = @_;
    return sprintf qq({ address = "%s"; port = %d; }), $sock->sockhost,
        $sock->sockport;
}

# start(SOCKETS, ENTRIES): with these in the store, and these to serve.
sub start {
    my ($sockets, @entries) = @_;
    return Echod->start(log => 'info',
        Activation::pass($sockets,
            names => join ':', map { 'echod-listener' } @$sockets),
        config => 'listen = ( ' . join(', ', @entries) . " );\n");
}

# Beside one from a socket unit, which has another name.
my ($kept, $unit) = map { Activation::listener($_) } '127.0.0.1', '127.0.0.2';
my ($port, $other) = map { $_->sockport } $kept, $unit;
my $waiting = Client::connect('127.0.0.1', $port);
my $d = Echod->start(
    Activation::pass([$unit, $kept], names => 'unit:echod-listener'),
    config => 'listen = ( ' . entry($kept) . " );\n");
is($d->count_log(qr/: listening on 127\.0\.0\.1 port $port \(kept\)$/), 1,
    'one that is stored is kept');
is($d->count_log(qr/: listening on 127\.0\.0\.2 port $other \(inherited as "unit", not in `listen`\)$/),
    1, 'one of a socket unit is inherited');
is(Client::echo($waiting, 'hello'), 'hello', 'who has waited is served');
is($d->count_log(qr/: backlog of 127\.0\.0\.1/), 0,
    'its queue is as long as the configuration says');
close $waiting;
$d->signal('USR1');
$d->wait_log(qr/status connections=/);
is($d->count_log(qr/ status listener=127\.0\.0\.1:\S+ .* origin=stored$/), 1,
    'the status tells it');
undef $_ for $kept, $unit;
$d->finish;

# One that nobody wants any more is closed, and its clients are served before.
my ($wanted, $unwanted) = map { Activation::listener($_) } '127.0.0.1',
    '127.0.0.2';
($port, $other) = map { $_->sockport } $wanted, $unwanted;
$waiting = Client::connect('127.0.0.2', $other);
syswrite $waiting, 'hello';
$d = start([$wanted, $unwanted], entry($wanted));
is($d->count_log(qr/: closing 127\.0\.0\.2:$other, not in `listen` origin=stored$/),
    1, 'one that is not wanted is closed');
is(Client::receive($waiting, 5), 'hello', 'but not before its client is served');
close $waiting;
undef $_ for $wanted, $unwanted;
ok(Clock::until(sub { !Client::connect('127.0.0.2', $other) }),
    'others are refused');
# Its listener may have been open still when the start was over.
$d->finish(slack => 2);

# One that was hidden, for the manager did not hear that it was to forget it.
my $hidden = Activation::listener('127.0.0.1');
$port = $hidden->sockport;
$waiting = Client::connect('127.0.0.1', $port);
syswrite $waiting, 'hello';
my $entry = entry($hidden);
setsockopt $hidden, SOL_SOCKET, SO_BINDTOIFINDEX, NOWHERE
    or die "setsockopt: $!\n";
$d = start([$hidden], $entry);
is($d->count_log(qr/: listening on 127\.0\.0\.1 port $port$/), 1,
    'beside one that is hidden another one is opened');
is(Client::receive($waiting, 5), 'hello', 'the client that it had is served');
close $waiting;
is(Client::echo_once($port, 'x'), 'x', 'and so are new ones');
undef $hidden;
# Here, too.
$d->finish(slack => 2);

# One that a worker had closed just before the end.
my $closed = IO::Socket::IP->new(LocalHost => '127.0.0.1', Type => 1,
    ReuseAddr => 1) // die $@;
$port = $closed->sockport;
$d = start([$closed], entry($closed));
is(Client::echo_once($port, 'x'), 'x', 'one that does not listen is opened again');
undef $closed;
$d->finish;

done_testing;
