# SPDX-License-Identifier: ISC
# rows: 47
#
# If this fails, an echod that serves many short connections for long leaks
# memory, descriptors or workers, or loses a client.
#
# soak: makes connections for a minute, as many as it can
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Load;
use Process;

use constant { SECONDS => 60, WARM => 10 };

my $d = Echod->start(log => 'notice',
    options => ['-o', 'workers.max_connections=500']);
my $load = Load->start(port => $d->port, clients => 4, rate => 250,
    messages => 1, size => 100);

# look(): descriptors and memory of the master, and its processor time.
sub look {
    my ($kib) = Process::status($d->pid, 'RssAnon') =~ /(\d+)/;
    return (scalar(keys %{ Process::descriptors($d->pid) }), $kib,
        scalar(Process::cpu($d->pid)), $load->connections, Clock::now());
}

# It goes on for as long as it serves and somebody comes.
my $lives = sub { !$d->is_running || !$load->running };
ok(!Clock::until($lives, WARM), 'there is a load');
my @before = look();
ok(!Clock::until($lives, SECONDS - WARM), 'for a minute');
my @after = look();
cmp_ok(abs($after[0] - $before[0]), '<=', 1,
    "descriptors: $before[0], $after[0]");
cmp_ok($after[1] - $before[1], '<', 64,
    "memory of the master: $before[1] KiB, $after[1] KiB");
my $connections = $after[3] - $before[3];
cmp_ok($connections, '>', 1000, "connections: $connections");
cmp_ok(($after[2] - $before[2]) / ($after[4] - $before[4]), '<', 0.05,
    'the master has little to do with them');
is_deeply($load->stop->{errors}, [], 'no client noticed anything');
$d->finish(settle => 20);
done_testing;
