# SPDX-License-Identifier: ISC
# rows: 59
#
# If this fails, a worker that dies, a reload and a stop that come in the same
# moment leave a process, a listener or a pid file behind, or echod running.
#
# slow: does it five hundred times
use strict;
use warnings;

use List::Util qw(min shuffle);
use Test::More;
use Time::HiRes ();

use Client;
use Clock;
use Echod;
use Files;
use Process;

# After so many failures it is enough.
use constant { ROUNDS => 500, BESIDE => 12, ENOUGH => 3 };

my $rounds = Clock::is_slow() ? ROUNDS / 10 : ROUNDS;
my $seed = $ENV{ECHOD_TEST_SEED} // time ^ $$;
note "seed $seed: ECHOD_TEST_SEED=$seed does the same";
srand $seed;

# In each: some workers are killed, HUP and TERM are sent, in any order, with
# nothing between them or a moment.  A client is served before, and one comes
# with it.  What is left is for echod to clean up.
my (%seen, @bad);
for (my $n = 0; $n < $rounds && @bad < ENOUGH; $n += BESIDE) {
    my @d = map { round() } 1 .. min(BESIDE, $rounds - $n);
    for my $round (@d) {
        last if @bad >= ENOUGH;
        my $why = outcome($round);
        push @bad, "$round->{story}: $why" if $why =~ /^bad/;
        $seen{$why}++;
    }
}
is(scalar @bad, 0, "$rounds rounds") or diag "seed $seed\n",
    map { "$_\n" } @bad;
note join ', ', map { "$_: $seen{$_}" } sort keys %seen;
done_testing;

# round(): what happens to a new echod; returns it with what was done.
sub round {
    my $d = Echod->start(log => 'notice', options => ['-p', Files::new_name()]);
    my @workers = shuffle $d->workers;
    my $sock = $d->connect;
    my $back = Client::echo($sock, 'x');
    my @deeds = shuffle(
        ['KILL', @workers[0 .. int rand 3]], ['HUP', $d->pid],
        ['TERM', $d->pid], rand() < 0.3 ? ['USR1', $d->pid] : (),
        rand() < 0.3 ? ['HUP', $d->pid] : (),
        rand() < 0.2 ? ['CHLD', $d->pid] : ());
    my @story;
    for (@deeds) {
        my ($signal, @pids) = @$_;
        kill $signal => @pids;
        push @story, $signal . (@pids > 1 ? ' x' . @pids : '');
        # Half of the pauses are none, and none is longer than a reload.
        next if rand() < 0.5;
        my $pause = rand 0.01;
        push @story, sprintf '%.1f ms', 1000 * $pause;
        Time::HiRes::sleep($pause);
    }
    return { d => $d, sock => $sock, back => $back, story => "@story" };
}

sub outcome {
    my $round = shift;
    my ($d, $sock) = @$round{qw(d sock)};
    return "bad: no echo" if $round->{back} ne 'x';
    # Its worker may have been killed, or goes on until it leaves.
    my $more = Client::echo($sock, 'y', eof => 1);
    return 'bad: another echo' if $more ne 'y' && $more ne '';
    my $cut = $more eq 'y' ? 'client to its end' : 'client cut';
    close $sock;
    my $status = $d->wait_end;
    return 'bad: it does not end' if !defined $status;
    return "bad: status $status" if $status != 0;
    $d->expect_log(qr/: warning: worker died pid=\d+ signal=SIGKILL /,
        qr/: error: reload failed, .*\bsignal/);
    my @why = grep { $_ ne '' } $d->processes_fault, $d->traces_fault,
        $d->alarms;
    return "bad: $why[0]" if @why;
    return $cut . ($d->count_log(qr/: reload done/) ? ', reloaded' : '');
}
