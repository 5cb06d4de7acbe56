# SPDX-License-Identifier: ISC
# rows: 2
#
# If this fails, the death of workers affects clients of other workers: they
# are cut off, get wrong bytes or wait, or the pool does not recover.
use strict;
use warnings;

use List::Util qw(shuffle);
use Test::More;

use Client;
use Clock;
use Echod;

use constant {
    CLIENTS => 60,
    KILLED  => 10,
    BYTES   => 100_000,
    PIECE   => 1000,
};

# Clients that are in mid-transfer until they are told that it is enough, by
# the end of a pipe.  Each has a process of its own that tells how its stream
# ended: "all", "cut" when a proper beginning of it came back, or what else
# went wrong.
pipe my $enough, my $hold or die "pipe: $!";

sub client {
    my ($d, $n) = @_;
    my $s = $d->connect or return "no connection: $@";
    my $data = Client::seeded($n, BYTES);
    my ($from, $over) = (0, '');
    while (!$over) {
        my $piece = substr $data, $from, PIECE;
        my $back  = Client::echo($s, $piece);
        return 'other bytes' if $back ne substr $piece, 0, length $back;
        return $Client::problem eq 'timeout' ? 'no answer' : 'cut'
          if length $back < length $piece;
        $from = ($from + PIECE) % BYTES;
        my $bits = '';
        vec($bits, fileno $enough, 1) = 1;
        $over = select $bits, undef, undef, 0.01;
    }
    shutdown $s, 1;
    return 'more than was sent' if Client::receive_all($s) ne '';
    return $Client::problem eq '' ? 'all' : "at the end: $Client::problem";
}

# The many workers that are idle at the end may stay.
my $d = Echod->start(log => 'notice',
    options => [ '-o', 'workers.max_spare=100' ]);
my (@pids, @pipes);
for my $n (1 .. CLIENTS) {
    pipe my $read, my $write or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        close $_ for $read, $hold;
        my $result = eval { client($d, $n) } // "died: $@";
        syswrite $write, $result;
        POSIX::_exit(0);
    }
    close $write;
    push @pids,  $pid;
    push @pipes, $read;
}
# One that is being forked counts as busy: until there is none.
ok(Clock::until(sub {
    return $d->busy_workers == CLIENTS && $d->idle_workers >= 5;
}, 20), 'all clients are served');

# Any ten: most of them busy, some perhaps not.
my %busy   = map { $_ => 1 } $d->busy_workers;
my @killed = (shuffle $d->workers)[ 0 .. KILLED - 1 ];
my $served = grep { $busy{$_} } @killed;
my $start  = Clock::now();
kill 'KILL', @killed;
ok($d->wait_log(qr/: warning: worker died pid=\d+ signal=SIGKILL/,
    count => KILLED), 'each death is in the log');
is($d->count_log(qr/: warning: worker died .*peer=127\.0\.0\.1:\d+$/), $served,
    "of these $served with the client they served");
is(Client::echo_once($d->port, 'new'), 'new', 'a new client is served');
ok(Clock::until(sub { $d->idle_workers >= 5 }),
    'min_spare workers are idle again');
note sprintf 'after %.3f s', Clock::now() - $start;

# Who has not noticed yet might take the death for the end.
ok(Clock::until(sub {
    return $served <= grep { Client::readable($_, 0) } @pipes;
}), 'those clients notice');
close $hold;
my %results;
for my $i (0 .. $#pipes) {
    my $result = '';
    1 while sysread $pipes[$i], $result, 1000, length $result;
    waitpid $pids[$i], 0;
    $results{$result}++;
}
is($results{cut} // 0, $served, 'only their clients noticed');
is($results{all} // 0, CLIENTS - $served,
    'everyone else got every byte and the end of the stream')
  or diag explain \%results;
$d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL/,
    qr/: warning: .* before (?:it|they) served? anybody/);
$d->finish;
done_testing;
