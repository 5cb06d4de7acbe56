# SPDX-License-Identifier: ISC
# rows: 75
#
# If this fails, a reload leaks a descriptor, memory or a process, so that an
# echod that is reloaded each hour fails after a month.
#
# soak: reloads a thousand times
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Load;
use Process;

use constant { RELOADS => 1000, WARM => 100 };

my $d = Echod->start(log => 'notice');
my $good = Echod::DEFAULT_CONFIG;
my $load = Load->start(port => $d->port, clients => 2, rate => 100);
$d->expect_log(qr/: error: reload failed, nothing has changed: /);

# look(): descriptors of the master, and its own memory in KiB.
sub look {
    my ($kib) = Process::status($d->pid, 'RssAnon') =~ /(\d+)/;
    return (scalar(keys %{ Process::descriptors($d->pid) }), $kib);
}

my ($done, $failed, @before) = (0, 0);
for my $n (1 .. RELOADS) {
    # Also one with an address more, which is closed again by the next.
    $d->rewrite($n % 2 ? "$good nonsense = $n;\n" : $n % 4 ? $good
        : $good =~ s/ \);/, { address = "127.0.0.2"; port = 0; } );/r);
    my $line = $d->reload // last;
    $line =~ /done/ ? $done++ : $failed++;
    @before = look() if $n == WARM;
}
is($done, RELOADS / 2, 'the good ones are done');
is($failed, RELOADS / 2, 'the bad ones fail');
$d->rewrite($good);
$d->reload;
my @after;
ok(Clock::until(sub { @after = look(); abs($after[0] - $before[0]) <= 1 }),
    "as many descriptors as before: $before[0], $after[0]");
cmp_ok($after[1] - $before[1], '<', 128,
    "as much memory as before: $before[1] KiB, $after[1] KiB");
is_deeply($load->stop->{errors}, [], 'no client noticed anything');
$d->finish(settle => 20);
done_testing;
