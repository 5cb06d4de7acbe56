# SPDX-License-Identifier: ISC
# rows: 112
#
# If this fails, a start whose pid file cannot be written reports success: a
# script that is to stop echod finds an empty file, or half a number.
use strict;
use warnings;

use Test::More;
use Echod;
use Files;
use Machine;
use Namespace;

my $dir = Files::new_dir();

# refused(TEXT, REASON, LIMIT, MODE): the start fails, and leaves no file.  Its
# standard error is a pipe, for no file may grow.
sub refused {
    my ($text, $reason, $limit, $mode) = @_;
    my $file = "$dir/disk/echod.pid";
    my $shell = "($limit \"\$@\"; echo \"status=\$?\" >&2) 2>&1 | cat >&2";
    my $d = Echod->start(
        mode    => $mode,
        wait    => 0,
        prefix  => ['sh', '-c', $shell, 'sh'],
        options => ['-o', 'log.to=stderr', '-p', $file],
    );
    ok(defined $d->wait_log(qr/^status=71$/), "$text: the start fails");
    is($d->count_log(
        qr/^echod: cannot write pid file \Q$file\E: $reason$/, from => 0), 1,
        "$text: with the reason");
    ok(!-e $file, "$text: no file is left");
    return;
}

mkdir "$dir/disk";
my @modes = qw(background foreground);
SKIP: {
    skip 'ThreadSanitizer writes a file before anything else', 3 * @modes
        if Machine::has_thread_sanitizer();
    refused("no file may grow, $_", 'File too large', 'ulimit -f 0;', $_)
        for @modes;
}

SKIP: {
    skip 'mounting is not allowed here', 3 * @modes + 7
        if $> != 0 || !Namespace::go(Namespace::MOUNTS)
        || !Namespace::quietly('mount', '-t', 'tmpfs', '-o', 'size=4k',
            'none', "$dir/disk");
    Files::spew("$dir/disk/filler", 'x' x 4096);
    refused("a full disk, $_", 'No space left on device', '', $_) for @modes;

    # Once there is room, it starts.
    unlink "$dir/disk/filler";
    my $d = Echod->start(options => ['-p', "$dir/disk/echod.pid"]);
    is(Files::slurp("$dir/disk/echod.pid"), $d->pid . "\n",
        'when there is room, the pid is in it');
    $d->finish;
    Namespace::quietly('umount', "$dir/disk");
}
done_testing;
