# SPDX-License-Identifier: ISC
# If this fails, a signal kills echod -T, or a start that fails, if its output
# has no room or no reader, so that a script does not get the exit status.
use strict;
use warnings;

use Test::More;

use Files;
use Machine;

my $dir = Files::new_dir();
Files::spew("$dir/good.conf", '');
Files::spew("$dir/bad.conf", "workers = { max = 0; };\n");

# status(SCRIPT, ARGUMENTS): of an echod that a shell starts.
sub status {
    my ($script, @args) = @_;
    local $SIG{PIPE} = 'DEFAULT';
    system 'sh', '-c', $script, 'sh', @Machine::WRAPPER, $Machine::ECHOD, @args;
    return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
}

my @print = ('-T', '-c', "$dir/good.conf");
my @start = ('-c', "$dir/bad.conf", '-p', "$dir/pid");
SKIP: {
    skip 'ThreadSanitizer writes a file before main', 2
        if Machine::has_thread_sanitizer();
    is(status("ulimit -f 0; exec \"\$\@\" >$dir/out 2>/dev/null", @print), 74,
        '-T into a file that may not grow: status 74');
    is(status("ulimit -f 0; exec \"\$\@\" 2>$dir/out", @start), 78,
        'a start with such a standard error: its own status');
}
{
    pipe my $reader, my $writer or die "pipe: $!\n";
    close $reader;
    open my $kept, '>&', \*STDERR or die "dup: $!\n";
    open STDERR, '>&', $writer or die "dup: $!\n";
    my $status = status('exec "$@"', @start);
    open STDERR, '>&', $kept or die "dup: $!\n";
    is($status, 78, 'a start whose reader is gone: its own status');
}

for my $args (\@print, ['-t', @print[1, 2]], ['-h'], ['-V']) {
    is(status('exec "$@" >&- 2>/dev/null', @$args), 74,
        "$args->[0] without a standard output: status 74");
}

# And it says what was wrong, where that can be said.
is(status("\"\$\@\" >/dev/full 2>$dir/out", @print), 74,
    '-T to a full disk: status 74');
is(Files::slurp("$dir/out"),
    "echod: standard output: No space left on device\n", '... and why')
    if -c '/dev/full';
done_testing;
