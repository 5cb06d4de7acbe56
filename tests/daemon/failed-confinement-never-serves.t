# SPDX-License-Identifier: ISC
# rows: 96
#
# If this fails, a worker that could not be confined serves clients all the
# same, with more rights than it should have; or nobody learns why it does not.
use strict;
use warnings;

use Test::More;

use Echod;
use Files;
use Machine;
use Process;
use Shim;

Machine::needs('root');
my $shim = Shim->build;
my $can_filter = (Echod->run(args => ['-V']))[1] =~ /^seccomp: yes$/m;
my $dir = Files::new_dir();
mkdir "$dir/jail", 0755;
my @prefix =
    Machine::has('setpriv') ? ('setpriv', '--groups', '0,1,2,3') : ();
# Who becomes another user has no capability left to be dropped; who is one from
# the start may have.
my @ambient = qw(setpriv --reuid 65534 --regid 65534 --clear-groups
    --inh-caps +net_bind_service --ambient-caps +net_bind_service);

# What fails, what the log says then, and whether it takes the whole sandbox.
my $denied = qr/: Operation not permitted/;
my @steps = (
    ['fail-setrlimit', qr/cannot lower the limit NOFILE$denied/, 1],
    ['fail-chroot', qr{cannot chroot to \Q$dir\E/jail$denied}],
    ['fail-setgroups', qr/cannot drop the supplementary groups$denied/],
    ['fail-setresgid', qr/cannot become gid \d+$denied/],
    ['fail-setresuid', qr/cannot become uid \d+$denied/],
    ['lie-setgroups', qr/still has supplementary groups/],
    ['lie-setresgid', qr/has not become uid \d+ and gid \d+/],
    ['lie-setresuid', qr/has not become uid \d+ and gid \d+/],
    ['fail-capset', qr/cannot drop the capabilities$denied/],
    ['fail-dumpable', qr/cannot hide from tracers$denied/, 1],
    ['fail-prctl', qr/cannot set no_new_privs$denied/],
    ['fail-seccomp', qr/cannot install the filter of system calls$denied/, 1],
);
# A kernel that has it answers with its version (landlock_create_ruleset(2)).
push @steps,
    ['fail-landlock_create_ruleset', qr/cannot make a Landlock rule set$denied/, 1],
    ['fail-landlock_restrict_self', qr/cannot enter the Landlock rule set$denied/, 1]
    if syscall(444, 0, 0, 1) > 0;

for my $step (@steps) {
    my ($order, $reason, $whole) = @$step;
    SKIP: {
        skip "$order: no sandbox in this build", 3 if $whole && !$can_filter;
        skip "$order: nothing to drop without setpriv", 3
            if !@prefix && $order =~ /setgroups|capset/;
        $shim->on($order);
        my $of = $order =~ /capset/ ? \@ambient : \@prefix;
        my ($status, undef, $text) = Echod->run(prefix => $of,
            env => $shim->env, args => ['-F', '-l', '127.0.0.1:0',
                # Beyond a new root directory the shim has no orders.
                $order =~ /chroot/ ? ('-o', "chroot=$dir/jail") : (),
                $whole ? ('-o', 'sandbox=required') : ()]);
        $shim->off($order);
        is($status, 77, "$order: the start fails with status 77");
        like($text, qr/^echod: the forker died before it was ready: $reason$/m,
            'and says why');
        unlike($text, qr/: ready |connection/, 'it has not served');
    }
}
done_testing;
