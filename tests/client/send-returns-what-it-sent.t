# SPDX-License-Identifier: ISC
# If this fails, `echoc send` sends something else than its input, or prints
# something else than the echo.
use strict;
use warnings;

use Digest::SHA;
use Test::More;
use Client;
use Clock;
use Echoc;
use Echod;
use Files;

my $d = Echod->start;
my $target = '127.0.0.1:' . $d->port;
my $dir = Files::new_dir();

# file(NAME, TEXT): a file with that text.
sub file {
    my ($name, $text) = @_;
    open my $fh, '>:raw', "$dir/$name" or die "$dir/$name: $!\n";
    print $fh $text;
    close $fh or die "$dir/$name: $!\n";
    return "$dir/$name";
}

my $every_byte = join '', map { chr } 0 .. 255;
my $block = Client::seeded(1, 300_000);
my $small = file('small', $every_byte);
my $large = file('large', $block);
my $nothing = file('nothing', '');

# Arguments, standard input, what must come back.
for (
    [['-m', 'hello'], undef, 'hello'],
    [['--message', 'hello'], undef, 'hello'],
    [['--message=hello'], undef, 'hello'],
    [['-m', 'hello'], 'not this', 'hello'],
    [['-m', ''], undef, ''],
    [['-m', 'a\nb\\\\'], undef, 'a\nb\\\\'],
    [['-e', '-m', 'a\nb\tc\0d\x00\xff\x7Fe\\\\n'], undef,
        "a\nb\tc\0d\0\xff\x7fe\\n"],
    [['-m', 'x\n', '--escape'], undef, "x\n"],
    [['-m', "\xc3\xa9\n"], undef, "\xc3\xa9\n"],
    [['-f', $small], undef, $every_byte],
    [['--file', $large], 'not this', $block],
    [["--file=$large"], undef, $block],
    [['-f', $nothing], undef, ''],
    [['-f', '-'], $block, $block],
    [[], "typed\n", "typed\n"],
    [[], 'no newline', 'no newline'],
    [[], $every_byte, $every_byte],
    [[], $block, $block],
    [[], '', ''],
    [[], undef, ''],
) {
    my ($args, $stdin, $wanted) = @$_;
    my $name = join ' ', 'send', map({ s{^.*/}{}r } @$args),
        defined $stdin ? 'with ' . length($stdin) . ' bytes of input' : ();
    my $r = Echoc::run(args => ['send', @$args, $target], stdin => $stdin);
    Echoc::same($r, in_a_line($name), status => 0, stdout => $wanted,
        stderr => '');

    $r = Echoc::run(args => ['send', '-q', @$args, $target],
        stdin => $stdin);
    Echoc::same($r, "... and -q", status => 0, stdout => '', stderr => '');

    $r = Echoc::run(args => ['send', '-j', @$args, $target],
        stdin => $stdin);
    Echoc::same($r, '... and -j', status => 0, stderr => '');
    my $json = Echoc::json($r->{stdout});
    is_deeply([@$json{qw(mode status error)},
        map { $json->{"bytes_$_"} } qw(sent received verified)],
        ['send', 0, undef, (length $wanted) x 3], '... a true document')
        or diag($r->{stdout});
}

# A file as standard input, and one that is not there.
open my $fh, '<', $large or die "$large: $!\n";
my $r = Echoc::run(args => ['send', $target], stdin => $fh);
Echoc::same($r, 'a file as input', status => 0, stdout => $block,
    stderr => '');
for my $path ("$dir/missing", $dir) {
    $r = Echoc::run(args => ['send', '-f', $path, $target]);
    Echoc::same($r, 'what cannot be read', status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]*\Q$path\E[^\n]*: [^\n]+\n\z/);
}
SKIP: {
    skip 'no /dev/full here', 1 unless -c '/dev/full';
    open my $full, '>', '/dev/full' or die "/dev/full: $!\n";
    $r = Echoc::run(args => ['send', '-f', $large, $target],
        stdout => $full);
    Echoc::same($r, 'what cannot be written', status => 2,
        stderr => qr/\Aechoc: [^\n]+\n\z/);
}

# An echo is there as soon as it has come, not at the end.
pipe my $reader, my $writer or die "pipe: $!\n";
my $c = Echoc::start(args => ['send', $target], stdin => $reader);
close $reader;
my $said = '';
for my $line ("one\n", "two\n", 'three') {
    syswrite $writer, $line;
    $said .= $line;
    ok(Clock::until(sub { $c->stdout_so_far eq $said }),
        'while the input goes on, what was sent is echoed')
        or diag($c->stdout_so_far);
}
close $writer;
Echoc::same($c->wait, 'until it ends', status => 0, stdout => $said,
    stderr => '');

# Much, and all of it random.
my $bytes = (Clock::is_slow() ? 4 : 64) * 1024 * 1024;
my $path = file('random', random($bytes));
open $fh, '-|', 'cat', $path or die "cat: $!\n";
open my $back, '+>', undef or die "a temporary file: $!\n";
$r = Echoc::run(args => ['send', $target], stdin => $fh, stdout => $back,
    timeout => 120);
Echoc::same($r, "$bytes random bytes", status => 0, stderr => '');
seek $back, 0, 0;
is(-s $back, $bytes, 'as many came back');
is(Digest::SHA->new(256)->addfile($back)->hexdigest,
    Digest::SHA->new(256)->addfile($path)->hexdigest, 'the same ones');

$d->finish;
done_testing;

sub in_a_line {
    return Echoc::shown(shift) =~ s/\n/\\n/gr;
}

sub random {
    open my $fh, '<:raw', '/dev/urandom' or die "/dev/urandom: $!\n";
    read $fh, my $data, shift;
    return $data;
}
