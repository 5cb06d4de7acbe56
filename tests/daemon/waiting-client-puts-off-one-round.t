# SPDX-License-Identifier: ISC
#
# If this fails, a pool never shrinks if a client waits whenever its idle
# workers are counted, as is common on a busy machine.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Shim;

my $shim = Shim->build;

# Two workers too many; one is terminated in each round, a second apart.
sub too_many {
    my (%more) = @_;
    return Echod->start(
        options => [ map { ('-o', "workers.$_") } 'start=4', 'min_spare=1',
            'max_spare=2' ],
        log => 'notice',
        %more,
    );
}

# The other one begins later: when that has shrunk, a round of this one is over,
# in which a client waited: its worker is about to accept.
my $d = too_many(env => $shim->env);
my $other = too_many();
# On a slow machine it waits for so long that its worker is replaced.
$d->expect_log(qr/: warning: clients wait in vain, /);
$shim->on('hold-accept4');
my $client = $d->connect;
syswrite $client, 'x';
ok(Clock::until(sub { $shim->entered('accept4') }), 'a client waits');
ok(Clock::until(sub { $other->workers <= 3 }), 'another pool shrinks');
$shim->off('hold-accept4');
is(Client::receive($client, 1), 'x', 'the client is served');
ok(Clock::until(sub { $d->idle_workers <= 2 }), 'and stays; the pool shrinks');
is(Client::echo($client, 'y'), 'y', 'the client is served still');
close $client;
$_->finish for $d, $other;
done_testing;
