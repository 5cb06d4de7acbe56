# SPDX-License-Identifier: ISC
#
# If this fails, the probe that echod(8) advises, an echo by echoc wait, calls an
# echod healthy whose workers all hang.  A probe that only connects
# succeeds even then, because the kernel completes the connection.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Machine;
use Process;

# A master that is not stopped replaces its workers, and workers from before the
# stop end with it; so all of them are, as in a container that is frozen.
my $d = Echod->start(log => 'debug');

# As a monitor would run it.  Returns its exit status.
sub probe {
    my $pid = Process::launch([$Machine::ECHOC, 'wait', '-w', $_[0],
        '127.0.0.1:' . $d->port], stderr => '/dev/null');
    return Process::wait($pid, 20);
}

is(probe(5), 0, 'an echo comes back');
my @all;
ok(Clock::until(sub {
    @all = Process::tree($d->pid);
    kill STOP => @all;
    return !grep { Process::state($_) ne 'T' } @all;
}), 'all hang');
my $sock = $d->connect;
ok($sock, 'one can still connect');
close $sock;
isnt(probe(0.3), 0, 'but no echo comes back');

# What has only connected is an empty connection, and no trouble.
$d->expect_log(qr/: warning: worker stopped pid=/);
kill CONT => reverse @all;
ok($d->wait_log(qr/: connection ended .*in_bytes=0 .* reason=closed$/),
    'the one who connected was accepted later');
is(probe(10), 0, 'an echo comes back again');
$d->finish;
done_testing;
