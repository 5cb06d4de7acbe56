# SPDX-License-Identifier: ISC
#
# If this fails, echod does not start in a container whose seccomp profile is
# older than the C library and forbids newer system calls, or its workers keep
# descriptors there that they should not have.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Machine;
use Process;

# A filter between valgrind and the kernel is none for the server.
plan(skip_all => 'not under a wrapper') if @Machine::WRAPPER;
my $dir    = Files::new_dir();
my $deny   = "$dir/deny";
my $cc     = $ENV{CC} || 'cc';
my $output = `$cc -o $deny $ENV{ECHOD_SRCDIR}/tests/data/deny.c 2>&1`;
plan(skip_all => "no C compiler: $output") if $? != 0;
plan(skip_all => 'no filter of system calls is allowed here')
    if system($deny, 'EPERM', 'newer', 'true') >> 8 == 77;

# Whoever starts it leaves some open.
my @leaky = ('sh', '-c', 'exec 7</dev/zero 9</dev/zero; exec "$@"', 'sh');

for my $error ('EPERM', 'ENOSYS') {
    my $d = Echod->start(prefix => [ @leaky, $deny, $error, 'newer' ]);
    my @has = map { my %fd = %{ Process::descriptors($_) }; values %fd }
        $d->pid, $d->workers, $d->logger;
    cmp_ok(scalar @has, '>', 20, "$error: the processes are there");
    is_deeply([ grep { /zero/ } @has ], [], "$error: nothing has leaked");
    # The master reads its signals from a descriptor that only it has.
    my @theirs = map { my %fd = %{ Process::descriptors($_) }; values %fd } $d->workers;
    is_deeply([ grep { /signalfd/ } @theirs ], [],
        "$error: workers have only what is theirs");
    is(Client::echo_once($d->port, 'x'), 'x', "$error: it answers");
    like($d->reload, qr/: reload done /, "$error: it can be reloaded");
    $d->finish;
}
done_testing;
