# SPDX-License-Identifier: ISC
# rows: 86
#
# If this fails, two instances of echod run with one pid file, or the second
# one harms the first, for example when a service script starts echod twice.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Files;

# A second instance is started: it names the first one, and changes nothing.
for my $mode ('foreground', 'background') {
    my $d = Echod->start(mode => $mode,
        options => ['-o', 'log.to=stderr',
            $mode eq 'foreground' ? ('-p', Files::new_name()) : ()]);
    my $pid_file = $d->pid_file;
    is(Files::slurp($pid_file), $d->pid . "\n", "$mode: the pid file");

    for my $flag ([], ['-F']) {
        my ($status, $out, $err) = Echod->run(args =>
            [@$flag, '-l', '127.0.0.1:0', '-p', $pid_file]);
        is($status, 75, "a second echod @$flag: status 75");
        is("$out$err", 'echod: already running as pid ' . $d->pid
            . " (pid file $pid_file)\n", 'and it says who is there');
    }
    is(Files::slurp($pid_file), $d->pid . "\n", 'the file is as it was');
    is(Client::echo_once($d->port, 'hello'), 'hello', 'the first one serves');
    $d->finish;
}

# Two started together: exactly one runs.
my $rounds = Clock::is_slow() ? 5 : 25;
my (@odd, $winners);
for my $round (1 .. $rounds) {
    my $pid_file = Files::new_name();
    my @both = map {
        Echod->start(wait => 0, options => ['-p', $pid_file])
    } 1 .. 2;
    Clock::until(sub {
        (grep { $_->count_log(qr/: ready /) } @both)
            && grep { !$_->is_running } @both;
    });
    my @up = grep { $_->is_running } @both;
    my @down = grep { !$_->is_running } @both;
    if (@up != 1 || $down[0]->status != 75) {
        push @odd, "round $round: " . @up . ' run, status '
            . join ' ', map { $_->status // 'none' } @both;
        next;
    }
    my ($said) = grep { /^echod: already running/ } $down[0]->log_lines;
    push @odd, "round $round: " . join ' ', $down[0]->log_lines
        unless $said;
    push @odd, "round $round: the pid file is not the winner's"
        unless Files::slurp($pid_file) eq $up[0]->pid . "\n";
    push @odd, "round $round: status " . ($up[0]->status // 'none')
        if $up[0]->stop('TERM', unseen => 1) != 0;
    push @odd, "round $round: a pid file is left" if -e $pid_file;
    # A logger may be there for a moment longer than its master.
    push @odd, "round $round: a process is left"
        unless Clock::until(sub { !grep { $_->left_over } @both });
}
is("@odd", '', "$rounds times two at once: one runs, one says why not");
done_testing;
