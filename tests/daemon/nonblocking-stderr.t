# SPDX-License-Identifier: ISC
#
# If this fails, an echod whose standard error is non-blocking, as with some
# supervisors, loses most of its lines when it is busy.
use strict;
use warnings;

use Fcntl;
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;

use constant {
    BYTES        => 250,     # two lines each, less than wait for any logger
    LEAST        => 4096,    # what standard error takes
    F_SETPIPE_SZ => 1031,
};

my $dir  = Files::new_dir();
my $fifo = "$dir/stderr";
POSIX::mkfifo($fifo, 0666) or die "mkfifo: $!";
# Open both ends, so that no open() blocks and no reader sees the end.
sysopen my $pipe, $fifo, O_RDWR | O_NONBLOCK or die "$fifo: $!";
# As small as can be, so that it is full soon.
fcntl $pipe, F_SETPIPE_SZ, LEAST;

# Non-blocking is the open file, which all processes share that inherit it.
my $open = <<'END';
use Fcntl;
sysopen my $fh, shift, O_WRONLY | O_NONBLOCK or die "open: $!";
open STDERR, '>&', $fh or die "dup: $!";
exec { $ARGV[0] } @ARGV;
END
my $d = Echod->start(
    prefix  => [ $^X, '-e', $open, $fifo ],
    log     => 'debug',
    wait    => 'idle',
    options => [ '-o', 'buffer_size=1' ],
);
my $logger = $d->logger;

# From here on the pipe is not read.  The logger sleeps when it can write no
# more, or when it has written or lost all lines.
my $data = 'x' x BYTES;
ok(Client::echo_once($d->port, $data) eq $data, 'a client is served');
ok(Clock::until(sub { Process::state($logger) eq 'S' }),
    'the logger sleeps');

# Now the pipe is read, a little at a time.
my $text = '';

sub read_until {
    my ($re) = @_;
    return Clock::until(sub {
        sysread $pipe, $text, 1000, length $text;
        return $text =~ $re;
    }, 60);
}
ok(read_until(qr/: connection ended [^\n]*\n/), 'the last line comes');
$d->signal('USR1');
ok(read_until(qr/: status connections=[^\n]*\n/), 'and the report of USR1');

my @lines = split /\n/, $text;
is(scalar(grep { /: received "x"$/ } @lines), BYTES, 'no line is missing');
is(scalar(grep { /: sending data back to the client$/ } @lines), BYTES,
    'of either kind');
is_deeply([ grep { !/^[-0-9T:.+]+ echod\[\d+\]: (?!.*echod\[)/ } @lines ], [],
    'no line is torn');
like($text, qr/ log_lines_lost=0$/m, 'and none is counted as lost');
unlike($text, qr/log lines lost/, 'or told to be');
is($d->logger, $logger, 'by the same logger all the time');

$d->finish;
done_testing;
