# SPDX-License-Identifier: ISC
# rows: 102
#
# If this fails, echod writes its pid to a file that it must not write, trusts
# a stale file, or leaves a file behind.
use strict;
use warnings;

use Fcntl qw(:mode);
use POSIX ();
use Test::More;
use Clock;
use Echod;
use Files;
use Process;

my $dir = Files::new_dir();
my $pid_file = "$dir/echod.pid";

# The ordinary way: it is there when the service is, and gone after it.
my $d = Echod->start(options => ['-p', $pid_file]);
is(Files::slurp($pid_file), $d->pid . "\n", 'the master\'s pid');
is(sprintf('%04o', (stat $pid_file)[2] & 07777), '0644', 'for all to read');
$d->finish;
ok(!-e $pid_file, 'it is removed');

# A relative path means the directory in which echod was started.
my $cd = Echod->start(mode => 'background',
    options => ['-o', 'log.to=stderr', '-p', 'relative.pid'],
    prefix => ['sh', '-c', "cd $dir && exec \"\$@\"", 'sh'], wait => 0);
my $relative = Files::slurp("$dir/relative.pid") // '';
like($relative, qr/^\d+\n$/, 'a relative path');
kill TERM => $relative if $relative;
ok(Clock::until(sub { !-e "$dir/relative.pid" }), 'is found at the end');

# Stale: the pid of another process, which gets no signal.
my $other = fork // die "fork: $!";
if (!$other) {
    POSIX::pause();
    POSIX::_exit(1);
}
for my $stale ("$other\n", "999999999\n", '', "rubbish\n", '-1', "1\n") {
    write_file($pid_file, $stale);
    my $e = Echod->start(options => ['-p', $pid_file]);
    (my $name = $stale) =~ s/\n//;
    is(Files::slurp($pid_file), $e->pid . "\n", "stale: \"$name\"");
    $e->finish;
}
ok(Process::is_alive($other), 'nobody was signalled');
kill KILL => $other;
waitpid $other, 0;

# What is no file of ours: refused, and left as it was.
write_file("$dir/precious", "precious\n");
symlink "$dir/precious", "$dir/symlink";
symlink "$dir/missing", "$dir/dangling";
link "$dir/precious", "$dir/hardlink";
POSIX::mkfifo("$dir/fifo", 0600);
mkdir "$dir/directory";
for my $kind (qw(symlink dangling hardlink fifo directory)) {
    my $start = Clock::now();
    my ($status, $out, $err) = Echod->run(
        args => ['-F', '-l', '127.0.0.1:0', '-p', "$dir/$kind"]);
    is($status, 71, "$kind: status 71");
    like($err, qr/pid file \Q$dir\/$kind\E\b/, 'the file is named');
    Clock::soon($start, 'at once');
    ok(-l "$dir/$kind" || -e "$dir/$kind", 'it is still there');
}
is(Files::slurp("$dir/precious"), "precious\n", 'no foreign file is changed');
ok(!-e "$dir/missing", 'and none is made');
for my $path ("$dir/no/where", '/proc/echod.pid') {
    my ($status, $out, $err) = Echod->run(
        args => ['-F', '-l', '127.0.0.1:0', '-p', $path]);
    is($status, 71, "$path: status 71");
    like($err, qr/^echod: .*pid file \Q$path\E: \w/, 'with the reason');
}

# Replaced by another process while echod runs: echod must not remove it.
my $r = Echod->start(options => ['-p', $pid_file]);
unlink $pid_file;
write_file($pid_file, "mine\n");
is($r->stop, 0, 'the exit status is 0');
is(Files::slurp($pid_file), "mine\n", 'a foreign file is not removed');
unlink $pid_file;
$r->finish;

# A start that fails for another reason leaves none.
my $taken = IO::Socket::IP->new(LocalHost => '127.0.0.1', LocalPort => 0,
    Listen => 1);
my ($status, undef, $err) = Echod->run(args => ['-F', '-l',
    '127.0.0.1:' . $taken->sockport, '-p', $pid_file]);
is($status, 69, 'an address in use: status 69');
ok(!-e $pid_file, 'no pid file is left');

# No file in the foreground, unless it is asked for.
my $none = Echod->start(options => []);
my %fd = %{ Process::descriptors($none->pid) };
is((grep { /\.pid$/ } values %fd), 0, 'no pid file in the foreground');
$none->finish;
done_testing;

sub write_file {
    my ($path, $text) = @_;
    open my $fh, '>', $path or die "$path: $!";
    print $fh $text;
    close $fh or die "$path: $!";
    return;
}
