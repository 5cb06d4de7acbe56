# SPDX-License-Identifier: ISC
#
# If this fails, something grows with each upgrade: the environment, the arguments,
# the descriptors, or the number of processes; so one of the next ones fails.
#
# slow: upgrades fifty times
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Process;
use Upgrade;

use constant UPGRADES => 50;

my $d = Echod->start(log => 'notice',
    options => [Upgrade::SOON, '-p', Files::new_name()]);

# What a master was started with, and what it has.
sub state_of {
    my $pid = shift;
    my %fd = %{ Process::descriptors($pid) };
    # The kind of each, for the numbers are others.
    my @kinds = sort map { s/\[?\d+\]?$//r } values %fd;
    return {
        arguments   => Files::slurp("/proc/$pid/cmdline"),
        environment => Files::slurp("/proc/$pid/environ"),
        directory   => readlink "/proc/$pid/cwd",
        descriptors => "@kinds",
        limits      => Files::slurp("/proc/$pid/limits"),
        (map { $_ => Process::status($pid, $_) }
            qw(Uid Gid Groups CapEff CapAmb NoNewPrivs SigBlk SigIgn)),
    };
}

my $arguments = state_of($d->pid)->{arguments};
my ($first, @failed, @changed, @masters);
for my $n (1 .. UPGRADES) {
    my $line = Upgrade::outcome($d, Upgrade::begin($d));
    push @failed, "$n: $line" if $line !~ /done/;
    my $count = Upgrade::masters($d);
    push @masters, "$n: $count" if $count > 2;
    Upgrade::left($d);
    my $state = state_of($d->pid);
    $first //= $state;
    push @changed, map { "$n: $_ is $state->{$_}, was $first->{$_}" }
        grep { ($state->{$_} // '') ne ($first->{$_} // '') } sort keys %$first;
    last if @failed || @changed;
}
is_deeply(\@failed, [], UPGRADES . ' upgrades in a row');
is_deeply(\@changed, [], 'each master was as the one before');
is_deeply(\@masters, [], 'there were never more than two');
is($first->{arguments}, $arguments, 'the arguments are those of the start');
my @twice = grep { /^ECHOD_HANDOVER=/ } split /\0/, $first->{environment};
is(scalar @twice, 1, 'one variable is for the upgrade');
is(Client::echo_once($d->port, 'x'), 'x', 'it serves');
$d->finish;
done_testing;
