# SPDX-License-Identifier: ISC
# If this fails, in a container whose seccomp profile is older than the C
# library, a client takes a forbidden system call for a server that does not
# answer.
use strict;
use warnings;

use Test::More;

use Echoc;
use Files;
use Machine;
use Server;

# A filter between valgrind and the kernel is none for the client.
plan(skip_all => 'not under a wrapper') if @Machine::WRAPPER;
my $dir = Files::new_dir();
my $deny = "$dir/deny";
my $cc = $ENV{CC} || 'cc';
my $output = `$cc -o $deny $ENV{ECHOD_SRCDIR}/tests/data/deny.c 2>&1`;
plan(skip_all => "no C compiler: $output") if $? != 0;
plan(skip_all => 'no filter of system calls is allowed here')
    if system($deny, 'EPERM', 'newer', 'true') >> 8 == 77;

my $server = Server->start;
for my $error ('EPERM', 'ENOSYS') {
    for (
        ['bench', '-n', 100, '-c', 2, '-W', 2],
        ['bench', '-n', 50, '-R', 1000, '-c', 1, '-W', 2],
        ['ping', '-c', 3, '-i', '1ms'],
        ['send', '-m', 'hello'],
        ['wait'],
        [],
    ) {
        my $r = Echoc::run(args => [@$_, $server->target],
            prefix => [$deny, $error, 'newer']);
        is($r->{status}, 0, "$error: echoc @$_: status 0")
            or diag($r->{stderr});
    }
}
done_testing;
