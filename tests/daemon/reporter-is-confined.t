# SPDX-License-Identifier: ISC
#
# If this fails, whoever takes over the process that answers HTTP finds a
# privilege, a file or a socket there that it has no need of.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Http;
use Machine;
use Process;

Machine::needs('root');
Http::needs();
plan skip_all => 'this echod was built without libseccomp'
    if (Echod->run(args => ['-V']))[1] !~ /^seccomp: yes$/m;
plan skip_all => 'valgrind has descriptors of its own' if @Machine::WRAPPER;
plan skip_all => 'a sanitizer needs more' if Machine::has_sanitizer();

my $dir = Files::new_dir();
mkdir "$dir/jail", 0555;
my $d = Echod->start(options => ['-o', "chroot=$dir/jail", Http::OPTIONS]);
my $port = Http::port($d);
is Http::status($port, '/readyz'), 200, 'it answers';
my $pid = Http::reporter($d);

my ($uid, $gid) = (getpwnam 'nobody')[2, 3];
my $none = '0' x 16;
my %wanted = (
    Uid => join("\t", ($uid) x 4), Gid => join("\t", ($gid) x 4),
    Groups => '', CapInh => $none, CapPrm => $none, CapEff => $none,
    CapAmb => $none, NoNewPrivs => 1, Seccomp => 2, Threads => 1,
);
is_deeply { map { $_ => Process::status($pid, $_) } keys %wanted }, \%wanted,
    'ids, groups, capabilities, filter, one thread';
is((stat "/proc/$pid/stat")[4], 0, 'it cannot be traced by its user');
is readlink "/proc/$pid/root", "$dir/jail", 'its root directory is empty';

my %limit = map { /^(.*?)  +(\S+) +(\S+)/ ? ($1 => "$2 $3") : () }
    split /\n/, Files::slurp("/proc/$pid/limits");
is $limit{"Max $_"}, '0 0', "no $_" for 'file size', 'core file size',
    'processes', 'locked memory', 'msgqueue size';
is $limit{'Max address space'}, (64 << 20) . ' ' . (64 << 20), '64 MiB';
is $limit{'Max open files'}, '23 23', 'and 17 connections';

# The socket to the master, two that lead nowhere or to standard error, its own
# listener, and two epolls.
my ($fds, @kinds);
# The connection of the request before may still be about to be closed.
Clock::until(sub {
    $fds = Process::descriptors($pid);
    @kinds = map { $fds->{$_} =~ s/\[.*//r } sort { $a <=> $b } keys %$fds;
    return @kinds <= 6;
});
is_deeply [@kinds[0, 1], @kinds[3 .. $#kinds]], ['socket:', '/dev/null',
    'socket:', 'anon_inode:', 'anon_inode:'], 'descriptors';
my %echo = map { $_ => 1 } values %{ Process::listeners($d->pid) };
delete $echo{$_} for values %{ Process::listeners($pid) };
is scalar(keys %echo), 1, 'it has no listener of the echo service';
my %worker = map { $_ => 1 }
    values %{ Process::descriptors(($d->idle_workers)[0]) };
is_deeply [grep { $worker{$_} && /^(?:socket|pipe):/ } values %$fds], [],
    'and nothing that workers have, as the log';
is_deeply [split /\0/, Files::slurp("/proc/$pid/environ")], [],
    'nor the environment';

# Another user, by a reload.
my @other = getpwnam 'daemon';
SKIP: {
    skip 'no user daemon here', 2 if !@other;
    $d->rewrite(Echod::DEFAULT_CONFIG . 'user = "daemon";');
    like $d->reload, qr/reload done/, 'a reload changes the user';
    ok Clock::until(sub {
        my $new = Http::reporter($d) // return 0;
        return (Process::status($new, 'Uid') // '') =~ /^$other[2]\t/;
    }), 'and the process';
    is Http::status($port, '/readyz'), 200, 'which answers';
}
$d->finish;
done_testing;
