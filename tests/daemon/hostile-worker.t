# SPDX-License-Identifier: ISC
#
# If this fails, a client who takes over a worker can do something from there
# that SECURITY.md says he cannot.  forbidden-calls-are-reported.t tries single
# system calls; this test tries what an attacker would want, with the sandbox,
# and without it, where only the user id protects the rest of the system.
use strict;
use warnings;

use IO::Socket::IP;
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
my $has_filter = (Echod->run(args => ['-V']))[1] =~ /^seccomp: yes$/m;

# Where a stolen worker could go on to.
my $next = IO::Socket::IP->new(LocalHost => '127.0.0.1', Listen => 5)
    or die "listen: $@";
my $there = $next->sockport;

# What is tried: its name, the deed, the answer with the sandbox and without it.
# An answer that is a name in brackets is the call that ended the worker.
# Without the sandbox much is possible, and SECURITY.md says so; what is done all
# the same shows that these deeds are real.
my $eperm = 'Operation not permitted';
my $eacces = 'Permission denied';
my @deeds = (
    ['kill the master', 'signal MASTER 9', '[kill]', $eperm],
    ['stop the master', 'signal MASTER 19', '[kill]', $eperm],
    ['stop the logger', 'signal LOGGER 19', '[kill]', undef],
    ['kill a sibling', 'signal SIBLING 9', '[kill]', undef],
    ['kill the forker', 'signal FORKER 9', '[kill]', undef],
    ['signal all', 'signal -1 9', '[kill]', undef],
    ['trace the master', 'trace MASTER', '[ptrace]', $eperm],
    ['trace a sibling', 'trace SIBLING', '[ptrace]', $eperm],
    ['trace the logger', 'trace LOGGER', '[ptrace]', $eperm],
    ['open the memory of the master', 'open-memory MASTER', $eacces, $eacces],
    ['open the memory of a sibling', 'open-memory SIBLING', $eacces, $eacces],
    ['open the memory of the logger', 'open-memory LOGGER', $eacces, $eacces],
    ['become root', 'call setresuid 0 0 0', '[setresuid]', $eperm],
    ['leave its root directory', 'move-root', '[chroot]', $eperm],
    ['open a file', 'open-file', $eacces, 'ok'],
    ['run another program', 'execute', '[execve]', undef],
    ['connect to another server', "relay $there", '[socket]', 'ok'],
    ['have children', 'breed 1', '[clone]', undef],
    ['have many descriptors', 'hoard 1000', '[dup]', 'ok'],
    ['have much memory', 'devour 200', 'Cannot allocate memory', 'ok'],
);

# log_descriptor(PID): which one of a worker leads to the log.
sub log_descriptor {
    my ($pid, $master) = @_;
    my $open = Process::descriptors($pid);
    my $listening = Process::listening($pid);
    my %shared = map { $_ => 1 } values %{ Process::descriptors($master) };
    return (grep {
        my ($inode) = $open->{$_} =~ /^socket:\[(\d+)\]$/;
        $inode && !$listening->{$inode} && $shared{ $open->{$_} };
    } keys %$open)[0];
}

# try(SANDBOX, DEED...): each by a worker of one echod.
sub try {
    my ($sandbox, @deeds) = @_;
    my $d = Echod->start(env => $hostile->env, log => 'notice',
        options => ['-o', "sandbox=$sandbox", '-o', 'workers.max=20']);
    $d->expect_log(qr/: error: worker (?:broke its confinement|died) pid=/);
    my $victim = $d->connect;
    is(Client::echo($victim, 'hello'), 'hello', "$sandbox: a client");
    my ($sibling) = $d->busy_workers;
    my ($forker) = grep { $d->role($_) eq 'forker' } $d->children;
    my %pid = (MASTER => $d->pid, LOGGER => $d->logger, SIBLING => $sibling,
        FORKER => $forker);
    for (@deeds) {
        my ($what, $deed, @wanted) = @$_;
        my $wanted = $wanted[ $sandbox eq 'off' ] // next;
        $deed =~ s/\b([A-Z]+)\b/$pid{$1}/g;
        my $from = $d->mark;
        my $answer = $hostile->order($d, $deed) // '';
        if ($answer eq '') {
            my $line = $d->wait_log(qr/: error: worker broke .* call=\w+/,
                from => $from) // '';
            $answer = '[' . ($line =~ / call=(\w+)/)[0] . ']' if $line ne '';
        }
        is($answer, $wanted, "$sandbox: a worker tries to $what");
    }

    # What it may say is said in its own name, and in one line.
    my $forger = $d->connect;
    is(Client::echo($forger, 'hello'), 'hello', "$sandbox: another client");
    my ($worker) = grep { $_ != $sibling } $d->busy_workers;
    my $fd = log_descriptor($worker, $d->pid);
    $d->expect_log(qr/\[$worker\]: error: stopped exit_status=71$/,
        qr/\[$worker\]: \\x1b/);
    is(Client::echo($forger, "hostile forge $fd", eof => 1), 'ok',
        "$sandbox: its worker forges the log");
    ok($d->wait_log(qr/\[$worker\]: \\x1b\[2Jcleared\\x0aecho: error: a second/),
        "$sandbox: which is escaped, in one line, with its pid");
    is($d->count_log(qr/\[$worker\]: (?:error: stopped|\\x1b|.*settings)/,
            from => 0), 2, "$sandbox: and no settings are taken from it");
    close $forger;

    # It has a processor as long as the kernel gives it one, and no more.
    my $burning = $d->connect;
    syswrite $burning, 'hostile burn 1000000';
    my $from = Clock::now();
    is(Client::echo_once($d->port, "client $_"), "client $_",
        "$sandbox: served beside one that never rests") for 1 .. 3;
    cmp_ok(Clock::now() - $from, '<', 3 * Clock::scale(),
        "$sandbox: within a second each");
    is(Client::echo($victim, 'bye', eof => 1), 'bye',
        "$sandbox: the first client has noticed nothing");
    is($d->logger, $pid{LOGGER}, "$sandbox: nor has the logger");
    ok(Process::is_alive($pid{FORKER}), "$sandbox: nor has the forker");
    my ($burner) = $d->busy_workers;
    $d->expect_log(qr/: warning: worker died pid=$burner signal=SIGKILL/);
    kill KILL => $burner;
    close $burning;
    close $victim;
    return $d->finish(settle => 15);
}

SKIP: {
    skip 'this echod was built without libseccomp', 1 unless $has_filter;
    # More than ten in a second would not all be reported.
    try('required', @deeds[0 .. 9]);
    try('required', @deeds[10 .. $#deeds]);
}
$next->blocking(0);
ok(!$next->accept, 'nobody has gone on to another server');
try('off', @deeds);
ok($next->accept, 'but without the sandbox somebody has');
done_testing;
