# SPDX-License-Identifier: ISC
# rows: 16, 27
#
# If this fails, a lack of processes or of descriptors that lasts for some time
# uses a CPU, fills the log, or keeps clients waiting when it is over.
#
# slow: the outage lasts five seconds
use strict;
use warnings;

use List::Util qw(min);
use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Tracer;

# Who waits has WITHIN seconds after the outage to be served; a machine that
# stands still spoils a round, so it is the best of some that counts.
use constant { LASTS => 5, CLIENTS => 30, WITHIN => 1, ROUNDS => 3 };

Tracer::needs();

# no_process(ECHOD, PID...): it gets no process more, and loses these and all idle
# workers.  One worker is left, and it has a client for as long as this lasts.
my %held;

sub no_process {
    my ($d, @pids) = @_;
    my $held = $d->connect;
    $held{ $d->pid } = $held;
    is(Client::echo($held, 'x'), 'x', 'without processes: a client');
    ok(Clock::until(sub { $d->busy_workers == 1 }), 'has a worker');
    my $fault = Tracer->attach([$d->pid, $d->forker], 'clone,clone3',
        'error=EAGAIN');
    $d->expect_log(qr/: (?:warning|error): (?:worker|forker) died /);
    kill KILL => @pids, $d->idle_workers;
    return sub { $fault->detach };
}

# What takes something away from an echod, and returns what gives it back.
my %outage = (
    processes => sub { no_process($_[0]) },
    forkers   => sub { no_process($_[0], $_[0]->forker) },
    # No descriptor more than the workers have.
    descriptors => sub {
        my $d = shift;
        my @workers = $d->workers;
        Process::limit_descriptors($_, free($_)) for @workers;
        return sub { Process::limit_descriptors($_) for @workers };
    },
);
my %line = (
    (map { $_ => qr/: warning: cannot fork a worker/ } qw(processes forkers)),
    descriptors => qr/: warning: accept failed .*, trying again: /,
);

my %took;
for my $round (1 .. ROUNDS) {
    # All at the same time.
    my %d = map { $_ => Echod->start(options => [
        # No new worker that has descriptors takes what the others cannot.
        '-o', 'workers.max=' . ($_ eq 'descriptors' ? 5 : 40),
        '-o', 'workers.max_spare=' . ($_ eq 'descriptors' ? 5 : 40),
        '-o', 'timeouts.defer_accept=0' ]) } keys %outage;
    $_->expect_log(qr/: warning: workers at max /) for values %d;
    my %end = map { $_ => $outage{$_}->($d{$_}) } sort keys %d;
    my %waiting;
    for my $what (sort keys %d) {
        my $d = $d{$what};
        $d->expect_log($line{$what});
        $waiting{$what} = [map { $d->connect } 1 .. CLIENTS];
        syswrite $_, 'waits' for @{ $waiting{$what} };
    }
    my $until = Clock::now() + LASTS;
    my $calm = sub { Clock::until(sub { Clock::now() >= $until }, LASTS + 1) };
    for my $d (values %d) {
        my $inner = $calm;
        $calm = sub { $d->calm($inner) };
    }
    $calm->();
    for my $what (sort keys %d) {
        my $d = $d{$what};
        is($d->count_log($line{$what}), 1, "$what: one line");
        is(scalar(grep { Client::readable($_, 0) } @{ $waiting{$what} }), 0,
            "$what: the clients wait");
        my $start = Clock::now();
        $end{$what}->();
        # Where there is a worker for each of them they all stay, so that no
        # worker that was there already can serve them in turn.
        my @back = map {
            my $back = Client::receive($_, 5);
            close $_ if $what eq 'descriptors';
            $back;
        } @{ $waiting{$what} };
        push @{ $took{$what} }, Clock::now() - $start;
        is(scalar(grep { $_ eq 'waits' } @back), CLIENTS,
            "$what: all are served afterwards");
        close $_ for @{ delete $waiting{$what} },
            delete $held{ $d->pid } // ();
        $d->finish;
    }
    last if !grep { min(@$_) > WITHIN } values %took;
}
for my $what (sort keys %took) {
    note "$what: ", join ' ', map { sprintf '%.2f s', $_ } @{ $took{$what} };
    cmp_ok(min(@{ $took{$what} }), '<=', WITHIN * Clock::scale(),
        "$what: within @{[ WITHIN ]} s");
}
done_testing;

# The next descriptor of a process.
sub free {
    my $open = Process::descriptors($_[0]);
    my $n = 0;
    $n++ while $open->{$n};
    return $n;
}
