# SPDX-License-Identifier: ISC
# rows: 33, 47
#
# If this fails, connections that come and go by the thousand leave something
# behind in a worker or in the master: a descriptor, memory, or a lower speed.
#
# slow: makes 120,000 connections
use strict;
use warnings;

use List::Util qw(max sum);
use Test::More;

use Client;
use Clock;
use Echod;
use Load;
use Machine;
use Process;
use Socket;

plan skip_all => 'valgrind counts its own memory as well' if @Machine::WRAPPER;

use constant { RESETS => 100_000, CLIENTS => 2, CHURN => 20_000, SLACK => 300 };

my $d = Echod->start(log => 'notice', options =>
    [ '-o', 'workers.max=20', '-o', 'workers.max_spare=20',
      '-o', 'workers.start=20', '-o', 'workers.min_spare=5' ]);
$d->expect_log(qr/: warning: workers at max /);

# A first thousand, after which everything has its usual size.
is_deeply(Load->start(port => $d->port, connections => 250)->wait->{errors},
    [], 'clients are served');
my $slices = Clock::is_slow() ? 10 : 1;
my @workers = sort { $a <=> $b } $d->workers;
my $before = taken();

my @pids = map {
    Process::child(sub {
        my $address = pack_sockaddr_in($d->port, INADDR_LOOPBACK);
        my $now = pack 'ii', 1, 0;
        for my $n (1 .. RESETS / CLIENTS / $slices) {
            socket my $sock, AF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
            connect $sock, $address or die "connect: $!\n";
            syswrite $sock, 'gone' if $n % 2;
            setsockopt $sock, SOL_SOCKET, SO_LINGER, $now;
        }
    });
} 1 .. CLIENTS;
my $good = 0;
my $tries = 0;
while (my @alive = grep { !defined Process::wait($_, 0) } @pids) {
    @pids = @alive;
    $tries++;
    $good++ if (Client::echo_once($d->port, 'good', timeout => 20) // '')
        eq 'good';
}
cmp_ok($tries, '>', 10, RESETS / $slices . ' connections are reset');
is($good, $tries, 'a good client is served all the time');
my $load = Load->start(port => $d->port, clients => CLIENTS, messages => 1,
    connections => CHURN / CLIENTS / $slices)->wait;
is_deeply($load->{errors}, [], CHURN / $slices . ' more come and go');
cmp_ok($load->{slowest}, '<', Clock::SOON * Clock::scale(), 'none waits long');

ok(Clock::until(sub { !$d->busy_workers }), 'then there is silence');
my $after = taken();
is_deeply([sort { $a <=> $b } $d->workers], \@workers, 'the workers are the same');
is($after->{descriptors}, $before->{descriptors}, 'with as many descriptors');
for my $whose (qw(master workers)) {
    my $more = $after->{$whose} - $before->{$whose};
    cmp_ok($more, '<=', SLACK, "and no more memory of the $whose") if
        !Machine::has_sanitizer();
    note "$whose: $before->{$whose} kB, $more more";
}
$d->finish;
done_testing;

# What they have: descriptors, and kB of memory that is nobody else's.
sub taken {
    Clock::until(sub { !$d->busy_workers });
    return {
        descriptors => scalar(map { keys %{ Process::descriptors($_) } }
            $d->pid, @workers),
        master  => Process::status($d->pid, 'RssAnon') =~ s/ kB//r,
        workers => max(map { Process::status($_, 'RssAnon') =~ s/ kB//r }
            @workers),
    };
}
