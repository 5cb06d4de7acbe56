# SPDX-License-Identifier: ISC
# rows: 55
#
# If this fails, a signal right after the start, such as a reload or a stop,
# kills echod or is lost.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Files;
use Machine;

plan skip_all => 'valgrind has an early life of its own'
    if @Machine::WRAPPER;

# At steps of 0.25 ms from the exec on, past the time when it is ready.
my @steps = map { $_ * 0.00025 * Clock::scale() } 0 .. 39;


for my $signal (qw(HUP CHLD USR1 TERM INT QUIT)) {
    my (@bad, %seen);
    for my $step (@steps) {
        my $d = Echod->start(wait => 0);
        my $at = Clock::now() + $step;
        Clock::until(sub { is_echod($d) });
        Clock::until(sub { Clock::now() >= $at }, 1);
        $d->signal($signal);
        my $what = outcome($d, $signal);
        $seen{$what}++;
        push @bad, "$what after $step s" if $what =~ /^bad/;
        last if @bad >= 3;
    }
    is("@bad[0 .. ($#bad > 2 ? 2 : $#bad)]", '', "$signal: "
        . join ', ', map { "$_ $seen{$_}" } sort keys %seen);
}
done_testing;

# The signal came to echod itself, not to what executed it.
sub is_echod {
    my $d = shift;
    my $text = Files::slurp('/proc/' . $d->pid . '/status') // '';
    # It blocks its signals first thing; before that, the system rules.
    return !$d->is_running
        || $text =~ /^Name:\s*echod\b/m && $text =~ /^SigBlk:\s*0*[1-9a-f]/m;
}

sub outcome {
    my ($d, $signal) = @_;
    if ($signal =~ /HUP|CHLD|USR1/) {
        Clock::until(sub {
            $d->count_log(qr/: ready /) || !$d->is_running;
        });
        return 'bad: died' unless $d->is_running;
        return 'bad: not ready' unless $d->count_log(qr/: ready /);
        my $back = Client::echo_once($d->port, 'hello') // '';
        return "bad: no echo ($Client::problem)" if $back ne 'hello';
        $d->signal('TERM');
    }
    my $status = $d->wait_end;
    return 'bad: hangs' unless defined $status;
    return "bad: status $status" if $status != 0;
    # A logger may be there for a moment longer than its master.
    my @left;
    Clock::until(sub { !(@left = $d->left_over) });
    return "bad: left over @left" if @left;
    my @alarms = $d->alarms;
    return "bad: $alarms[0]" if @alarms;
    return $d->count_log(qr/: ready /) ? 'served' : 'stopped before';
}
