# SPDX-License-Identifier: ISC
# rows: 105, 106
#
# If this fails, echod keeps descriptors that its parent did not close (a lock,
# a pipe whose end another process waits for), or its processes hold
# descriptors that they do not need.
use strict;
use warnings;

use Test::More;
use Client;
use Echod;
use Files;
use Machine;
use Process;

plan skip_all => 'valgrind has descriptors of its own'
    if @Machine::WRAPPER;

# From 3 to 200, as a careless parent would leave them.
my $dir = Files::new_dir();
my $code = <<"END";
use POSIX;
my \$fd = POSIX::open("$dir/leaked", O_RDWR | O_CREAT);
POSIX::dup2(\$fd, \$_) for 3 .. 200;
exec { \$ARGV[0] } \@ARGV or die;
END
my $d = Echod->start(
    config => <<'END',
listen = (
    { address = "127.0.0.1"; port = 0; },
    { address = "127.0.0.2"; port = 0; }
);
END
    options => ['-p', "$dir/echod.pid", '-o', 'timeouts.drain=0'],
    prefix => [$^X, '-e', $code],
);
my $sock = $d->connect;
is(Client::echo($sock, 'hello'), 'hello', 'a client');
like($d->reload, qr/reload done/, 'and a reload');

my @old = $d->busy_workers;
my ($new) = $d->idle_workers;
my %role = (master => $d->pid, worker => $new, logger => $d->logger,
    forker => $d->forker,
    'worker that leaves' => $old[0]);
for my $role (sort keys %role) {
    my %fd = %{ Process::descriptors($role{$role}) };
    my @got = grep { /leaked/ } values %fd;
    is("@got", '', "the $role has nothing of its parent's");
}

# The exact list of each, beyond the standard ones.
my %expected = (
    # The pid file, two listeners, both ends of lifeline and log, the forker.
    master => 'eventpoll eventpoll file pipe pipe pipe pipe signalfd'
        . ' socket socket socket socket socket',
    # What a worker has, but for its epoll, and the master.
    forker => 'pipe pipe socket socket socket socket',
    # Two listeners, the read end of the lifeline, the log.
    worker => 'eventpoll pipe pipe socket socket socket',
    # Its client; the listeners are let go.
    'worker that leaves' => 'pipe pipe socket socket',
    logger => 'socket',
);
for my $role (sort keys %role) {
    is(kinds($role{$role}), $expected{$role}, "the $role has these");
}

# The lifeline's write end is the master's alone: else its end goes unseen.
my %fd = %{ Process::descriptors($d->pid) };
my %writers;
for my $pid ($d->pid, $d->children) {
    my %open = %{ Process::descriptors($pid) };
    for my $n (grep { $_ > 2 && $open{$_} =~ /^pipe/ } keys %open) {
        my ($flags) = Files::slurp("/proc/$pid/fdinfo/$n")
            =~ /^flags:\s*(\d+)/m;
        $writers{ $open{$n} }{$pid} = 1 if oct($flags) & 1;
    }
}
my @alone = grep { keys %{ $writers{$_} } == 1 } keys %writers;
is(@alone, 1, 'one pipe has a single writer');
is_deeply([map { keys %{ $writers{$_} } } @alone], [$d->pid], 'the master');

is(Client::echo($sock, 'bye', eof => 1), 'bye', 'the client has finished');
close $sock;
$d->finish;
done_testing;

sub kinds {
    my %fd = %{ Process::descriptors(shift) };
    return join ' ', sort map {
        $fd{$_} =~ /^anon_inode:\[(\w+)\]|^(\w+):\[/ ? $1 // $2 : 'file';
    } grep { $_ > 2 } keys %fd;
}
