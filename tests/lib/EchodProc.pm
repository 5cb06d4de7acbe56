# SPDX-License-Identifier: ISC
#
# EchodProc: what the kernel says about a process, from /proc.
package EchodProc;

use strict;
use warnings;

use POSIX ();
use Socket qw(:DEFAULT inet_ntop AF_INET6);

# The listening sockets a process has open: "ADDRESS:PORT" => inode.
sub listeners {
    my ($pid) = @_;
    my %mine = map { $_ => 1 } map { /^socket:\[(\d+)\]$/ } values %{ fds($pid) };
    my %found;
    for my $table ('tcp', 'tcp6') {
        open my $fh, '<', "/proc/$pid/net/$table" or next;
        while (my $line = readline $fh) {
            my @field = split ' ', $line;
            next if $field[3] ne '0A' || !$mine{ $field[9] };
            my ($address, $port) = split /:/, $field[1];
            # Words of four bytes, in the byte order of the host.
            my $packed = pack 'L*', unpack 'N*', pack 'H*', $address;
            my $text   = length $packed == 4
              ? inet_ntoa($packed)
              : '[' . inet_ntop(AF_INET6, $packed) . ']';
            $found{ $text . ':' . hex $port } = $field[9];
        }
    }
    return \%found;
}

# The open descriptors of a process: number => what it is.
sub fds {
    my ($pid) = @_;
    opendir my $dir, "/proc/$pid/fd" or return {};
    my %fd;
    for my $n (grep { /^\d+$/ } readdir $dir) {
        my $target = readlink "/proc/$pid/fd/$n";
        $fd{$n} = $target if defined $target;
    }
    return \%fd;
}

# A line of /proc/PID/status.
sub status {
    my ($pid, $key) = @_;
    open my $fh, '<', "/proc/$pid/status" or return undef;
    my ($value) = map { /^\Q$key\E:\s*(.*?)\s*$/ ? $1 : () } readline $fh;
    return $value;
}

# One letter: R, S, D, T, Z, or undef when there is no such process.
sub state {
    my ($pid) = @_;
    my $state = status($pid, 'State');
    return defined $state ? substr($state, 0, 1) : undef;
}

# Whether a process runs; a zombie does not.
sub alive {
    my ($pid) = @_;
    my $state = state($pid);
    return defined $state && $state ne 'Z' && $state ne 'X';
}

# Seconds of processor time that a process has used, children not counted.
sub cpu {
    my ($pid) = @_;
    open my $fh, '<', "/proc/$pid/stat" or return undef;
    my ($rest) = readline($fh) =~ /\) (.*)/;
    my @field = split ' ', $rest;
    return ($field[11] + $field[12]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}

# All processes that descend from one, it not included.
sub descendants {
    my ($root) = @_;
    my %children;
    opendir my $dir, '/proc' or return;
    for my $pid (grep { /^\d+$/ } readdir $dir) {
        my $parent = status($pid, 'PPid');
        push @{ $children{$parent} }, $pid if defined $parent;
    }
    my @found = @{ $children{$root} || [] };
    for (my $i = 0; $i < @found; $i++) {
        push @found, @{ $children{ $found[$i] } || [] };
    }
    return @found;
}

1;
