# SPDX-License-Identifier: ISC
# rows: 98
#
# If this fails, a client who takes over a worker can do more with the system
# than echo; or nobody learns that it was tried; or others suffer from it.
use strict;
use warnings;

use POSIX ();
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Hostile;
use Machine;
use Process;

Machine::needs('root');
plan skip_all => 'a sanitizer makes calls of its own'
    if Machine::has_sanitizer();
my $hostile = Hostile->build;
plan skip_all => 'this echod was built without libseccomp'
    if (Echod->run(args => ['-V']))[1] !~ /^seccomp: yes$/m;

my ($d, $client, %fd);

# fresh(): an echod with a client.  Each writes ten such lines at once, and
# leaves out further ones for a while.
sub fresh {
    $d = Echod->start(env => $hostile->env, log => 'notice',
        options => ['-o', 'sandbox=required', '-o', 'workers.max=20']);
    $d->expect_log(qr/: error: worker (?:broke its confinement|died) pid=/);
    $client = $d->connect;
    is(Client::echo($client, 'hello'), 'hello', 'a client');

    # The numbers of its descriptors are the same in each worker.
    my ($worker) = $d->busy_workers;
    my %open = %{ Process::descriptors($worker) };
    my $listening = Process::listening($worker);
    %fd = ();
    for my $n (grep { $_ > 2 } keys %open) {
        $fd{epoll} = $n if $open{$n} =~ /eventpoll/;
        # One is to be read, the other one to be written.
        my ($flags) = (Files::slurp("/proc/$worker/fdinfo/$n") // '') =~
            /^flags:\s+(\d+)/m;
        $fd{ oct($flags // 0) & 1 ? 'wake' : 'lifeline' } = $n
            if $open{$n} =~ /^pipe/;
        my ($inode) = $open{$n} =~ /^socket:\[(\d+)\]/ or next;
        $fd{ $listening->{$inode} ? 'listener' : $n < 16 ? 'peer' : 'log' } = $n;
    }
    return;
}

# over(): the client is served as if nothing had happened.
sub over {
    is(Client::echo($client, 'bye', eof => 1), 'bye',
        'the client that was there before is served');
    is($d->count_log(qr/next try in|before they serve/, from => 0), 0,
        'no death was a reason to wait');
    close $client;
    return $d->finish(settle => 15);
}

fresh();
is_deeply([sort keys %fd], [qw(epoll lifeline listener log peer wake)],
    'a worker has these');
is_deeply([grep { $fd{$_} < 16 } sort keys %fd], [qw(epoll peer)],
    'of which it opened two itself');

# order(WORDS): what a worker answers to a new client, and what the log says of
# this worker; each may be ''.
sub order {
    my (@words) = @_;
    my $from = $d->mark;
    my $sock = $d->connect;
    my $peer = '127.0.0.1:' . $sock->sockport;
    my $answer = Client::echo($sock, "hostile @words", eof => 1) // '';
    my $line = '';
    if ($answer eq '') {
        ($line) = $d->wait_log(qr/: error: (.*) peer=\Q$peer\E$/,
            from => $from);
        ($line) = ($line // '') =~ /: error: (.*) peer=/;
        $line =~ s/pid=\d+ //;
    }
    close $sock;
    return ($answer, $line // '');
}

# Each with its arguments, of which a descriptor is named.
my @forbidden = (
    # Other ways in and out.
    'socket 2 1 0', 'socketpair 1 1 0', 'connect peer 0 0', 'sendmsg peer 0 0',
    'sendto peer 0 0 0x4000 1', 'recvfrom peer 0 0 2', 'read peer 0 0',
    'accept4 listener 0 0 0',
    # What it shares with others.
    'shutdown listener 0', 'shutdown log 1', 'shutdown peer 2',
    'setsockopt listener 1 20 0 0', 'setsockopt peer 1 13 0 0',
    'getsockopt listener 6 11', 'ioctl listener 0x5421', 'fcntl log 4 0',
    'fcntl wake 4 0', 'dup log', 'read wake 0 8', 'write wake 0 16',
    'write 2 0 8', 'sendto log 0 0 0x4000', 'recvfrom log 0 0',
    'epoll_ctl epoll 3 listener', 'epoll_ctl epoll 1 peer',
    # Processes and programs.
    'execve 0 0 0', 'clone 17 0', 'clone 0x8011 1', 'kill master 9',
    'tgkill master master 6', 'ptrace 16 master', 'pidfd_open master 0',
    'process_vm_readv 1 0 0',
    # Privileges, memory, and the rest of the kernel.
    'setresuid 0 0 0', 'chroot 0', 'unshare 0', 'prctl 4 1', 'prctl 1 9',
    'prctl 15 0', 'prlimit64 0 7 0 0', 'prlimit64 1 6 0 0', 'mprotect 0 0 7',
    'memfd_create 0 0', 'bpf 0 0 0', 'timer_create 0 0 0',
);
while (my @some = splice @forbidden, 0, 9) {
    for my $call (@some) {
        my ($name) = $call =~ /^(\w+)/;
        my %number = (%fd, master => $d->pid);
        my $words = $call =~ s/\b([a-z]+)\b(?!\w)/$number{$1} \/\/ $1/ger;
        $words =~ s/0x([0-9a-f]+)/hex $1/ge;
        my ($answer, $line) = order("call $words");
        is("$answer$line", "worker broke its confinement call=$name", $call);
    }
    over();
    fresh();
}

# What the C library tries by itself fails, and no more.
my %refused = (
    'openat 0 0 0'       => qr/^Permission denied/,
    'mmap 0 4096 7 34'   => qr/^Cannot allocate memory/,
    'rt_sigaction 9 0 0' => qr/^Operation not permitted/,
    'writev 2 0 0'       => qr/^Bad file descriptor/,
    'brk 0'              => qr/^ok$/,
    # A sibling, as the forker makes them: it may have none.
    'clone 32785 0'      => qr/^Resource temporarily unavailable/,
    # Its connection, by a number that is a listener's for the filter alone.
    "accept4 @{[ $fd{peer} + 2**32 ]} 0 0 524288" => qr/^Invalid argument/,
);
for my $call (sort keys %refused) {
    my ($answer, $line) = order("call $call");
    like($answer, $refused{$call}, "$call is refused");
    is($line, '', 'and its worker goes on');
}

# What a fault in the program, found in time, looks like.
for my $deed (qw(abort smash overflow)) {
    my ($answer, $line) = order($deed);
    like("$answer$line", qr/^worker died signal=SIGABRT /, "$deed: SIGABRT");
}
SKIP: {
    skip 'no calls of another architecture here', 1
        if (POSIX::uname())[4] ne 'x86_64';
    my ($answer, $line) = order('foreign');
    like("$answer$line", qr/^worker died signal=SIG(?:SYS|SEGV) /,
        'a call of another architecture is the end at once');
}

over();
done_testing;
