# SPDX-License-Identifier: ISC
#
# If this fails, echod does not run in a container that has nothing but the
# program: it requires a file, a user that has a name, or a right that a strict
# cluster does not give; or it warns of something that nobody can change there.
#
# root: changes its root directory
use strict;
use warnings;

use File::Basename qw(basename dirname);
use File::Copy ();
use File::Path qw(make_path);
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Http;
use Machine;
use Process;

Machine::needs(qw(root ldd unshare mount));
plan skip_all => 'valgrind needs files of its own' if @Machine::WRAPPER;
system('unshare -m mount --bind /tmp /tmp 2>/dev/null') == 0
    or plan skip_all => 'mounting is not allowed here';

# No user has such a number.
use constant UID => 1_234_567_890;

my $root = Files::new_dir();
my @helpers = grep { -e }
    map { dirname($Machine::ECHOD) . "/$_" } qw(echod-load echod-report);
for my $program ($Machine::ECHOD, @helpers) {
    copy($program, "$root/" . basename($program));
    my $libraries = qx(ldd '$program' 2>/dev/null);
    copy($_, "$root$_") for $libraries =~ m{(/\S+)(?= \(0x)}g;
}

sub copy {
    my ($from, $to) = @_;
    make_path(dirname($to));
    File::Copy::cp($from, $to) && chmod 0755, $to or die "$to: $!\n";
    return;
}

# What a strict cluster takes away before it executes the program.
my $without = <<'END';
    my ($root, $uid, undef, @arguments) = @ARGV;
    system('mount', '--bind', $root, $root) == 0
        && system('mount', '-o', 'remount,bind,ro', $root) == 0 or die;
    chroot $root and chdir '/' or die "chroot: $!";
    for my $capability (0 .. 63) { Machine::kernel('prctl', 24, $capability) }
    $) = "$uid $uid";
    $( = $uid;
    $< = $> = $uid;
    Machine::kernel('prctl', 38, 1, 0, 0, 0) or die "no_new_privs: $!";
    %ENV = (ECHOD_TEST_TAG => $ENV{ECHOD_TEST_TAG});
    exec { '/echod' } '/echod', @arguments;
    die "exec: $!";
END

my $d = Echod->start(
    config  => undef,
    options => ['-l', 'localhost:0', @helpers > 1 ? Http::OPTIONS : ()],
    prefix  => ['unshare', '-m', $^X, '-I' . dirname($INC{'Machine.pm'}),
        '-MMachine', '-e', $without, "$root", UID]);

for my $pid ($d->pid, $d->children) {
    my $who = Process::status($pid, 'Name');
    like(Process::status($pid, 'Uid'), qr/^(?:${\UID}\s*){4}$/, "$who: its uid");
    is(Process::status($pid, 'NoNewPrivs'), 1, "$who: no new privileges");
    is(Process::status($pid, $_), '0' x 16, "$who: no capability, $_")
        for qw(CapPrm CapEff CapBnd CapAmb);
    is(readlink "/proc/$pid/root", "$root", "$who: the root directory");
}
like(Files::slurp('/proc/' . $d->pid . '/mountinfo'), qr{ / ro[, ]},
    'the root directory is read-only');
for my $place (0 .. $#{ [$d->listeners] }) {
    my $sock = $d->connect($place);
    is(Client::echo($sock, 'hello'), 'hello', 'it serves');
    close $sock;
}
like($d->reload, qr/: reload done /, 'it can be reloaded');
$d->signal('USR1');
ok($d->wait_log(qr/: status generation=2 /), 'and asked for its status');

SKIP: {
    skip 'this echod was built without libmicrohttpd', 1 if @helpers == 1;
    is(Http::get(Http::port($d), '/readyz')->{status}, 200, 'or by HTTP');
}

# That nothing warns is asserted here.
$d->finish;
is_deeply([grep { !/^\S+ echod\[\d+\]: / } $d->log_lines], [],
    'nothing but the log is written');
done_testing;
