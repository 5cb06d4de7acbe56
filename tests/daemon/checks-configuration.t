# SPDX-License-Identifier: ISC
# rows: 67, 69, 97
#
# If this fails, an operator cannot rely on echod -t: it overlooks an error,
# refuses a correct file, or does not name the line; or the output of -T is not
# the configuration that echod would use.
#
# Each file tests/data/bad-*.conf holds one mistake.  Its first lines say:
#   # expect: [FILE:]LINE: TEXT   what echod's line goes on with after the
#                                 name of the file, or of the included FILE
#   # mentions: TEXT              what the line also contains
#   # status: 78 or 69            if another exit status is possible
#   # needs: root                 skipped otherwise
use strict;
use warnings;
use Cwd ();
use Test::More;
use File::Temp qw(tempdir);
use IO::Socket::IP;

use Machine;

use constant { EX_USAGE => 64, EX_CONFIG => 78 };

my $data = ($ENV{ECHOD_SRCDIR} // '.') . '/tests/data';
my $dir = tempdir('echod-check.XXXXXX', TMPDIR => 1, CLEANUP => 1);

# slurp FILE: its content.
sub slurp {
    my ($file) = @_;

    open my $fh, '<', $file or die "$file: $!\n";
    local $/;
    return scalar(<$fh>) // '';
}

sub spew {
    my ($file, $text) = @_;

    open my $fh, '>', $file or die "$file: $!\n";
    print $fh $text;
    close $fh or die "$file: $!\n";
}

# run ARGUMENTS...: (exit status, standard output, standard error) of echod.
# A signal shows as a status above 255.
sub run {
    my @command = (@Machine::WRAPPER, $Machine::ECHOD, @_);
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null' or die;
        open STDOUT, '>', "$dir/out" or die;
        open STDERR, '>', "$dir/err" or die;
        exec @command or die "$command[0]: $!\n";
    }
    waitpid $pid, 0;
    my $status = $? & 127 ? 256 + $? : $? >> 8;
    return ($status, slurp("$dir/out"), slurp("$dir/err"));
}

# described FILE: what the comments in its first lines say.
sub described {
    my ($file) = @_;
    my %of;

    for (split /\n/, slurp($file)) {
        last unless /^# (\w+): (.*)/;
        $of{$1} = $2;
    }
    return %of;
}

# check_bad FILE: it is refused, with the very line.
sub check_bad {
    my ($file) = @_;
    my %of = described($file);
    my $place = $file;

    die "$file has no \"# expect:\"\n" unless defined $of{expect};
    if (($of{needs} // '') eq 'root' && $> != 0) {
        SKIP: { skip 'only root can do that', 1 }
        return;
    }
    $place = "$data/$1" if $of{expect} =~ s/^([^:\s]*\D):(?=\d)//;
    my ($status, $out, $err) = run('-t', '-c', $file);
    my $wanted = "echod: $place:$of{expect}";

    subtest $file =~ s{.*/}{}r => sub {
        like $status, '/^(?:' . join('|',
            ($of{status} // EX_CONFIG) =~ /\d+/g) . ')$/',
            'exit status';
        is $out, '', 'nothing on standard output';
        is substr($err, 0, length $wanted), $wanted,
            'file, line and mistake';
        like $err, qr/\Q$of{mentions}\E/, 'the rest of it'
            if defined $of{mentions};
        like $err, qr/\A[\x20-\x7e]+\n\z/, 'one printable line';
    };
}

# check_print NAME ARGUMENTS...: what -T prints loads, and prints the same.
sub check_print {
    my ($name, @arguments) = @_;

    subtest "-T $name" => sub {
        my ($status, $first, $err) = run('-T', @arguments);
        is $status, 0, 'is printed';
        is $err, '', 'without a complaint';
        like $first, qr/^listen = \(/m, 'begins with listen';
        spew("$dir/again.conf", $first);
        ($status, my $second, $err) = run('-T', '-c',
            "$dir/again.conf");
        is $status, 0, 'loads';
        is $err, '', 'without a complaint';
        is $second, $first, 'and prints the same';
    };
}

my @bad = sort glob("$data/bad-*.conf");
cmp_ok scalar(@bad), '>=', 30, 'there are enough mistakes';
check_bad($_) for @bad;

for my $file (sort glob("$data/good-*.conf")) {
    my %of = described($file);
    my $name = $file =~ s{.*/}{}r;

    SKIP: {
        skip 'only root can do that', 2
            if ($of{needs} // '') eq 'root' && $> != 0;
        is_deeply [run('-t', '-c', $file)], [0, "$file: ok\n", ''],
            "$name is good";
        check_print($name, '-c', $file);
    }
}

# What is included by its absolute name is that file, from wherever.
{
    mkdir "$dir/one";
    mkdir "$dir/two";
    spew("$dir/two/leaf.conf", "backlog = 7;\n");
    spew("$dir/one/leaf.conf", "backlog = 8;\n");
    spew("$dir/two/step.conf", qq(\@include "$dir/two/leaf.conf"\n));
    spew("$dir/one/first.conf", qq(\@include "$dir/two/step.conf"\n));
    my ($status, $out, $err) = run('-T', '-c', "$dir/one/first.conf");
    is "$status $err", '0 ', 'an absolute @include is good';
    like $out, qr/^backlog = 7;/m, 'and the file that is meant';

    # One that is relative begins at the first file.
    spew("$dir/two/step.conf", qq(\@include "leaf.conf"\n));
    ($status, $out, $err) = run('-T', '-c', "$dir/one/first.conf");
    is "$status $err", '0 ', 'a relative one is good';
    like $out, qr/^backlog = 8;/m, 'and the file that is meant';
}

# From a directory that the user may not enter, as after su(1).
SKIP: {
    my $echod = $Machine::ECHOD;
    my $nobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
    skip 'nobody cannot run it here', 1
        if $> != 0
        || system("$nobody $echod -V >'$dir/out' 2>'$dir/err'") != 0;
    local @Machine::WRAPPER = (split(' ', $nobody), @Machine::WRAPPER);
    my $here = Cwd::getcwd();
    mkdir "$dir/closed", 0700;
    chmod 0755, $dir;
    chdir "$dir/closed" or die "$dir/closed: $!";
    my ($status, $out, $err) = run('-t', '-c', "$dir/one/first.conf");
    is "$status $err", '0 ', 'a folder that is closed is no matter';
    chdir $here or die "$here: $!";
}

# The defaults: no file that is there by chance may change them.
spew("$dir/empty.conf", '');
my @none = ('-c', "$dir/empty.conf");
check_print('of the defaults', @none);
check_print('with -o, -l and -p', @none, '-l', '127.0.0.1:7',
    '-l', '[::1]:8', '-l', '*',
    '-o', 'timeouts.idle=0.5', '-o', 'log.ident=a "b"',
    '-o', 'access.allow=10.0.0.0/8,::1', '-p', '/x y.pid');
check_print('with -F and -d', @none, '-Fd');
{
    my ($status, $out) = run('-T', @none, '-o', 'workers.max=3',
        '-o', 'workers.max=4', '-d', '-o', 'log.level=err');
    like $out, qr/^\tmax = 4;/m, 'the last -o counts';
    like $out, qr/^\tlevel = "err";/m, 'and -o more than -d';
}

# Mistakes on the command line.
for (
    [['-o', 'backlog=0'], EX_USAGE, '-o backlog: 0 is out of range'],
    [['-o', 'backlgo=5'], EX_USAGE, '-o backlgo: unknown setting; '
        . 'did you mean backlog?'],
    [['-o', 'backlog'], EX_USAGE, '-o backlog: expected KEY=VALUE'],
    [['-o', 'listen=x'], EX_USAGE, '-o listen: use -l'],
    [['-l', ':70000'], EX_USAGE, '-l ":70000": 70000 is out of range'],
    [['-l', '[::1'], EX_USAGE, '-l "[::1": no closing ]'],
    [['-l', '127.0.0.1:7', '-l', '127.0.0.1:7'], EX_CONFIG, '-l'],
    [['-l', '127.0.0.1:no-such-service'], EX_CONFIG,
        '-l: "127.0.0.1" port no-such-service: there is no TCP service '
        . "no-such-service\n"],
    [['-l', '10000'], EX_CONFIG, '-l: "10000" is neither an address nor a name; '
        . 'port 10000 of every address is ":10000"'],
    [['-l', '70000'], EX_CONFIG, '-l: "70000" is neither an address nor a '
        . "name\n"],
    [['-l', '::1:10000'], EX_USAGE, '-l "::1:10000": an IPv6 address with a '
        . 'port needs [ ], as in [::1]:10000'],
    [['-l', 'fe80::1'], EX_CONFIG, '-l: fe80::1 is link-local and needs its '
        . 'interface'],
    [['-l', '[fe80::1%4294967295]:7'], EX_CONFIG, '-l: fe80::1%4294967295: '
        . 'there is no interface'],
    [['-l', 'ff02::1%lo'], EX_CONFIG, '-l: ff02::1%1 is a multicast address'],
    [['-l', '224.0.0.1:7'], EX_CONFIG, '-l: 224.0.0.1 is a multicast address'],
    [['-x'], EX_USAGE, 'unknown option -x'],
    [['x'], EX_USAGE, 'unexpected argument x'],
    [['-c', "$dir/none.conf"], EX_CONFIG,
        "$dir/none.conf: No such file or directory"],
    [['-c', $dir], EX_CONFIG, "$dir is a directory"],
    [['-c', '/dev/null'], EX_CONFIG, '/dev/null is a device'],
) {
    my ($arguments, $wanted, $text) = @$_;
    my ($status, $out, $err) = run('-t',
        (grep { $_ eq '-c' } @$arguments) ? () : @none, @$arguments);

    subtest "@$arguments" => sub {
        is $status, $wanted, 'exit status';
        is $out, '', 'nothing on standard output';
        is substr($err, 0, 7 + length $text), "echod: $text",
            'the mistake';
    };
}

# An address that is in use may be in use by echod itself.
{
    my $taken = IO::Socket::IP->new(LocalHost => '127.0.0.1',
        LocalPort => 0, Listen => 1, Proto => 'tcp') or die "socket: $@\n";
    my $address = '127.0.0.1:' . $taken->sockport;

    is_deeply [run('-t', @none, '-l', $address)],
        [0, "$dir/empty.conf: ok\n", ''], 'a check binds nothing';
    check_print("of $address, in use", @none, '-l', $address);
}

# Nor does it touch the pid file.
{
    my ($status) = run('-t', @none, '-p', "$dir/echod.pid");
    is $status, 0, 'a check with a pid file';
    ok !-e "$dir/echod.pid", 'does not make it';
}

done_testing;
