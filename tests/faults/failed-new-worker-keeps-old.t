# SPDX-License-Identifier: ISC
# rows: 79
#
# If this fails, a reload whose new workers fail to start terminates the old
# ones too, so that an error that appears only after fork() ends the service.
use strict;
use warnings;

use Test::More;

use Clock;
use Echod;
use Load;
use Process;
use Shim;

my $shim = Shim->build;
# Enough of them for our clients, so that there is no other reason to fork.
my $d = Echod->start(env => $shim->env, log => 'notice',
    options => [ map { ('-o', "workers.$_") } 'start=10', 'min_spare=2',
        'max_spare=12' ]);

my @workers     = $d->workers;
my $listeners   = Process::listeners($d->pid);
my $descriptors = keys %{ Process::descriptors($d->pid) };
my $load        = Load->start(port => $d->port, rate => 100,
    clients => 2);

# What a new worker meets, or the forker that is to make it, and what it says.
my @faults = (
    [ 'fail-prctl', qr/worker cannot start: .*no_new_privs.*not permitted/ ],
    [ 'die-prctl',  qr/forker died pid=\d+ signal=SIGKILL/ ],
    [ 'fail-pdeathsig', qr/worker cannot start: .*parent's death.*permitted/ ],
    [ 'die-pdeathsig', qr/worker died pid=\d+ signal=SIGKILL/ ],
);
push @faults,
  [ 'fail-setresuid', qr/worker cannot start: .*cannot become uid.*not permitted/ ]
  if $> == 0;

for my $case (@faults) {
    my ($flag, $reason) = @$case;
    $shim->on($flag);
    my $from = $d->mark;
    like($d->reload // '', qr/: error: reload failed, nothing has changed/,
        "$flag: the reload fails");
    ok($d->wait_log($reason, from => $from), "$flag: the log says why");
    is($d->count_log(qr/: reload failed/, from => $from), 1,
        "$flag: and once that it failed");
    $shim->off($flag);
    my $served = $load->connections;
    ok(Clock::until(sub { $load->connections > $served + 4 }),
        "$flag: clients are served");
    is_deeply(Process::listeners($d->pid), $listeners,
        "$flag: the same socket");
    is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
        "$flag: the old workers are there");
    ok(Clock::until(sub { $d->workers <= 12 }),
        "$flag: and the new ones have gone");
}

# They take their time.
for my $call ('prctl', 'pdeathsig') {
    my $from = $d->mark;
    my %seen = map { $_ => 1 } $shim->entered($call);
    $shim->on("hold-$call");
    $d->signal('HUP');
    ok(Clock::until(sub { grep { !$seen{$_} } $shim->entered($call) }),
        "$call: a new process hangs");
    my $served = $load->connections;
    ok(Clock::until(sub { $load->connections > $served + 20 }),
        "$call: clients are served meanwhile");
    $shim->off("hold-$call");
    ok($d->wait_log(qr/: reload done/, from => $from),
        "$call: when it is ready, the reload is done");
}
ok(Clock::until(sub { !grep { Process::is_alive($_) } @workers }),
    'and the old workers leave');

is_deeply($load->stop->{errors}, [], 'no client noticed anything');
ok(Clock::until(
    sub { keys %{ Process::descriptors($d->pid) } == $descriptors }),
    'the master has as many descriptors as before');
$d->expect_log(qr/: error: reload failed, nothing has changed/,
    map { $_->[1] } @faults);
$d->expect_log(qr/: (?:error|warning): (?:worker|forker) died pid=\d+ (?:status=7[17]|signal=SIGKILL)/);
$d->finish;
done_testing;
