# SPDX-License-Identifier: ISC
# rows: 95
#
# If this fails, a worker or the logger has something left that an attacker who
# takes it over can use: a privilege, a file, a descriptor, a resource.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;

Machine::needs('root');
plan skip_all => 'this echod was built without libseccomp'
    if (Echod->run(args => ['-V']))[1] !~ /^seccomp: yes$/m;
plan skip_all => 'valgrind has descriptors of its own' if @Machine::WRAPPER;
plan skip_all => 'a sanitizer needs more' if Machine::has_sanitizer();

my $dir = Files::new_dir();
mkdir "$dir/jail", 0555;
my @prefix =
    Machine::has('setpriv') ? ('setpriv', '--groups', '0,1,2,3') : ();
my $d = Echod->start(prefix => \@prefix,
    options => ['-o', "chroot=$dir/jail", '-o', 'workers.max=20']);
my $client = $d->connect;
is(Client::echo($client, 'hello'), 'hello', 'a client');
ok(Clock::until(sub { $d->busy_workers == 1 && $d->idle_workers >= 5 }),
    'one worker serves, five wait');
my @processes = ((map { [ 'an idle worker', $_ ] } $d->idle_workers),
    ['a busy worker', $d->busy_workers], ['the logger', $d->logger],
    ['the forker', grep { $d->role($_) eq 'forker' } $d->children]);
my ($uid, $gid) = (getpwnam 'nobody')[ 2, 3 ];
my $none = '0' x 16;
my %status = (
    Uid => join("\t", ($uid) x 4), Gid => join("\t", ($gid) x 4),
    Groups => '', CapInh => $none, CapPrm => $none, CapEff => $none,
    CapAmb => $none, NoNewPrivs => 1, Seccomp => 2,
);
for (@processes) {
    my ($what, $pid) = @$_;
    is_deeply({ map { $_ => Process::status($pid, $_) } keys %status },
        \%status, "$what: ids, groups, capabilities, filter");
    # A process that may be traced belongs to its user.
    is((stat "/proc/$pid/stat")[4], 0, "$what: cannot be traced by its user");
    my $root = readlink "/proc/$pid/root";
    is($root, $what =~ /logger/ ? '/' : "$dir/jail", "$what: its root");
    is_deeply(limits($pid), {
        'core file size'   => 0,
        'locked memory'    => 0,
        'msgqueue size'    => 0,
        'address space'    => 64 << 20,
        $what =~ /forker/ ? () : ('processes' => 0),
        $what =~ /logger/ ? () : ('file size' => 0),
    }, "$what: limits");
}

# Its descriptors: those that it was born with, its epoll, and two more.
my %worker = %{ Process::descriptors(($d->idle_workers)[0]) };
is_deeply([sort { $a <=> $b } grep { $_ < 16 } keys %worker], [0 .. 3],
    'a worker has opened one descriptor: an epoll');
is(scalar(grep { $_ >= 16 } keys %worker), 4,
    'and was born with four: lifeline, wake, log, listener');
is((limit(($d->idle_workers)[0], 'open files'))[1], 6, 'and may open two');
is_deeply([grep { $_ > 2 && $worker{$_} !~ /^(?:socket|pipe|anon_inode):/ }
        keys %worker], [], 'none of them is a file');
opendir my $jail, "/proc/${\ ($d->idle_workers)[0]}/root" or die "root: $!";
is_deeply([sort readdir $jail], ['.', '..'], 'its root directory is empty');
close $client;
$d->finish;

# limit(PID, NAME): soft and hard; "unlimited" is undef.
sub limit {
    my ($pid, $name) = @_;
    return map { $_ eq 'unlimited' ? undef : $_ }
        (Files::slurp("/proc/$pid/limits") // '') =~
        /^Max \Q$name\E +(\S+) +(\S+)/m;
}

# limits(PID): those that have to be lower than usual, where both are.
sub limits {
    my ($pid) = @_;
    my %found;
    for my $name ('core file size', 'locked memory', 'msgqueue size',
        'address space', 'file size', 'processes') {
        my ($soft, $hard) = limit($pid, $name);
        $found{$name} = $hard
            if defined $hard && defined $soft && $soft == $hard
            && $hard <= 64 << 20 && ($name ne 'processes' || $hard == 0);
    }
    return \%found;
}
done_testing;
