# SPDX-License-Identifier: ISC
#
# If this fails, the service depends on the life of the process that its workers
# are cloned from: when that dies, is stopped or cannot clone, clients are lost,
# workers end with it, the pool stays too small, or a reload or a stop hangs.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Load;
use Process;
use Tracer;

# next_forker(ECHOD, PID): wait for another one than this.
sub next_forker {
    my ($d, $old) = @_;
    my $new;
    Clock::until(sub { $new = $d->forker; return $new && $new != $old });
    return $new && $new != $old ? $new : undef;
}

# What happens to it, and what the log says of that.
my %fate = (
    killed  => [ sub { kill KILL => $_[0]->forker },
        qr/: warning: forker died pid=\d+ signal=SIGKILL core=no$/ ],
    crashed => [ sub { kill SEGV => $_[0]->forker },
        qr/: error: forker died pid=\d+ signal=SIGSEGV / ],
    stopped => [ sub { kill STOP => $_[0]->forker },
        qr/: error: forker was stopped, killed pid=\d+$/ ],
);

for my $fate (sort keys %fate) {
    my ($strike, $line) = @{ $fate{$fate} };
    my $d = Echod->start(log => 'notice');
    # A blow may come before it is ready.
    $d->expect_log($line,
        qr/: warning: the forker (?:died before|was stopped).*, next try in /);

    # At rest: a new one comes, though no worker is wanted.
    my @workers = $d->workers;
    my $old = $d->forker;
    my $held = $d->connect;
    is(Client::echo($held, 'x'), 'x', "$fate: a client");
    $strike->($d);
    ok(next_forker($d, $old), "$fate: it is replaced");
    $d->wait_log($line, from => 0);
    is($d->count_log(qr/forker/), 1, "$fate: which is one line");
    is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
        "$fate: the workers are there");
    is(Client::echo($held, 'y', eof => 1), 'y', "$fate: with their client");
    close $held;

    # Under load that wants more workers each time.
    my $load = Load->start(port => $d->port, clients => 4);
    for my $round (1 .. 3) {
        Clock::until(sub { $old = $d->forker });
        $strike->($d);
        my @clients = map { $d->connect } 1 .. 8;
        my @back = map { Client::echo($_, 'now') } @clients;
        is("@back", 'now ' x 7 . 'now', "$fate: clients have workers");
        ok(next_forker($d, $old), "$fate: and there is a forker");
        close $_ for @clients;
    }
    is_deeply($load->stop->{errors}, [], "$fate: nobody noticed anything");

    # During a reload, it is the one of the generation that goes.
    $old = $d->forker;
    my $from = $d->mark;
    $d->signal('HUP');
    $strike->($d) if $d->forker;
    ok($d->wait_log(qr/: reload (?:done|failed)/, from => $from),
        "$fate: a reload meanwhile ends");
    $d->expect_log(qr/: error: reload failed, .* the forker (?:died|was)/);
    like($d->reload, qr/: reload done /, "$fate: and the next one is done");

    # And during a stop nobody misses it.
    $held = $d->connect;
    is(Client::echo($held, 'x'), 'x', "$fate: a client");
    $d->look;
    $strike->($d);
    $d->signal('TERM');
    is(Client::echo($held, 'y', eof => 1), 'y', "$fate: is served on a stop");
    close $held;
    is($d->wait_end, 0, "$fate: which ends");
    $d->finish;
}
done_testing;
