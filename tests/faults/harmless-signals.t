# SPDX-License-Identifier: ISC
# rows: 51, 54
#
# If this fails, a signal that a process of echod should ignore ends or
# disturbs it, or many signals that it handles do.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Process;

# Signals of each storm.
use constant STORM => 5000;

my $d = Echod->start(options => ['-o', 'log.level=notice',
    '-o', 'timeouts.drain=0']);
my $sock = $d->connect;
is(Client::echo($sock, 'hello'), 'hello', 'a client');
my ($busy) = $d->busy_workers;
my @before = sort { $a <=> $b } $d->workers;

# Straight to workers and to the logger: never fatal, and no second meaning.
my @harmless = qw(HUP INT USR1 USR2 WINCH TTIN TTOU ALRM PIPE CHLD IO VTALRM
    PROF URG XCPU XFSZ CONT);
for my $signal (@harmless) {
    kill $signal => @before, $d->logger;
}
is(Client::echo($sock, 'still here'), 'still here', 'its worker does not mind');
# A spare one may have come since.
is_deeply([grep { Process::is_alive($_) } @before], \@before,
    'nor do the others');
kill $_ => $d->logger for qw(TERM QUIT);
ok($d->logger, 'the logger leaves last, whatever it is told');

# The ones that the master does not use.
my $mark = $d->mark;
$d->signal($_) for qw(PIPE WINCH TTIN TTOU ALRM IO VTALRM PROF URG CONT);
is(Client::echo_once($d->port, 'hello'), 'hello', 'the master does not mind');

# Two storms while clients come and go.  First: to everybody, and with workers
# that are born all the time.  Without HUP, because a loader is allowed to die.
my $seed = time ^ $$;
srand $seed;
my $young = Echod->start(options => ['-o', 'log.level=notice',
    '-o', 'workers.max_connections=1']);
is(storm($young, STORM, sub { $young->children },
    qw(CHLD INT USR1 ALRM PIPE WINCH)), 0,
    'young ones in a storm: each client is served') or diag("seed $seed");

# Second: the same with reloads.
is(storm($d, STORM, sub { $d->workers, $d->logger // () },
    qw(HUP CHLD USR1 ALRM PIPE WINCH)), 0,
    'reloads in a storm: each client is served') or diag("seed $seed");
is(Client::echo($sock, 'still here'), 'still here',
    'and the one from before it');
close $sock;

# The storm is over: the last HUP has been done, and everything is normal.
ok(Clock::until(sub {
    $d->count_log(qr/: reload generation=/)
        == $d->count_log(qr/: reload done /);
}, 20), 'each reload has come to its end');
is($_->count_log(qr/(?:worker|logger) died/), 0, 'nobody has died')
    for $d, $young;
like($d->reload, qr/reload done/, 'another reload works');
$_->finish for $d, $young;
done_testing;

# Send COUNT signals to the master and the processes of CODE; a client between
# any twenty of them.  Returns how many of those clients were not served.
sub storm {
    my ($d, $count, $code, @signals) = @_;
    my $lost = 0;
    for my $n (1 .. $count) {
        my @targets = $code->();
        my $signal = $signals[rand @signals];
        # The master takes INT for what it is.
        push @targets, ($d->pid) x @targets if $signal ne 'INT';
        kill $signal => $targets[rand @targets];
        next if $n % 20;
        my $back = Client::echo_once($d->port, "storm $n") // '';
        $lost++ if $back ne "storm $n";
    }
    return $lost;
}
