# SPDX-License-Identifier: ISC
# rows: 43
#
# If this fails, a client that is still sending when echod ends its connection,
# at a stop or by a time-out, loses a part of its echo that was on its way: its
# end arrives as a reset.
#
# slow: ends a thousand connections in the middle of a flood
use strict;
use warnings;

use List::Util qw(min);
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;

# ROUNDS connections that a time-out ends, by CLIENTS processes, and as many
# that a stop ends: all clients of STOPS echods.
use constant { ROUNDS => 700, CLIENTS => 6, STOPS => 12, AT_STOP => 25 };

my $block = Client::seeded(1, 1 << 20);
my $twice = $block x 2;

# How they send and read.  fast: whatever is possible.  nc: it does not read
# while it cannot send, and sends from its input what it has begun.  tiny: with
# a small buffer for what it receives, a little at a time.
my @kinds = qw(fast nc tiny);

# flood(PORT, KIND): send until the connection ends.  Returns the port that we
# had, the number of bytes that came, and what was wrong.
sub flood {
    my ($port, $kind) = @_;
    my @buffer = $kind eq 'tiny' ? (Sockopts => [
        [Socket::SOL_SOCKET(), Socket::SO_RCVBUF(), pack 'i', 8192]]) : ();
    my $sock = Client::connect('127.0.0.1', $port, @buffer)
        or return (0, 0, "no connection: $@");
    my $mine = $sock->sockport;
    my $most = $kind eq 'tiny' ? 4096 : 65536;
    my $fd = fileno $sock;
    my ($sent, $came, $deaf) = (0, 0, 0);
    my $deadline = Clock::now() + 30 * Clock::scale();
    $sock->blocking($kind eq 'nc');
    while (Clock::now() < $deadline) {
        my ($in, $out) = ('', '');
        vec($in, $fd, 1) = 1;
        vec($out, $fd, 1) = $deaf ? 0 : 1;
        next if select($in, $out, undef, 1) <= 0;
        if (vec $in, $fd, 1) {
            my $n = sysread $sock, my $data, $most;
            return ($mine, $came, "read: $!")
                if !defined $n && !Client::again();
            return ($mine, $came, '') if defined $n && $n == 0;
            return ($mine, $came, "other bytes at $came")
                if $n && $data ne substr $twice, $came % length $block, $n;
            $came += $n // 0;
        }
        if (vec $out, $fd, 1) {
            my $n = syswrite $sock, $block, 65536, $sent % length $block;
            $sent += $n // 0;
            # It can still read.
            $deaf = !defined $n && !Client::again();
        }
    }
    return ($mine, $came, 'no end');
}

# client(PORT, FILE, ROUNDS, NUMBER): a process with so many floods.
sub client {
    my ($port, $file, $rounds, $number) = @_;
    return Process::child(sub {
        open my $fh, '>>', $file or die "$file: $!\n";
        for my $n (1 .. $rounds) {
            my $kind = $kinds[($number + $n) % @kinds];
            syswrite $fh, join(' ', flood($port, $kind), $kind) . "\n";
        }
    });
}

# judge(D, FILE, WHAT): compare what the clients have got with what echod has
# sent.
sub judge {
    my ($d, $file, $what) = @_;
    my (@wrong, %got, %sent);
    for (split /\n/, Files::slurp($file)) {
        my ($port, $bytes, $problem, $kind) = /^(\d+) (\d+) (.*?) ?(\w+)$/;
        push @wrong, "$kind, $bytes bytes: $problem" if $problem ne '';
        push @{ $got{$port} }, $bytes;
    }
    for ($d->log_lines) {
        push @{ $sent{$1} }, $2
            if / peer=\S+?:(\d+) .* out_bytes=(\d+) .* reason=\Q$what\E$/;
    }
    for my $port (keys %got, keys %sent) {
        my ($client, $echod) = map { join '+', sort @{ $_->{$port} // [] } }
            \%got, \%sent;
        push @wrong, "$client bytes came of $echod" if $client ne $echod;
    }
    return @wrong;
}

my $slower = Clock::is_slow() ? 10 : 1;
my $file = Files::new_name();
Files::spew($file, '');

# By a time-out of echod's, while it is fully busy.
my $d = Echod->start(log => 'info', options => [
    '-o', 'timeouts.lifetime=0.03', '-o', 'workers.max_spare=20' ]);
my $each = int(ROUNDS / CLIENTS / $slower) + 1;
my @pids = map { client($d->port, $file, $each, $_) } 1 .. CLIENTS;
ok(Clock::until(sub {
    @pids = grep { !defined Process::wait($_, 0) } @pids;
    return !@pids;
}, 200), $each * CLIENTS . ' connections end by timeouts.lifetime');
$d->wait_log(qr/: connection ended /, count => $each * CLIENTS);
my @wrong = judge($d, $file, 'lifetime');
is(scalar @wrong, 0, 'each client gets what was sent, and then a FIN')
    or diag join "\n", @wrong[0 .. min(9, $#wrong)];
$d->finish;

# By a stop.
my ($ended, $cut) = (0, 0);
@wrong = ();
for my $n (1 .. STOPS / min($slower, 4)) {
    Files::spew($file, '');
    my $d = Echod->start(log => 'info', options => [
        '-o', 'timeouts.drain=0.05', '-o', 'workers.max_spare=40' ]);
    my @pids = map { client($d->port, $file, 1, $_) } 1 .. AT_STOP;
    Clock::until(sub { $d->busy_workers == AT_STOP }, 20);
    $d->signal('TERM');
    $d->signal('TERM') if $n % 2;
    my $status = $d->wait_end(20);
    push @wrong, "exit status " . ($status // 'none') if ($status // 1) != 0;
    Process::wait($_, 30) for @pids;
    push @wrong, judge($d, $file, 'drained'), $d->alarms;
    $ended += AT_STOP;
}
is(scalar @wrong, 0, "$ended connections end by a stop: each client gets what"
    . ' was sent, and then a FIN') or diag join "\n", @wrong[0 .. min(9, $#wrong)];
done_testing;
