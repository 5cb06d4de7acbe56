# SPDX-License-Identifier: ISC
# If this fails, a script takes a server that returns wrong bytes for a full
# disk, because the result could not be written either.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Server;

plan(skip_all => 'no /dev/full here') unless -c '/dev/full';

sub full {
    open my $fh, '>', '/dev/full' or die "/dev/full: $!\n";
    return $fh;
}

# begin(FAULT, FULL, ARGUMENTS): FULL is what leads to the device, "stdout" or
# "-o".
sub begin {
    my ($fault, $full, @args) = @_;
    my $server = Server->start(fault => $fault);
    my @where = $full eq '-o' ? ('-o', '/dev/full') : ();
    return { server => $server, client => Echoc::start(
        args => [@args, '-j', @where, $server->target],
        timeout => 30, @where ? () : (stdout => full())) };
}

# wait tries again and again, so give it an end; all of them at the same time.
my @begun;
for (
    ['the transcript', '-W', 20],
    ['send', 'send', '-m', 'hello', '-W', 20],
    ['wait', 'wait', '-w', 2 * Clock::scale()],
    ['bench', 'bench', '-n', 5, '-W', 20],
) {
    my ($name, @args) = @$_;
    for my $full ('stdout', '-o') {
        my $what = "$name -j, $full is full";
        push @begun, [$what, begin('flip', $full, @args),
            begin('none', $full, @args)];
    }
}
for (@begun) {
    my ($what, $bad, $good) = @$_;
    my $r = $bad->{client}->wait;
    is($r->{status}, 6, "$what: a mismatch is status 6")
        or diag($r->{stderr});
    like($r->{stderr}, qr/^echoc: [^\n]* differs [^\n]*\n\z/m,
        "$what: which the last line tells");

    # Without, it is an error of its own.
    $r = $good->{client}->wait;
    is($r->{status}, 2, "$what: else it is status 2")
        or diag($r->{stderr});
    like($r->{stderr}, qr/^echoc: [^\n]*: No space left on device\n\z/m,
        "$what: for that reason");
}
done_testing;
