# SPDX-License-Identifier: ISC
# rows: 88
#
# If this fails, lines that could not be written to standard error are missing
# in the log without a note.
use strict;
use warnings;

use Fcntl;
use List::Util qw(sum0);
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;

use constant CLIENTS => 10;

my $dir  = Files::new_dir();
my $fifo = "$dir/stderr";
POSIX::mkfifo($fifo, 0666) or die "mkfifo: $!";
sysopen my $pipe, $fifo, O_RDONLY | O_NONBLOCK or die "$fifo: $!";
my $d = Echod->start(
    prefix => [ 'sh', '-c', 'exec "$@" 2>"$0"', $fifo ],
    log    => 'info',
    wait   => 'idle',
);
my $logger = $d->logger;
my $text   = '';

sub read_until {
    my ($re) = @_;
    return Clock::until(sub {
        sysread $pipe, $text, 65536, length $text;
        return $text =~ $re;
    });
}

# Whether nobody has a line to write, and the logger sleeps.  As no write to a
# pipe without a reader waits, it does that only when no line is there.
sub is_done {
    return 0 if $d->busy_workers;
    return !grep { Process::state($_) ne 'S' } $d->workers, $logger;
}

sub lines { return scalar(() = $text =~ /: connection ended /g) }

sub told { return sum0($text =~ /: warning: log lines lost count=(\d+)\n/g) }

ok(read_until(qr/: ready [^\n]*\n/), 'echod is ready');
is(Client::echo_once($d->port, 'x'), 'x', 'a client is served');
ok(read_until(qr/: connection ended [^\n]*\n/), 'and its line comes');

for my $round (1 .. 2) {
    # Without a reader every write fails (pipe(7): EPIPE).
    my ($before, $told) = (lines(), told());
    close $pipe;
    my $good = grep { (Client::echo_once($d->port, 'x') // '') eq 'x' }
        1 .. CLIENTS;
    is($good, CLIENTS, "round $round: clients are served without a reader");
    ok(Clock::until(\&is_done), 'and their lines come to nothing');
    sysopen $pipe, $fifo, O_RDONLY | O_NONBLOCK or die "$fifo: $!";
    is(Client::echo_once($d->port, 'x'), 'x',
        'there is a reader again, and a client');
    ok(Clock::until(sub { read_until(qr/./); told() > $told }),
        'the log tells of lost lines');
    # A worker may have been slow to write its line.
    Clock::until(sub {
        read_until(qr/./);
        return lines() - $before + told() - $told >= CLIENTS + 1;
    });
    is(lines() - $before + told() - $told, CLIENTS + 1,
        'each line is there, or told of');
    $d->signal('USR1');
    ok(read_until(qr/ log_lines_lost=\d+\n\z/), 'USR1 reports');
    my ($lost) = $text =~ / log_lines_lost=(\d+)\n\z/;
    is($lost, told(), 'the same number');
}
is($d->logger, $logger, 'it is the same logger all the time');
$d->finish;
done_testing;
