# SPDX-License-Identifier: ISC
#
# If this fails, "make install" installs files in the wrong place, overwrites
# the configuration of an operator, or "make uninstall" leaves files behind.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Machine;
use Namespace;

Machine::needs('make');
my $build = $ENV{ECHOD_BUILDDIR} // 'build';
plan skip_all => 'not run by make check' unless -f "$build/Makefile";

# What is installed listens on port 10000: it gets a network of its own.
Namespace::needs_network();
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR)};

my $dir  = Files::new_dir();
my $root = "$dir/root";
my ($etc, $sbin, $man, $libexec, $data) = map { directory($_) }
    qw(sysconfdir sbindir mandir pkglibexecdir pkgdatadir);

# Where configure was told to put it.
sub directory {
    my ($name) = @_;
    my %value = Files::slurp("$build/Makefile") =~ /^(\w+) = (.*)$/mg;
    my $path = "\${$name}";
    1 while $path =~ s/\$[{(](\w+)[)}]/$value{$1}/;
    return "$root$path";
}

sub make {
    my ($target) = @_;
    my $out = `make -C '$build' $target DESTDIR='$root' 2>&1`;
    is($?, 0, "make $target") or diag $out;
}

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or die "$path: $!";
    print {$file} $text;
    close $file or die "$path: $!";
}

make('install');
ok(-x "$sbin/echod", 'the program');
ok(-x "$libexec/echod-load", 'its loader');
ok(-f "$man/man8/echod.8", 'its manual page');
ok(-f "$man/man5/echod.conf.5", 'the one of its configuration');
ok(-f "$etc/echod.conf", 'its configuration');
ok(-f "$data/prometheus/echod.rules.yml", 'alerts for Prometheus');
ok(-f "$data/grafana/echod.json", 'a dashboard for Grafana');
my $shipped = Files::slurp("$etc/echod.conf");

{
    local $Machine::ECHOD = "$sbin/echod";
    my $d = Echod->start(config => $shipped);
    is(Client::echo_once(10000, 'hello', host => 'localhost'), 'hello',
        'what is installed serves localhost port 10000');
    $d->finish;
}

# The loader is found wherever the whole has been moved, and, by the path that
# configure was told, where no /proc tells what runs.
{
    my $moved = "$dir/moved";
    rename $root, $moved or die "$moved: $!";
    my ($status, undef, $text) = do {
        local $Machine::ECHOD = $sbin =~ s/^\Q$root\E/$moved/r . '/echod';
        Echod->run(args => ['-t', '-c', '/dev/null']);
    };
    is($status, 78, 'moved: its loader is found');
    like($text, qr{^echod: /dev/null is a device}, 'and does its work');

    # What the loader needs: shared libraries, and a user.
    my $lib = $libexec =~ s/^\Q$root\E/$moved/r . '/echod-load';
    for my $file (`ldd '$lib' '$Machine::ECHOD_DYNAMIC'` =~ m{(/\S+\.so\S*)}g) {
        Namespace::quietly('sh', '-c',
            'mkdir -p "$0${1%/*}" && cp -L "$1" "$0$1"', $moved, $file)
            or die "$file: not copied";
    }
    mkdir "$moved/etc";
    Files::spew("$moved/etc/passwd", "root:x:0:0::/:/\n");
    my ($inside) = $sbin =~ /^\Q$root\E(.*)/;
    SKIP: {
        skip 'no chroot(1)', 2 if !Machine::has('chroot');
        my $said = `chroot '$moved' '$inside/echod' -t -l 127.0.0.1:0 -o user=root -c '$etc/echod.conf' 2>&1`;
        like($said, qr{^echod: \Q$etc\E/echod\.conf: No such file}m,
            'without /proc: its loader is found');
        $said = `chroot '$moved' '$inside/echod' -T -l 127.0.0.1:0 -o user=root 2>&1`;
        like($said, qr/^listen = \(/m, 'and reads the configuration');
    }
    Namespace::quietly('rm', '-rf', $moved) or die "$moved: not removed";
}

make('install');
make('install');
ok(!-e "$etc/echod.conf.new", 'again: nothing is put beside the same file');

write_file("$etc/echod.conf", "backlog = 7;\n");
make('install');
is(Files::slurp("$etc/echod.conf"), "backlog = 7;\n",
    'a changed configuration is kept');
is(Files::slurp("$etc/echod.conf.new"), $shipped, 'and ours is beside it');

make('uninstall');
is(Files::slurp("$etc/echod.conf"), "backlog = 7;\n",
    'and is kept by uninstall too');
unlink "$etc/echod.conf";
is(`find '$root' ! -type d`, '', 'which leaves nothing else');
make('install');

# What is installed names the places where things are, and no others.
sub texts {
    return map { $_ => Files::slurp($_) // '' } "$etc/echod.conf",
        "$man/man8/echod.8", "$man/man5/echod.conf.5", "$man/man1/echoc.1",
        "$man/man8/echodctl.8";
}
my %text = texts();
my ($help) = `'$sbin/echod' -h` =~ m{(/\S*/echod\.conf)\b};
like($text{$_}, qr/\Q$help\E\b/, "$_ knows the file that echod -h names")
    for "$man/man8/echod.8", "$man/man5/echod.conf.5";
my ($pid_file) = `'$sbin/echod' -T -c '$etc/echod.conf'`
    =~ /^pid_file = "(.*)"/m;
like($text{$_}, qr/\Q$pid_file\E\b/, "$_ knows the pid file that it uses")
    for grep { !/echoc|echodctl/ } sort keys %text;
make('uninstall');
is(`find '$root' ! -type d`, '', 'nor the configuration as it was installed');

my $elsewhere = 'sysconfdir=/opt/e/etc runstatedir=/var/opt/e';
$etc = "$root/opt/e/etc";
make("install $elsewhere");
%text = texts();
for my $name (sort keys %text) {
    my @paths = grep { m{^(?!/(?:srv|tmp)/)} }
        $text{$name} =~ m{(?<![\w/~])(/[\w./]*echod\.(?:conf|pid))\b}g;
    my @other = grep { !m{^/opt/e/etc/echod\.conf$|^/var/opt/e/echod\.pid$} }
        @paths;
    is("@other", '', "$name names no other place");
    ok(@paths || $name =~ /echoc|echodctl/, 'and its own');
    is((stat $name)[2] & 07777, 0644, 'everybody may read it');
}
like($text{"$man/man8/echodctl.8"}, qr{ /var/opt/e/echod/control$}m,
    'the page of echodctl names the socket of this build');
make("install $elsewhere");
ok(!-e "$etc/echod.conf.new", 'it is the same file when installed again');
make("uninstall $elsewhere");
is(`find '$root' ! -type d`, '', 'and taken away as well');
done_testing;
