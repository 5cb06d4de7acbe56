# SPDX-License-Identifier: ISC
# If this fails, workers that hang while they seem to be idle, or cannot accept
# anybody, keep clients waiting for ever: the master believes them.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;
use Tracer;

Tracer::needs();

# An echod whose workers all have this fault; those that come later do not.
sub start {
    my ($fault, @options) = @_;
    my $d = Echod->start(options =>
        [map { ('-o', $_) } 'timeouts.defer_accept=0', @options]);
    return ($d, Tracer->attach([$d->workers], 'accept4', $fault));
}

# served(ECHOD, TEXT): a client comes, and is served within seconds.
sub served {
    my ($d, $text) = @_;
    my $client = $d->connect;
    my $start = Clock::now();
    is(Client::echo($client, 'x', eof => 1), 'x', "$text: a client is served");
    Clock::soon($start, "$text: soon");
    return;
}

# There is room for more of them.
my ($d, $hang) = start('delay_enter=100000000');
served($d, 'room for more');
$hang->detach;
$d->finish;

# There is none: the old ones have to go first.
my @full = map { "workers.$_=3" } qw(start min_spare max_spare max);
($d, $hang) = start('delay_enter=100000000', @full);
my @old = $d->workers;
$d->expect_log(
    qr/: warning: clients wait in vain, idle workers are replaced /);
served($d, 'no room for more');
my (undef, $waiting, $idle) = $d->wait_log(
    qr/clients wait in vain, .* waiting=(\d+) idle=(\d+)$/, from => 0);
is("$waiting of $idle", '1 of 3', 'the log says so');
ok($d->wait_log(qr/: clients are served again seconds=\d/, from => 0),
    'and when it is over');
$hang->detach;
ok(Clock::until(sub { !grep { Process::is_alive($_) } @old }),
    'the old ones leave');
$d->finish;

# Nobody can accept, as they say themselves: more are forked, but not many.
($d, $hang) = start('error=ENOMEM');
$hang->detach;
$hang = Tracer->attach([$d->pid, $d->children], 'accept4', 'error=ENOMEM', '-f');
$d->expect_log(qr/: warning: accept failed .*, trying again: Cannot allocate/);
my $client = $d->connect;
ok(Clock::until(sub { $hang->calls >= 5 }), 'no memory: it is tried');
is($d->count_log(qr/: warning: /, from => 0), 1, 'no memory: one line');
cmp_ok(scalar $d->workers, '<', 20, 'no memory: few workers');
$hang->detach;
is(Client::echo($client, 'x', eof => 1), 'x', 'no memory: then it is served');
$d->finish;
done_testing;
