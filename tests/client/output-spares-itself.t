# SPDX-License-Identifier: ISC
# If this fails, one result of a run overwrites another one, and the exit
# status is 0.
use strict;
use warnings;

use Test::More;

use Echoc;
use Files;
use Server;

my $server = Server->start;
my $dir = Files::new_dir();
my $text = "precious\n" x 10;
chdir $dir or die "$dir: $!\n";

sub write_file {
    Files::spew($_[0], $text);
    return;
}

write_file('file');
link 'file', 'hard' or die "link: $!\n";
symlink 'file', 'soft' or die "symlink: $!\n";
symlink "$dir/soft", 'softer' or die "symlink: $!\n";

# refused(NAME, MESSAGE, STREAM, OUTPUT, ARGUMENTS): a wrong command line when
# STREAM is appended to OUTPUT, and nothing is touched.
sub refused {
    my ($name, $message, $stream, $output, @args) = @_;
    write_file('file');
    open my $out, '>>', $output or die "$output: $!\n";
    my $before = $server->connections;
    my $r = Echoc::run(args => [@args, $server->target], $stream => $out);
    my $written = Files::slurp('file');
    # The reason itself goes to standard error.
    my $said = $stream eq 'stderr' && $written =~ s/^(echoc: .*\n)\z//m
        ? $1 : $r->{stderr};
    is($r->{status}, 2, "$name: status 2");
    like($said // '', $message, "$name: and why");
    is($written, $text, "$name: the file is as it was");
    is($server->connections, $before, "$name: and nobody connects");
    return;
}

my %fd = (stdout => 'standard output', stderr => 'standard error');
my @run = (['ping', '-c', 2, '-i', '1ms'], ['bench', '-n', 5],
    ['send', '-m', 'x'], ['wait'], []);
for my $mode (@run) {
    my $mode_name = $mode->[0] // 'the transcript';
    for my $stream ('stdout', 'stderr') {
        my $why = qr/^echoc: -o (\S+) is $fd{$stream}\n\z/;
        refused("$mode_name -o hard, which is $stream", $why, $stream, 'file',
            @$mode, '-o', 'hard');
    }
}
for my $name ('file', "$dir/file", 'soft', 'softer', '/dev/stdout',
    '/proc/self/fd/1') {
    refused("ping -o $name >>file", qr/^echoc: -o \S+ is standard output\n\z/,
        'stdout', 'file', @{ $run[0] }, '-o', $name);
}
for my $option ('--hdr', '--log', '--plot') {
    for my $stream ('stdout', 'stderr') {
        refused("bench $option file, which is $stream",
            qr/^echoc: $option \S+ is $fd{$stream}\n\z/, $stream, 'softer',
            @{ $run[1] }, $option, 'file');
    }
    refused("bench -j $option hard >>file",
        qr/^echoc: $option hard is standard output\n\z/, 'stdout', 'file',
        @{ $run[1] }, '--format', 'csv', $option, 'hard');
}

# A pipe would have a mixture of both.
for my $name ('/dev/stdout', '/dev/fd/1', '/proc/self/fd/1') {
    pipe my $reader, my $writer or die "pipe: $!\n";
    my $r = Echoc::run(args => ['ping', '-c', 1, '-o', $name,
            $server->target], stdout => $writer);
    Echoc::same($r, "ping -o $name to a pipe: status 2", status => 2,
        stderr => qr/\Aechoc: -o \Q$name\E is standard output\n\z/);
}

{
    pipe my $reader, my $writer or die "pipe: $!\n";
    my $r = Echoc::run(args => ['ping', '-c', 1, '-o', '/dev/stderr',
            $server->target], stderr => $writer);
    is($r->{status}, 0, '-o /dev/stderr, which is a pipe: allowed');
}

# Neither is there yet, and one leads to the other.
symlink 'new', 'leads' or die "symlink: $!\n";
symlink "$dir/leads", 'leads-on' or die "symlink: $!\n";
for (['leads', 'new'], ['new', 'leads-on'], ['leads', 'leads-on']) {
    my ($one, $other) = @$_;
    for my $options (['-o', '--log'], ['--hdr', '--plot']) {
        my ($first, $second) = @$options;
        my $name = "$first $one $second $other";
        my $r = Echoc::run(args => [@{ $run[1] }, $first, $one, $second,
                $other, $server->target]);
        Echoc::same($r, "$name: status 2", status => 2, stdout => '',
            stderr => qr/\Aechoc: [^\n]* name the same file, [^\n]+\n\z/);
        ok(!-e 'new', "$name: and there is none");
    }
}

# Both descriptors may be one, and a device has no content to lose.
for (
    ['>d 2>&1', 'd', 'd', @{ $run[0] }],
    ['-o /dev/null >/dev/null', '/dev/null', 'e', @{ $run[0] }, '-o',
        '/dev/null'],
    ['-o a >b', 'b', 'e', @{ $run[0] }, '-o', 'a'],
    ['-o - >b', 'b', 'e', @{ $run[1] }, '-o', '-'],
    ['-o leads >b', 'b', 'e', @{ $run[1] }, '-o', 'leads'],
) {
    my ($name, $to, $errors, @args) = @$_;
    open my $out, '>>', $to or die "$to: $!\n";
    open my $err, '>>', $errors or die "$errors: $!\n";
    my $r = Echoc::run(args => [@args, $server->target], stdout => $out,
        stderr => $err);
    is($r->{status}, 0, "$name: allowed") or diag(Files::slurp($errors));
}
is(Echoc::json(Files::slurp('new'))->{status}, 0, 'by a link as by the name');
chdir '/';
done_testing;
