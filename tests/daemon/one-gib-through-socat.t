# SPDX-License-Identifier: ISC
# If this fails, a long echo is not exact: a counter overflows, a buffer is
# corrupted, or a time-out ends an active connection.
#
# slow: moves a GiB
use strict;
use warnings;

use Test::More;
use Clock;
use Echod;
use Files;
use Machine;

Machine::needs(qw(socat sha256sum));
my $sum = Machine::has('openssl') ? 'openssl dgst -sha256 -r' : 'sha256sum';

# As long as this is no ordinary build, a part of it.
my $mib = Clock::is_slow() ? 64 : 1024;
my $bytes = $mib * 1024 * 1024;

my $d = Echod->start;
my ($dir, $port) = ($d->dir, $d->port);

# What is sent is summed up on its way, as a file of that size is no fun.
my $command = <<"END";
mkfifo $dir/copy
$sum <$dir/copy >$dir/sent &
head -c $bytes /dev/urandom | tee $dir/copy |
    socat -u -t 60 - TCP4:127.0.0.1:$port
END
$command = <<"END";
mkfifo $dir/copy
$sum <$dir/copy >$dir/sent &
head -c $bytes /dev/urandom | tee $dir/copy |
    socat -b 262144 -t 60 - TCP4:127.0.0.1:$port | $sum >$dir/back
wait
END
is(system('timeout', 250, 'sh', '-c', $command), 0, 'socat is content');
my $there = Files::slurp("$dir/sent");
like($there, qr/^[0-9a-f]{64} /, "$mib MiB went there");
is(Files::slurp("$dir/back"), $there, 'and came back');

ok($d->wait_log(qr/in_bytes=$bytes out_bytes=$bytes .* reason=closed$/),
    'the log has counted them');
$d->finish;
done_testing;
