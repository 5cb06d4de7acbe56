# SPDX-License-Identifier: ISC
# rows: 109
#
# If this fails, a master or a worker that gets no memory once crashes, hangs or
# ends without a word, or a reload that gets none harms what runs.
#
# slow: starts and reloads a dozen times
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Files;
use Machine;
use Shim;
use Sweep;

plan skip_all => 'the memory is of the sanitizer here'
    if Machine::has_sanitizer();

# Which allocation of the master, or of a worker, which goes on counting.
# Without filters: libseccomp does not look whether it gets memory.
my $shim = Shim->build;
my ($n, $hit) = (0, 1);
while ($hit && $n < 50) {
    $n++;
    my $flags = Files::new_dir();
    chmod 0777, "$flags";
    my $d = Echod->start(wait => 0, log => 'notice',
        options => ['-o', 'sandbox=off'],
        env => $shim->env(ECHOD_SHIM => "$flags",
            ECHOD_SHIM_MEMORY => "daemon $n"));
    Clock::until(sub { !$d->is_running || $d->count_log(qr/: ready /) }, 20);
    # The next one is of a reload.
    my $line = $d->is_running ? $d->reload // '' : 'no start';
    like($line, qr/no start|reload done|reload failed.*memory/,
        "allocation no. $n: what a reload says");
    is(Sweep::judge($d), '', 'a clear end, or it serves');
    is($d->count_log(qr/echod\.conf/), 0, 'and no file is blamed');
    ($hit) = glob "$flags/entered-malloc.*";
}
cmp_ok($n, '>', 3, 'there are some allocations');
cmp_ok($n, '<', 50, 'and not many');
done_testing;
