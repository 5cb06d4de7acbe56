# SPDX-License-Identifier: ISC
#
# If this fails, "make install" puts unit files where systemd does not look, or
# such as its version does not understand.
#
# slow: runs configure some times
use strict;
use warnings;

use File::Spec;
use Test::More;

use Files;
use Machine;

my $top = File::Spec->rel2abs($ENV{ECHOD_SRCDIR} // '.');
my $build = File::Spec->rel2abs($ENV{ECHOD_BUILDDIR} // 'build');
Machine::needs('make', 'pkg-config');
plan skip_all => 'not run by make check' unless -f "$build/Makefile";
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR)};
my $dir = Files::new_dir();
my $n = 0;

# All other packages are where they were.
mkdir "$dir/pc";
for my $path (split /:/, `pkg-config --variable pc_path pkg-config` =~ s/\n//r) {
    symlink $_, "$dir/pc/" . (File::Spec->splitpath($_))[2]
        for grep { !m{/systemd\.pc$} } glob "$path/*.pc";
}

# install(VERSION, OPTION...): configure where systemd has this version, 0: there
# is none; returns the folder into which units were installed.
sub install {
    my ($version, @options) = @_;
    my $here = "$dir/" . ++$n;
    mkdir $_ for $here, "$here/build";
    unlink "$dir/pc/systemd.pc";
    Files::spew("$dir/pc/systemd.pc", <<"END") if $version;
systemdsystemunitdir=/opt/units
sysusersdir=/opt/users
Name: systemd
Description: one of another version
Version: $version
END
    my $options = join ' ', map { "'$_'" } @options;
    my $said = `cd '$here/build' && PKG_CONFIG_LIBDIR='$dir/pc' '$top/configure' -q --cache-file='$dir/cache' $options 2>&1 && make -s install-units DESTDIR='$here/root' 2>&1`;
    is $?, 0, "configured and installed for systemd $version @options" or diag $said;
    return $here;
}

# files(FOLDER): what was installed.
sub files {
    return join ' ', sort map { s{^\Q$_[0]\E/root}{}r } split /\n/,
        `find '$_[0]/root' ! -type d 2>/dev/null`;
}

my $old = install('252 (252.38-1)');
is files($old), join(' ', map { "/$_" } qw(opt/units/echod.service
    opt/units/echod.socket opt/users/echod.conf
    usr/local/share/echod/systemd/socket.conf
    usr/local/share/echod/systemd/unprivileged.conf)),
    'all files are where pkg-config says';
my $unit = Files::slurp("$old/root/opt/units/echod.service");
like $unit, qr/^Type=notify$/m, '252: a type that it knows';
like $unit, qr{^ExecReload=/usr/local/sbin/echodctl reload$}m,
    '252: a reload that waits for the outcome';
`make -s -C '$old/build' uninstall-units DESTDIR='$old/root'`;
is files($old), '', 'and all of them can be taken away';

my $new = install(255, '--program-prefix=x', '--sbindir=/opt/sbin');
$unit = Files::slurp("$new/root/opt/units/echod.service");
like $unit, qr/^Type=notify-reload$/m, '255: the type that waits for a reload';
unlike $unit, qr/echodctl reload|echodctl waits/,
    '255: which needs no command';
like $unit, qr{^ExecStart=/opt/sbin/xechod -F -o user=echod$}m,
    'the program has the name that it was given';
like Files::slurp("$new/root/usr/local/share/echod/systemd/socket.conf"),
    qr{^ExecStart=/opt/sbin/xechod -F -o listen=$}m, 'in a drop-in as well';

is files(install(0)), '', 'without systemd there are no units';
is files(install(252, '--prefix=/home/me')), '',
    'nor in a home directory';
is files(install(252, '--without-systemdsystemunitdir')), '',
    'nor if they are not wanted';
like files(install(0, '--with-systemdsystemunitdir=/opt/here')),
    qr{^/opt/here/echod\.service /opt/here/echod\.socket }, 'but where one says';

done_testing;
