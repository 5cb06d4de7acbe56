# SPDX-License-Identifier: ISC
# If this fails, `echoc send` and the server wait for each other as soon as the
# message is larger than all buffers between them, or echoc keeps the whole
# message in memory.
#
# slow: moves a GiB through small buffers
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Files;
use Machine;
use Server;

Machine::needs('sha256sum');

# KiB; the client itself, its libraries and its buffers.
use constant MEMORY => 16 * 1024;

my $mib = @Machine::WRAPPER ? 16 : Clock::is_slow() ? 256 : 1024;
my $bytes = $mib * 1024 * 1024;
my $dir = Files::new_dir();

my $server = Server->start(rcvbuf => 8192, sndbuf => 8192);

# What is sent is summed up on its way, as a file of that size is no fun.
open my $in, '-|', 'sh', '-c', <<"END" or die "sh: $!\n";
cd $dir && mkfifo copy || exit
sha256sum <copy >sent &
head -c $bytes /dev/urandom | tee copy
wait
END
open my $out, '|-', 'sh', '-c', "sha256sum >$dir/back" or die "sh: $!\n";

my $r = Echoc::run(
    args => ['send', $server->target],
    stdin => $in,
    stdout => $out,
    timeout => 240 / Clock::scale(),
);
Echoc::same($r, "$mib MiB", status => 0, stderr => '');
close $in;
close $out;
my $sent = Files::slurp("$dir/sent");
like($sent, qr/^[0-9a-f]{64} /, 'they went there');
is(Files::slurp("$dir/back"), $sent, 'and came back');
diag(sprintf '%.0f MiB/s, %s KiB of memory', $mib / $r->{seconds},
    $r->{peak_memory} // '?');

SKIP: {
    skip 'this build has its own ideas of memory', 1 if Clock::is_slow();
    skip 'the kernel does not say how much memory it was', 1
        unless defined $r->{peak_memory};
    cmp_ok($r->{peak_memory}, '<', MEMORY, 'with little memory');
}
done_testing;
