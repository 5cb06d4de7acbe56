# SPDX-License-Identifier: ISC
# If this fails, the output of echod -T or an error message is truncated when
# another program, which shares the pipe, has made it non-blocking.
use strict;
use warnings;

use Fcntl qw(F_GETFL O_NONBLOCK);
use Test::More;

use Clock;
use Files;
use Machine;
use Process;

use constant { F_SETPIPE_SZ => 1031, LEAST => 4096 };

# through_full(NUMBER, ARGUMENTS): what comes of descriptor NUMBER through a
# pipe that is full until echod sleeps, and the exit status.
sub through_full {
    my ($number, @args) = @_;
    pipe my $reader, my $writer or die "pipe: $!\n";
    fcntl $writer, F_SETPIPE_SZ, LEAST;
    $_->blocking(0) for $reader, $writer;
    my $filled = 0;
    while (my $n = syswrite $writer, '#' x LEAST) {
        $filled += $n;
    }
    my $pid = Process::launch([@Machine::WRAPPER, $Machine::ECHOD, @args],
        $number == 1 ? 'stdout' : 'stderr' => $writer);
    my $status;
    my $is_over = sub {
        return defined($status //= Process::wait($pid, 0));
    };
    # It waits for its loader as well, but then it has a child.
    Clock::until(sub {
        return $is_over->() || (Process::state($pid) // '') eq 'S'
            && !Process::children($pid);
    });
    my $text = '';
    Clock::until(sub {
        my $ended = $is_over->();
        1 while sysread($reader, $text, LEAST, length $text) && $ended;
        return $ended;
    });
    ok(fcntl($writer, F_GETFL, 0) & O_NONBLOCK,
        "@args: the pipe stays as it is");
    return (substr($text, $filled), $status // 'none');
}

my $d = Files::new_dir();
Files::spew("$d/bad.conf", "workers = { max = 0; };\n");
Files::spew("$d/good.conf", '');
for (
    [1, 0, qr/^listen = .*\n\z/ms, '-T', '-c', "$d/good.conf"],
    [1, 0, qr/^usage: .*\n\z/ims, '-h'],
    [1, 0, qr/^echod [\d.]+\n(?:\w+: \w+\n)+\z/, '-V'],
    [2, 64, qr/\Aechod: .*nosuch.*\nechod: try echod -h\n\z/, '--nosuch'],
    [2, 78, qr/\Aechod: .*bad\.conf:1: .*\n\z/, '-t', '-c', "$d/bad.conf"],
) {
    my ($number, $wanted_status, $wanted, @args) = @$_;
    my ($text, $status) = through_full($number, @args);
    is($status, $wanted_status, "@args: status $wanted_status");
    like($text, $wanted, "@args: all of it comes");
}
done_testing;
