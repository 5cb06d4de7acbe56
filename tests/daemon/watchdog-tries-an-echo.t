# SPDX-License-Identifier: ISC
#
# If this fails, an echod that serves nobody any more looks healthy to its service
# manager, or one that has much to do does not.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Control;
use Echod;
use Files;
use Notify;
use Tracer;

Tracer::needs();

# start(USEC, OPTION...): an echod with a watchdog, and its manager.
sub start {
    my ($usec, @options) = @_;
    my $n = Notify->new;
    my $d = Echod->start(
        options => [map { ('-o', $_) } @options],
        notify  => $n,
        env     => { WATCHDOG_USEC => $usec, WATCHDOG_PID => undef });
    return ($d, $n);
}

sub signs { return scalar grep { /^WATCHDOG=1$/ } $_[0]->messages }

# counted(PATH): what the control socket says of the echoes, a hash.
sub counted {
    my ($path) = @_;
    my ($line) = grep { /^probe / } Control::ask($path, 'status');
    return { ($line // '') =~ /(\w+)=(\d+)/g };
}

# A worker that can accept nobody, and is the only one.
sub start_alone {
    my ($usec, @more) = @_;
    my ($d, $n) = start($usec, qw(workers.start=1 workers.min_spare=1
        workers.max_spare=1 workers.max=1), @more);
    $d->expect_log(qr/: warning: self-probe failed listener=/,
        qr/: warning: workers at max /, qr/: warning: accept failed /);
    return ($d, $n, Tracer->attach([$d->workers], 'accept4', 'error=ENFILE'));
}

my $path = Files::new_name();
my ($d, $n, $fault) = start_alone(400_000, "control.path=$path");
my $status = $n->wait_for(qr/^STATUS=.*; self-probe failed/m);
like $status,
    qr/; self-probe failed listener=127\.0\.0\.1:\d+: no echo in time$/m,
    'a service that serves nobody says so';
ok $d->wait_log(qr/: warning: self-probe failed listener=\S+: no echo in time$/),
    'in the log, too';
my $before = signs($n);
ok Clock::until(sub { signs($n) >= $before + 3 }),
    'which is no reason to end it';
my $count = counted($path);
cmp_ok $count->{bad} // 0, '>=', 2, 'it is counted';
is $count->{last_good}, 0, 'as what came last';
$n->mark;
$fault->detach;
ok $d->wait_log(qr/: self-probe succeeds again failures=\d+ seconds=[\d.]+$/),
    'and that it is over';
ok $n->wait_for(qr/^STATUS=generation 1, busy \d\/1$/m), 'the state is as ever';
my $better = counted($path);
cmp_ok $better->{good} // 0, '>', $count->{good}, 'which is counted';
is $better->{last_good}, 1, 'as what came last';
is $d->count_log(qr/: warning: self-probe/, from => 0), 1,
    'a warning is said once';
is_deeply [grep { /trigger/ } $n->messages], [], 'nothing has been triggered';
$d->finish;

($d, $n, $fault) = start_alone(300_000, 'watchdog=strict');
$d->expect_log(qr/: error: self-probe failed again .*, watchdog triggered$/);
ok $n->wait_for(qr/^WATCHDOG=trigger$/m), 'strict: it asks to be ended';
is $d->count_log(qr/self-probe failed again/, from => 0), 1,
    'strict: at the second failure';
$fault->detach;
$d->finish;

# All workers have clients: who comes has to wait, and so it does not try.
($d, $n) = start(1_000_000, 'workers.max=5');
$d->expect_log(qr/: warning: workers at max /);
my @clients = map { $d->connect } 1 .. 5;
is join('', map { Client::echo($_, 'x') } @clients), 'xxxxx', 'all are busy';
ok $n->wait_for(qr/^STATUS=generation 1, busy 5\/5$/m), 'the state says so';
$before = signs($n);
ok Clock::until(sub { signs($n) >= $before + 3 }), 'it shows that it lives';
is $d->count_log(qr/self-probe/, from => 0), 0, 'which is no failure';
close $_ for @clients;
$d->finish;

done_testing;
