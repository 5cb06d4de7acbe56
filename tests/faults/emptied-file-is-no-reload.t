# SPDX-License-Identifier: ISC
# rows: 62, 70
#
# If this fails, a reload at a moment when an editor has emptied the
# configuration file drops all its settings, access lists included; or an echod
# that was started with an empty file cannot reload.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;

my $dir = Files::new_dir();
my ($file, $part) = ("$dir/echod.conf", "$dir/part.conf");
my @options = ('-c', $file, '-l', '127.0.0.1:0');
my $failed = qr/: error: reload failed, nothing has changed: /;
my $deny = qq(access = { deny = [ "127.0.0.2" ]; };\n);
my $d;

# What an editor leaves for a moment, and what comes to the same.
Files::spew($file, $deny);
$d = Echod->start(config => undef, options => \@options);
my @workers;
Clock::until(sub { @workers = $d->idle_workers });
my $listeners = Process::listeners($d->pid);
for my $text ('', "\n\n", "# nothing yet\n", "workers = { };\n") {
    my $name = $text =~ s/\n/\\n/gr;
    Files::spew($file, $text);
    like($d->reload, qr/$failed\Q$file\E has no setting /,
        qq(emptied to "$name": a reload fails));
    $d->denies('then');
}
is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
    'the same workers');
is_deeply(Process::listeners($d->pid), $listeners, 'the same socket');
Files::spew($file, "backlog = 7;\n");
like($d->reload, qr/: reload done /, 'one setting is enough');
is(Client::echo_once($d->port, 'x', local => '127.0.0.2'), 'x',
    'and it is obeyed');

# One that is included counts by itself.
Files::spew($part, $deny);
Files::spew($file, qq(backlog = 7;\n\@include "part.conf"\n));
like($d->reload, qr/: reload done /, 'a part is included');
$d->denies('by the part');
Files::spew($part, "# nothing yet\n");
like($d->reload, qr/$failed\Q$part\E says nothing any more/, 'emptied: a reload fails');
$d->denies('then');
Files::spew($file, "backlog = 7;\n");
like($d->reload, qr/: reload done /, 'not included any more: it is done');
is(Client::echo_once($d->port, 'x', local => '127.0.0.2'), 'x',
    'and it is obeyed');
Files::spew($file, qq(backlog = 7;\n\@include "part.conf"\n));
like($d->reload, qr/: reload done /, 'empty from its beginning: it is done');
$d->expect_log($failed);
$d->finish;

# At the start, and after one that was empty, the defaults are meant.
Files::spew($file, '');
$d = Echod->start(config => undef, options => \@options);
like($d->reload, qr/: reload done /, 'empty at the start: a reload is done');
is(Client::echo_once($d->port, 'x'), 'x', 'and it serves');
$d->finish;
done_testing;
