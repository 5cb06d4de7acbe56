# SPDX-License-Identifier: ISC
#
# If this fails, a log line that takes over the logger, or a configuration file
# that takes over the loader, can start programs, or reach other processes and
# hosts; or the service suffers from the end of the logger.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Hostile;
use Machine;

Machine::needs('root');
plan skip_all => 'a sanitizer makes calls of its own'
    if Machine::has_sanitizer();
my $hostile = Hostile->build;
plan skip_all => 'this echod was built without libseccomp'
    if (Echod->run(args => ['-V']))[1] !~ /^seccomp: yes$/m;

# The loader.  Each of these would give another result without the filter, for
# any user.
my $dir = $hostile->env->{ECHOD_SHIM};
my @forbidden = (
    'execve 0 0 0', 'clone 17 0', 'kill 0 0', 'pidfd_open 1 0',
    'process_vm_readv 1 0 0', 'setresuid -1 -1 -1', 'unshare 0', 'keyctl 0',
    'perf_event_open 0 0 0 0', 'unlinkat -100 0 0', 'mkdirat -100 0 0',
    'ioctl 0 21522',    # TIOCSTI
    'socket 38 5 0',    # AF_ALG
);
my %wanted = ((map { $_ => 'EPERM' } @forbidden),
    # What name services need.
    'openat -100 0 0' => 'EFAULT', 'mmap 0 4096 3 34 -1' => 'ok');
Files::spew("$dir/loader-calls",
    join '', map { "call $_\n" } sort keys %wanted);
chmod 0644, "$dir/loader-calls";
my ($status, $out, $text) = Echod->run(env => $hostile->env,
    args => ['-t', '-l', 'localhost:0']);
is($status, 0, 'a loader that makes calls of all kinds');
for my $call (sort keys %wanted) {
    my ($name) = $call =~ /^(\w+)/;
    my ($got) = map { m{=(\w+)$} } glob "$dir/$name=*";
    is($got, $wanted{$call}, "the loader: $call");
}
unlink glob "$dir/*";

# The logger.
my $pid = $$;
my $d = Echod->start(env => $hostile->env, log => 'debug',
    options => ['-o', 'sandbox=required']);
$d->expect_log(qr/: error: logger died pid=/);
for my $call ('openat 0 0 0', 'socket 2 1 0', 'execve 0 0 0', "kill $pid 9") {
    my $from = $d->mark;
    my $old = $d->logger;
    is(Client::echo_once($d->port, "logger call $call"), "logger call $call",
        "a client sends what ends the logger: $call");
    next if $call =~ /^openat/;
    ok($d->wait_log(qr/: error: logger died pid=$old signal=SIGSYS /, from => $from),
        'which is told');
}
is(Client::echo_once($d->port, 'hello'), 'hello', 'the service goes on');
$d->finish(timeout => 20);
done_testing;
