# SPDX-License-Identifier: ISC
# rows: 62, 70
#
# If this fails, a reload at a moment when the default file is missing, because
# it is being replaced, drops all its settings, access lists included; or an
# echod that never had such a file cannot reload.
use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Namespace;
use Process;

Namespace::needs_network();

# A folder of our own in the place of /etc, with the little that is needed.
my $dir = Files::new_dir();
my (undef, $text, $err) = Echod->run(args => ['-t']);
my ($file) = "$text$err" =~ m{(/\S+/echod\.conf)\b};
plan skip_all => 'echod names no default file' if !defined $file;
my $etc = dirname($file);
plan skip_all => "there is no $etc" if !-d $etc;
for my $name (qw(passwd group hosts services protocols nsswitch.conf host.conf
    ld.so.cache localtime)) {
    my $content = Files::slurp("$etc/$name") // next;
    Files::spew("$dir/$name", $content);
}
plan skip_all => "no $etc of our own here"
  if system("mount --bind $dir $etc 2>/dev/null") != 0;

my $failed = qr/: error: reload failed, nothing has changed: $file: No such /;
my @only = map { ('-o', "workers.$_") } 'start=1', 'min_spare=1';

# Without it from the beginning: nothing is missing.
my $d = Echod->start(config => undef,
    options => [ '-l', '127.0.0.1:0', @only ]);
like($d->reload, qr/: reload done /, 'without a file a reload is done');
is(Client::echo_once($d->port, 'x', local => '127.0.0.2'), 'x',
    'everybody is served');

# One that comes later is read.
Files::spew($file, qq(access = { deny = [ "127.0.0.2" ]; };\n));
like($d->reload, qr/: reload done /, 'with one, too');
$d->denies('as it says');

# And then it may not be missing.
my @workers;
Clock::until(sub { @workers = $d->idle_workers });
my $listeners = Process::listeners($d->pid);
rename $file, "$file~" or die "$file: $!";
for my $round (1, 2) {
    like($d->reload, $failed, "missing, round $round: a reload fails");
    $d->denies("missing, round $round");
    is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
        'the same workers');
    is_deeply(Process::listeners($d->pid), $listeners, 'the same socket');
}
rename "$file~", $file or die "$file: $!";
like($d->reload, qr/: reload done /, 'when it is there again, it is done');
$d->denies('it is there again');
$d->expect_log(qr/: error: reload failed, nothing has changed/);
unlink $file;
$d->finish(limits => { min_spare => 1, max_spare => 10, max => 256 });

# The same for one that was there at the start.
Files::spew($file, qq(access = { deny = [ "127.0.0.2" ]; };\n));
$d = Echod->start(config => undef,
    options => [ '-l', '127.0.0.1:0', @only ]);
unlink $file;
like($d->reload, $failed, 'there at the start: a reload fails');
$d->denies('there at the start');
$d->expect_log(qr/: error: reload failed, nothing has changed/);
$d->finish(limits => { min_spare => 1, max_spare => 10, max => 256 });
done_testing;
