# SPDX-License-Identifier: ISC
# If this fails, a connection costs a worker more system calls than necessary,
# and clients that connect for each message are served more slowly.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Files;
use Tracer;

Tracer::needs();

# One worker serves all of them.
my $d = Echod->start(options => [map { ('-o', "workers.$_=1") }
    qw(start min_spare max_spare max)]);
$d->expect_log(qr/workers at max/);
my ($worker) = $d->workers;
my $trace = Tracer->attach([$worker]);
# The tracer may miss the call in which it found the worker.
ok(Clock::until(sub {
    Client::echo_once($d->port, 'seen');
    return Files::slurp($trace->file) =~ /^epoll_pwait.*^close\(/ms;
}), 'the tracer watches');

my $clients = 20;
my $good = grep { (Client::echo_once($d->port, "hello $_") // '') eq "hello $_" }
    1 .. $clients;
is($good, $clients, "$clients clients are served");
ok($d->wait_log(qr/ended/, from => 0, count => $clients), 'to their end');
ok(Clock::until(sub {
    return Files::slurp($trace->file) =~ /\bclose\((?!.*\bclose\().*
        ^epoll_pwait\b/msx;
}), 'the worker waits for the next one');
$trace->detach;

# What it costs to tell the master that nobody is idle any more, or somebody
# is, belongs to the size of the pool.
my @calls = grep { !/^write\(\d+, ""?\.*, 1\) / } $trace->calls;
my @served;
for my $call (map { /^(\w+)/ } @calls) {
    push @served, '' if $call eq 'epoll_pwait';
    $served[-1] .= "$call " if @served;
}
my $wanted = 'epoll_pwait rt_sigprocmask accept4 recvfrom sendto recvfrom '
    . 'rt_sigprocmask getsockopt close sendto ';
my @same = grep { $_ eq $wanted } @served;
cmp_ok(scalar @same, '>=', $clients, 'each costs the same calls')
    or diag(join "\n", @served);
# The last one only waits; the first may have been in progress.
my @others = grep { $_ ne $wanted } @served[1 .. $#served - 1];
is("@others", '', 'and no others');
$d->finish;
done_testing;
