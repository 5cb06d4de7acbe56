# SPDX-License-Identifier: ISC
#
# If this fails, a supervisor that waits for a line in a descriptor takes echod
# for ready when it is not, or waits for ever.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;

# start(%opt): an echod whose descriptor 7 is a pipe, and the end to read it.
sub start {
    my %opt = @_;
    my $fifo = Files::new_name();
    system('mkfifo', $fifo) == 0 or die "mkfifo: $?\n";
    # For reading and writing, or it would wait for the other side.
    open my $keep, '+<', $fifo or die "$fifo: $!\n";
    my $d = Echod->start(%opt, wait => 0,
        prefix  => ['sh', '-c', qq(exec "\$@" 7>$fifo), 'sh'],
        options => ['--ready-fd', 7, @{ $opt{options} // [] }]);
    open my $pipe, '<', $fifo or die "$fifo: $!\n";
    $pipe->blocking(0);
    # Until it has opened it, or has ended, nobody else could write.
    Clock::until(sub { Client::readable($pipe, 0) || !$d->is_running });
    close $keep;
    return ($d, $pipe);
}

# all_of(PIPE): what has been written to it, when nobody can write any more.
sub all_of {
    my $pipe = shift;
    my $text = '';
    Clock::until(sub { my $n = sysread $pipe, $text, 100, length $text;
            return defined $n && $n == 0 });
    return $text;
}

for my $mode (qw(foreground background)) {
    my ($d, $pipe) = start(mode => $mode, options => ['-o', 'log.to=stderr']);
    is all_of($pipe), "\n", "$mode: one newline, and it is closed";
    ok $d->count_log(qr/: ready /), "$mode: not before it is ready";
    $d->wait_ready;
    is Client::echo_once($d->port, 'hello'), 'hello', "$mode: it serves";
    is all_of($pipe), '', "$mode: it is not heard of any more";
    like $d->reload, qr/: reload done /, "$mode: not after a reload either";
    $d->finish;
}

# A start that fails; nobody who reads; and no such descriptor.
my ($d, $pipe) = start(config => "nonsense\n");
is all_of($pipe), '', 'a start that fails writes nothing';
is $d->wait_end, 64 + 14, 'and ends';

$d = Echod->start(options => ['--ready-fd', 7],
    prefix => ['sh', '-c', '{ exec "$@" 7>&1 >/dev/null; } | :', 'sh']);
is Client::echo_once($d->port, 'hello'), 'hello', 'it serves unheard';
$d->finish;

my ($status, undef, $error) = Echod->run(args => ['-F', '--ready-fd', 99]);
is $status, 64, 'a descriptor that is not open is a mistake';
is $error, "echod: --ready-fd 99: Bad file descriptor\n", 'which is said';

done_testing;
