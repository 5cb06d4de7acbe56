# SPDX-License-Identifier: ISC
#
# If this fails, one of many deaths of forkers and workers, at moments that
# nobody has chosen and with reloads between them, leaves the pool with a gap, a
# process that nobody knows, or a client without an answer.
#
# The seed is printed; ECHOD_TEST_SEED replays it.
#
# slow: a thousand rounds
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

use constant ROUNDS => 1000;

my $seed = $ENV{ECHOD_TEST_SEED} // time ^ $$;
srand $seed;
note "seed $seed";

my $d = Echod->start(log => 'notice');
my $descriptors = keys %{ Process::descriptors($d->pid) };
$d->expect_log(qr/: warning: (?:forker|worker) died pid=\d+ signal=SIGKILL/,
    qr/: error: forker was stopped, killed pid=/,
    qr/: warning: the forker (?:died|was stopped)/,
    qr/: warning: (?:a worker died|workers die) before /,
    qr/: warning: worker stopped pid=/,
    qr/: error: reload failed, nothing has changed: (?:the forker|a new worker)/,
    qr/: warning: .* left out/);

# one_of(PID, ...): any of them.
sub one_of { return @_ ? $_[rand @_] : () }

my @deeds = (
    sub { kill KILL => one_of($d->forker // ()) },
    sub { kill STOP => one_of($d->forker // ()) },
    sub { kill KILL => one_of($d->workers) },
    sub { kill KILL => $d->forker // (), $d->workers },
    sub { $d->signal('HUP') },
);
my @unserved;
for my $round (1 .. ROUNDS) {
    my @now = map { one_of(@deeds) } 1 .. 1 + rand 3;
    $_->() for @now;
    # Not each time, so that some rounds meet those before.
    next if rand() < 0.7;
    my $back = Client::echo_once($d->port, "round $round");
    # Its own worker may have been the one that died.
    $back = Client::echo_once($d->port, "round $round")
        if $back ne "round $round";
    push @unserved, $round if $back ne "round $round";
}
is("@unserved", '', 'a client that comes after a blow is served');
ok(Process::is_alive($d->pid), 'the master is there');
ok(Clock::until(sub { ($d->reload // '') =~ /: reload done / }, 60),
    'a reload is done');
is(Client::echo_once($d->port, 'end'), 'end', 'it serves');
ok(Clock::until(sub {
    my %count;
    $count{ $d->role($_) }++ for $d->children;
    return ($count{forker} // 0) == 1 && ($count{logger} // 0) == 1
        && keys %count == 3;
}), 'one forker, one logger and workers, and nobody else');
ok(Clock::until(sub {
    keys %{ Process::descriptors($d->pid) } == $descriptors
}), 'with as many descriptors as before');
$d->finish;
done_testing;
