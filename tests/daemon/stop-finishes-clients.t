# SPDX-License-Identifier: ISC
# rows: 81, 84
#
# If this fails, a stop or a restart damages open connections.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;

my $clients = 100;
my $d = Echod->start(options => ['-o', 'workers.start=100',
    '-o', 'workers.max_spare=100']);
my $half = 200_000;
my $data = Client::seeded(1, 2 * $half);

# Each has sent one half, and has some of it back, but not all.
my @sock = map { $d->connect } 1 .. $clients;
syswrite($_, $data, 1000) for @sock;
my @back = map { Client::receive($_, 1000) } @sock;
is((grep { $_ eq substr $data, 0, 1000 } @back), $clients,
    "$clients clients are served");
# One that is being forked counts as busy.
ok(Clock::until(sub { $d->busy_workers == $clients }), 'at the same time');
$d->look(settle => 5);
$_->blocking(0) for @sock;
my @sent = map { 1000 + (syswrite($_, $data, $half, 1000) // 0) } @sock;

my @inodes = values %{ Process::listeners($d->pid) };
$d->signal('TERM');
ok($d->wait_log(qr/: stopping gracefully/), 'TERM');
ok(Clock::until(sub {
    my $listening = Process::listening();
    return !grep { $listening->{$_} } @inodes;
}), 'nobody listens any more');
is(Client::connect('127.0.0.1', $d->port), undef,
    'new clients are refused');

# Now the rest of it, all clients at once.
my %open = map { $_ => 1 } 0 .. $#sock;
my @problem = ('') x @sock;
Clock::until(sub {
    for my $i (sort { $a <=> $b } keys %open) {
        my $n;
        if ($sent[$i] < length $data) {
            $n = syswrite $sock[$i], $data, 65536, $sent[$i];
            $sent[$i] += $n // 0;
            shutdown $sock[$i], 1 if $sent[$i] == length $data;
        }
        $n = sysread $sock[$i], $back[$i], 65536, length $back[$i];
        next if !defined $n && Client::again();
        next if $n;
        $problem[$i] = defined $n ? '' : "$!";
        delete $open{$i};
    }
    return !%open;
}, 20);
is(keys %open, 0, 'all of them come to their end');
is((grep { $_ eq $data } @back), $clients, 'with every byte');
is((grep { $_ eq '' } @problem), $clients, 'and a FIN');

is($d->wait_end, 0, 'the exit status is 0');
is($d->count_log(qr/reason=closed$/), $clients, 'the log has them closed');
is($d->count_log(qr/: stopped status=0$/), 1, 'and says "stopped"');
$d->finish;
done_testing;
