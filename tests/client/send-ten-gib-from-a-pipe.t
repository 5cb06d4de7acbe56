# SPDX-License-Identifier: ISC
# If this fails, the memory of `echoc send` or echod grows with the data that
# passes through them, or a counter overflows.
#
# slow: moves ten GiB
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Echod;
use Machine;

# KiB of the client, its libraries and its buffers.
use constant MEMORY => 16 * 1024;

my $gib = @Machine::WRAPPER ? 0.0625 : Clock::is_slow() ? 1 : 10;
my $bytes = $gib * 1024 ** 3;

my $d = Echod->start;

open my $zero, '-|', 'head', '-c', $bytes, '/dev/zero' or die "head: $!\n";
my $r = Echoc::run(
    args => ['send', '-j', '127.0.0.1:' . $d->port],
    stdin => $zero,
    timeout => 250 / Clock::scale(),
);
close $zero;
is($r->{status}, 0, "$gib GiB: all came back");
my $document = Echoc::json($r->{stdout});
is($document->{"bytes_$_"}, $bytes, "$_") for qw(sent received verified);
diag(sprintf '%.0f MiB/s, %s KiB of memory', $bytes / 2 ** 20 / $r->{seconds},
    $r->{peak_memory} // '?');

SKIP: {
    skip 'this build has its own ideas of memory', 1 if Clock::is_slow();
    skip 'the kernel does not say how much memory it was', 1
        unless defined $r->{peak_memory};
    cmp_ok($r->{peak_memory}, '<', MEMORY, 'with little memory');
}
$d->finish;
done_testing;
