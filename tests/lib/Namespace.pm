# SPDX-License-Identifier: ISC
#
# Namespace: a network, mounts and a /dev that the test has to itself.  What
# was started before is not in them.
package Namespace;

use strict;
use warnings;

use Socket ();
use Test::More;

use Files;
use Machine;

# CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET of unshare(2).
use constant { MOUNTS => 0x20000, USER => 0x10000000, NETWORK => 0x40000000 };

# network(): go into a network where there is nothing but a loopback interface.
# False where that is not allowed.
sub network { return go(NETWORK | ($> == 0 ? 0 : USER)) && loopback() }

# needs_network(ipv6 => 0): the same with mounts of our own, or the whole test
# is skipped; with `ipv6` as 0 no interface has IPv6.
sub needs_network {
    my %opt = @_;
    Machine::needs('root');
    go(NETWORK | MOUNTS) && loopback()
        or plan(skip_all => 'no private network here');
    return if $opt{ipv6} // 1;
    for my $file (grep { -e } map { "/proc/sys/net/ipv6/conf/$_/disable_ipv6" }
        qw(all default lo)) {
        eval { Files::spew($file, "1\n"); 1 }
            or plan(skip_all => "cannot turn IPv6 off: $@");
    }
    return;
}

# needs_dev(): a /dev that is empty but for the devices everybody needs, so that
# /dev/log is ours to make; or the whole test is skipped.
sub needs_dev {
    my $dir = Files::new_dir();
    Machine::needs('root', 'mount');
    go(MOUNTS) && quietly('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none',
        "$dir") or plan(skip_all => 'mounting is not allowed here');
    for my $device (qw(null zero full random urandom tty)) {
        next if !-e "/dev/$device";
        Files::spew("$dir/$device", '');
        quietly('mount', '--bind', "/dev/$device", "$dir/$device")
            or plan(skip_all => "cannot have /dev/$device in another /dev");
    }
    mkdir "$dir/shm";
    chmod 01777, "$dir/shm";
    quietly('mount', '--rbind', "$dir", '/dev')
        or plan(skip_all => 'cannot have a /dev of our own');
    quietly('umount', '-l', "$dir");
    return;
}

# go(WHAT): leave what we share with other processes.  Whether that is allowed.
sub go {
    my $what = shift;
    return Machine::kernel('unshare', $what)
        && (!($what & MOUNTS) || quietly('mount', '--make-rprivate', '/'));
}

# loopback(): switch it on, by SIOCSIFFLAGS with IFF_UP.
sub loopback {
    socket my $sock, Socket::AF_INET(), Socket::SOCK_DGRAM(), 0 or return 0;
    my $request = pack 'a16 s x22', 'lo', 1;
    return ioctl($sock, 0x8914, $request) ? 1 : 0;
}

# quietly(COMMAND...): whether it succeeded.
sub quietly {
    return system('sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh', @_) == 0;
}

1;
