# SPDX-License-Identifier: ISC
#
# If this fails, systemd finds a mistake in the unit files, or they leave echod
# more rights than the exposure that is promised for them.
use strict;
use warnings;

use File::Spec;
use Test::More;

use Files;
use Machine;

my $top = $ENV{ECHOD_SRCDIR} // '.';
my ($build) = File::Spec->rel2abs($Machine::ECHOD) =~ m{^(.*)/};
Machine::needs('systemd-analyze');

my $dir = Files::new_dir();
my @drop_in = ('unprivileged.conf', 'socket.conf');

sub copy {
    my ($name, $to) = @_;
    return Files::spew("$dir/$to",
        Files::slurp("$top/etc/systemd/$name") =~ s{/usr/local/sbin}{$build}gr);
}

# The pages that Documentation= names are looked for as well.
mkdir "$dir/$_" for 'man', 'man/man5', 'man/man8', 'echod.service.d';
symlink File::Spec->rel2abs("$top/man/$_"), "$dir/man/man" . substr($_, -1) . "/$_"
    for qw(echod.8 echod.conf.5 echodctl.8);

# analyze(WORD...): exit status and output.
sub analyze {
    my $words = join ' ', map { "'$_'" } @_;
    my $text = `cd '$dir' && MANPATH='$dir/man' SYSTEMD_COLORS=0 systemd-analyze $words 2>&1`;
    return ($? >> 8, $text);
}

copy($_, $_) for 'echod.service', 'echod.socket';
my %bound = ('' => 25, 'unprivileged.conf' => 15, 'socket.conf' => 3);
for my $drop_in ('', @drop_in) {
    my $what = $drop_in || 'echod.service alone';
    unlink glob "$dir/echod.service.d/*";
    copy($drop_in, "echod.service.d/$drop_in") if $drop_in;
    is_deeply [analyze('verify', './echod.service', './echod.socket')], [0, ''],
        "$what: there is nothing to say about it";
    my ($status, $text) = analyze('security', '--offline=true',
        "--threshold=$bound{$drop_in}", './echod.service');
    is $status, 0, "$what: its exposure is $bound{$drop_in} tenths at most"
        or diag $text;
    note $text =~ /(Overall.*)/;
}

# What systemd-sysusers(8) makes of the other file.
SKIP: {
    skip 'no systemd-sysusers as root here', 2
        if $> != 0 || !Machine::has('systemd-sysusers');
    mkdir "$dir/root";
    mkdir "$dir/root/etc";
    my $said = `systemd-sysusers --root='$dir/root' '$top/etc/systemd/sysusers.conf' 2>&1`;
    is $?, 0, 'the user is made' or diag $said;
    like Files::slurp("$dir/root/etc/passwd"),
        qr{^echod:[^:]*:\d+:\d+:TCP echo service:/:\S*nologin$}m, 'and can do nothing';
}

done_testing;
