# SPDX-License-Identifier: ISC
# rows: 102
#
# If this fails, an operator looks for an echod that does not run, because
# another program has locked the pid file; or the message does not say what to
# do.
use strict;
use warnings;

use Fcntl qw(F_SETLK F_RDLCK F_WRLCK O_RDWR SEEK_SET);
use File::Basename qw(basename dirname);
use POSIX ();
use Test::More;

use Echod;
use Files;
use Machine;

use constant F_OFD_SETLK => 37;

my $dir = Files::new_dir();
my $pid_file = "$dir/echod.pid";

# The exit status and the message of a start in vain.
sub start {
    my (%opt) = @_;
    my ($status, $out, $err) = Echod->run(
        prefix => $opt{prefix} // [],
        args   => [ '-l', '127.0.0.1:0', '-p', $opt{file} // $pid_file ]);
    return ($status, "$out$err");
}

# A process of ours that holds a lock, until it is killed.
sub holder {
    my ($command, $type) = @_;
    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        sysopen my $fh, $pid_file, O_RDWR or POSIX::_exit(1);
        my $lock = pack 's s x![q] q q i x![q]', $type, SEEK_SET, 0, 0, 0;
        fcntl $fh, $command, $lock or POSIX::_exit(1);
        syswrite $out, 'x';
        POSIX::pause();
        POSIX::_exit(0);
    }
    close $out;
    (sysread $in, my $byte, 1) == 1 or plan skip_all => 'no such lock here';
    return $pid;
}

open my $fh, '>', $pid_file or die "$pid_file: $!";
close $fh;
for my $case (
    [ 'a reader', F_SETLK, F_RDLCK ],
    [ 'a writer that is no echod', F_SETLK, F_WRLCK ],
) {
    my ($name, @lock) = @$case;
    my $pid = holder(@lock);
    my $comm = Files::slurp("/proc/$pid/comm") =~ s/\n//r;
    my ($status, $text) = start();
    is($status, 75, "$name: status 75");
    is($text, "echod: pid file $pid_file is locked by pid $pid ($comm), which "
        . "is no echod: end it, or give another file with -p\n",
        "$name is named");
    kill KILL => $pid;
    waitpid $pid, 0;
}

# A lock without a process.
my $pid = holder(F_OFD_SETLK, F_WRLCK);
my ($status, $text) = start();
is($status, 75, 'an open file description: status 75');
like($text, qr/^echod: pid file \Q$pid_file\E is locked, by no echod that /,
    'no process is named');
kill KILL => $pid;
waitpid $pid, 0;

# An echod that cannot be seen from here.
SKIP: {
    my @prefix = ('unshare', '-pf', '--mount-proc');
    skip 'no pid namespaces here', 3
        if system("@prefix true >/dev/null 2>&1") != 0;
    my $d = Echod->start(options => [ '-p', $pid_file ]);
    ($status, $text) = start(prefix => \@prefix);
    is($status, 75, 'another pid namespace: status 75');
    like($text, qr/ \Q$pid_file\E is locked, by no echod that .* container, /,
        'that is said');
    unlike($text, qr/\bpid \d/, 'and no number');
    $d->finish;
}

# Who may not write there.
SKIP: {
    my @prefix =
        $> != 0 ? ()
        : ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
    skip 'nobody cannot run it here', 2
        if @prefix && system("@prefix $Machine::ECHOD -V >/dev/null 2>&1") != 0;
    mkdir "$dir/closed", 0755;
    my $user_file = $> == 0 ? "$dir/closed/pid" : '/echod.pid';
    skip 'we may write everywhere', 2
        if $> != 0 && -w dirname($user_file);
    ($status, $text) = start(prefix => \@prefix, file => $user_file);
    is($status, 71, 'an ordinary user: status 71');
    is($text, "echod: cannot open pid file $user_file: Permission denied; use "
        . "-F, or give a file that you may write with -p\n",
        'is told what to do');
}

# In a directory such as /tmp, nobody may write to another user's file, even if
# its mode allows it; and root does not want to.
SKIP: {
    skip 'only root can make files of others', 4 if $> != 0;
    my $theirs = "$dir/sticky/pid";
    mkdir "$dir/sticky";
    chmod 01777, "$dir/sticky";
    Files::spew($theirs, '');
    chown 1, -1, $theirs;
    ($status, $text) = start(file => $theirs);
    is($status, 78, 'a file of another user: status 78');
    like($text, qr/: pid_file: \Q$theirs\E does not belong to root /, 'root says so');
    my @prefix = qw(setpriv --reuid 65534 --regid 65534 --clear-groups);
    my $rule = Files::slurp('/proc/sys/fs/protected_regular') // 0;
    skip 'no such rule here', 2
        if $rule == 0 || system("@prefix $Machine::ECHOD -V >/dev/null 2>&1") != 0;
    chmod 0666, $theirs;
    ($status, $text) = start(prefix => \@prefix, file => $theirs);
    is($status, 71, 'and a user without root: status 71');
    like($text, qr/belongs to uid 1, .*fs\.protected_regular/,
        'names the rule of the kernel');
}
done_testing;
