# SPDX-License-Identifier: ISC
# If this fails, a file that was named twice by mistake is destroyed: truncated
# before it is read, or written through two descriptors.
use strict;
use warnings;

use Test::More;
use Echoc;
use Files;
use Server;

my $server = Server->start;
my $dir = Files::new_dir();
my $text = 'precious ' x 1000;
chdir $dir or die "$dir: $!\n";

sub write_file {
    open my $fh, '>', $_[0] or die "$_[0]: $!\n";
    print $fh $text;
    close $fh;
    return;
}

write_file("$dir/file");
link "$dir/file", "$dir/hard" or die "link: $!\n";
symlink 'file', "$dir/soft" or die "symlink: $!\n";
symlink "$dir/soft", "$dir/softer" or die "symlink: $!\n";

my $twice = qr/\Aechoc: [^\n]* name the same file, [^\n]+\n\z/;

# refused(NAME, ARGUMENTS): a wrong command line, and nothing is touched.
sub refused {
    my ($name, @args) = @_;
    return refuses($name, $twice, args => \@args);
}

# refuses(NAME, MESSAGE, ARGUMENTS): the same, with what Echoc::run() takes.
sub refuses {
    my ($name, $message, %arg) = @_;
    write_file("$dir/file");
    my $before = $server->connections;
    my $r = Echoc::run(%arg, args => [@{ $arg{args} }, $server->target]);
    Echoc::same($r, "$name: status 2", status => 2, stdout => '',
        stderr => $message);
    is(Files::slurp("$dir/file"), $text, "$name: the file is as it was");
    is($server->connections, $before, "$name: and nobody connects");
    return;
}

# By any of its names.
my @names = ("$dir/file", 'file', './file', "$dir/../" . ($dir =~ s{.*/}{}r)
    . '/file', 'hard', 'soft', 'softer');
for my $output (@names) {
    refused("-f file -o $output", 'send', '-f', 'file', '-o', $output);
}
refused('-f softer -o hard', 'send', '-f', 'softer', '-o', 'hard');

# What is standard input, which has no name on the command line.
for my $output ('file', 'hard', 'softer') {
    for my $form ([], ['-f', '-']) {
        write_file("$dir/file");
        open my $input, '<', 'file' or die "file: $!\n";
        refuses("@$form -o $output <file",
            qr/\Aechoc: -o \Q$output\E is standard input\b[^\n]*\n\z/,
            args => ['send', @$form, '-o', $output], stdin => $input);
    }
}

# What is standard output, which has no name either and is not emptied: each
# byte that comes back would be read and sent again.
for (
    ['-f file >>file', ['-f', 'file'], 'file'],
    ['-f file >>hard', ['-f', 'file'], 'hard'],
    ['-f softer >>file', ['-f', 'softer'], 'file'],
    ['-m x -o file >>file', ['-m', 'x', '-o', 'file'], 'file'],
    ['-m x -o softer >>hard', ['-m', 'x', '-o', 'softer'], 'hard'],
    ['-f /dev/null -o hard >>file', ['-f', '/dev/null', '-o', 'hard'], 'file'],
    ['<file >>file', [], 'file', 'file'],
    ['<hard >>softer', [], 'softer', 'hard'],
    ['-f - <file >>hard', ['-f', '-'], 'hard', 'file'],
) {
    my ($name, $args, $output, $input) = @$_;
    my @stdin;
    write_file("$dir/file");
    open my $out, '>>', $output or die "$output: $!\n";
    if (defined $input) {
        open my $in, '<', $input or die "$input: $!\n";
        @stdin = (stdin => $in);
    }
    my $before = $server->connections;
    # It would not end before the disk is full.
    my $r = Echoc::run(args => ['send', @$args, $server->target], @stdin,
        stdout => $out, prefix => ['sh', '-c', 'ulimit -f 2000; exec "$@"',
            'sh']);
    Echoc::same($r, "$name: status 2", status => 2,
        stderr => qr/\Aechoc: [^\n]*\bstandard output\b[^\n]*\n\z/);
    is(Files::slurp("$dir/file"), $text, "$name: the file is as it was");
    is($server->connections, $before, "$name: and nobody connects");
}

# Each pair of those that bench writes, whether the file is there or not.
my @load = ('bench', '-n', 5);
my @pairs = (['-o', '--hdr'], ['-o', '--log'], ['--hdr', '--log'],
    ['-o', '--plot'], ['--log', '--plot']);
for (@pairs) {
    my ($one, $other) = @$_;
    refused("$one file $other file", @load, $one, 'file', $other, 'file');
    refused("$one hard $other softer", @load, $one, 'hard', $other, 'softer');
    refused("$one new $other new", @load, $one, 'new', $other, 'new');
    ok(!-e 'new', "$one new $other new: and there is none");
}

# Those that --plot makes of its own, and removes.
for my $kind ('dat', 'gp') {
    my $made = "p.svg.$kind";
    for my $option ('-o', '--hdr', '--log') {
        my @args = (@load, '--plot', 'p.svg', $option);
        refused("--plot p.svg $option $made", @args, $made);
        ok(!-e $made, "--plot p.svg $option $made: and there is none");
        link 'file', $made or die "link: $!\n";
        refused("--plot p.svg $option hard, which is $made", @args, 'hard');
        unlink $made;
        ok(!-e 'p.svg', "--plot p.svg $option $made: nor a picture");
    }
}

# Two of the same device are none's loss, nor are files of their own.
for (
    ['two of /dev/null', @load, '-o', '/dev/null', '--log', '/dev/null'],
    ['three of them', @load, '-o', '/dev/null', '--log', '/dev/null', '--hdr',
        '/dev/null'],
    ['-f and -o of it', 'send', '-f', '/dev/null', '-o', '/dev/null'],
    ['three files', @load, '-o', 'a', '--log', 'b', '--hdr', 'c'],
    ['-f file -o a', 'send', '-f', 'file', '-o', 'a'],
) {
    my ($name, @args) = @$_;
    my $r = Echoc::run(args => [@args, $server->target]);
    is($r->{status}, 0, "$name: allowed") or diag($r->{stderr});
}
for (
    ['<file -o b', 'b'], ['<file -m x -o b', 'b', '-m', 'x'],
    ['<file -f c -o b', 'b', '-f', 'c'],
) {
    my ($name, $output, @args) = @$_;
    open my $input, '<', 'file' or die "file: $!\n";
    my $r = Echoc::run(args => ['send', '-o', $output, @args, $server->target],
        stdin => $input);
    is($r->{status}, 0, "$name: allowed") or diag($r->{stderr});
}

# Standard output is what nothing is written to, or another one.
for (
    ['-q -f file >>file', 'file', '-q', '-f', 'file'],
    ['-f file >>d', 'd', '-f', 'file'],
    ['-f file -o a >>d', 'd', '-f', 'file', '-o', 'a'],
    ['-f file >/dev/null', '/dev/null', '-f', 'file'],
    ['-f /dev/null >/dev/null', '/dev/null', '-f', '/dev/null'],
    ['-q -m x >>file', 'file', '-q', '-m', 'x'],
) {
    my ($name, $output, @args) = @$_;
    write_file("$dir/file");
    open my $out, '>>', $output or die "$output: $!\n";
    my $r = Echoc::run(args => ['send', @args, $server->target],
        stdout => $out);
    is($r->{status}, 0, "$name: allowed") or diag($r->{stderr});
}
is(Files::slurp('d'), $text x 2, 'what came back was written');
is(Echoc::json(Files::slurp('a'))->{bytes_verified}, length $text,
    'the input was read');
chdir '/';
done_testing;
