# SPDX-License-Identifier: ISC
# rows: 64, 65, 66
#
# If this fails, a file that is small and takes long to read, or that is large,
# keeps a start or a reload busy for long, or takes the memory of the machine.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;

my $dir = Files::new_dir();

# spew(NAME, TEXT): the path of a file.
sub spew {
    my ($name, $text) = @_;
    Files::spew("$dir/$name", $text);
    return "$dir/$name";
}

my $nest = 100_000;
spew("deep$_", qq(\@include "$dir/deep) . ($_ + 1) . qq("\n)) for 1 .. 11;
spew('deep12', '');
# 30 files that each include 30 files, and so on.
spew('fan4', "workers = { };\n");
for (1 .. 3) {
    my $next = "$dir/fan" . ($_ + 1);
    spew("fan$_", qq(\@include "$next"\n) x 30);
}

# Each: what, a file, and how it is refused.
my @bombs = (
    ['a string of 50 MB',
        spew('string', 'user = "' . 'x' x 50_000_000 . qq(";\n)),
        qr/bytes|large/],
    ['a file of 1 MB of comments', spew('comments', "# nothing\n" x 100_000),
        qr/bytes|large/],
    ['4,000 settings', spew('many', join '', map { "s$_ = 1;\n" } 1 .. 4_000),
        qr/unknown setting/],
    ['one setting 9,000 times', spew('same', "backlog = 1;\n" x 9_000),
        qr/more than once|twice|duplicate|large/],
    ['a list of 20,000 addresses',
        spew('list', 'listen = (' . join(',', ('{}') x 20_000) . ");\n"),
        qr/listen/],
    ['groups in groups', spew('groups', 'a = {' x 20_000), qr/./],
    ['lists in lists', spew('lists', 'listen = ' . '(' x $nest), qr/./],
    ['a file that includes itself',
        spew('itself', qq(\@include "$dir/itself"\n)), qr/include|deep/],
    ['an include too deep', spew('too-deep', qq(\@include "$dir/deep1"\n)),
        qr/include|deep/],
    ['30 times 30 times 30 includes',
        spew('fan', qq(\@include "$dir/fan1"\n)), qr/include|large|limit/],
);

for (@bombs) {
    my ($what, $file, $why) = @$_;
    my $start = Clock::now();
    # Seconds of processor time, and bytes.
    my ($status, $out, $err) = Echod->run(args => ['-t', '-c', $file],
        prefix => ['prlimit', '--cpu=5', '--']);
    is($status, 78, "$what: status 78");
    like($err, qr/^echod: \S.*$why/, 'the reason');
    is($err =~ tr/\n//, 1, 'in one line');
    cmp_ok(length $err, '<', 1200, 'which is short');
    Clock::soon($start, 'at once');
}

# Some at reloads, one after the other; meanwhile it serves.
my $d = Echod->start(log => 'notice');
my ($listeners, @workers) = (Process::listeners($d->pid), $d->workers);
is(scalar @workers, 5, 'five workers');
$d->expect_log(qr/: error: reload failed, nothing has changed: /);
for (grep { $_->[0] =~ /50 MB|settings|in lists|30 times/ } @bombs) {
    my ($what, $file) = @$_;
    rename $file, $d->config_file or die "$file: $!\n";
    my $start = Clock::now();
    my $from = $d->mark;
    $d->signal('HUP');
    my $back = Client::echo_once($d->port, 'meanwhile');
    is($back, 'meanwhile', "$what, at a reload: it serves");
    like($d->wait_log(qr/: reload (?:done|failed)|: error: /, from => $from),
        qr/: error: reload failed/, 'the reload fails');
    Clock::soon($start, 'at once');
}
is(scalar(grep { Process::is_alive($_) } @workers), 5, 'the same workers');
is_deeply(Process::listeners($d->pid), $listeners, 'and listeners');
$d->finish;
done_testing;
