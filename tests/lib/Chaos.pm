# SPDX-License-Identifier: ISC
#
# Chaos: random faults, one after the other, in an echod under load.
#
#	Chaos::run(seconds => 600, faults => 240);
#
# All that is random comes from one seed, which is printed: CHAOS_SEED=SEED has
# the same faults again, and CHAOS_SECONDS=N goes on for so long.
package Chaos;

use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Load;
use Machine;
use Namespace;
use Process;
use Syslog;

# Seconds between two faults, and that something stands still at most.
use constant { PACE => 2.2, FREEZE => 2 };

# How often each fault comes, in relation to the others.
my %weight = (
    kill_idle      => 3,
    kill_busy      => 3,
    kill_many      => 2,
    freeze_worker  => 3,
    kill_forker    => 2,
    freeze_forker  => 1,
    kill_logger    => 2,
    freeze_logger  => 1,
    freeze_master  => 1,
    signals        => 3,
    reload         => 4,
    reload_storm   => 1,
    bad_reload     => 3,
    freeze_syslog  => 1,
    restart_syslog => 1,
    reset_clients  => 3,
    slow_clients   => 2,
    kill_and_reload => 2,
);

# What an operator may read meanwhile.
my @expected = (
    qr/: warning: worker (?:died|stopped|did not end)/,
    qr/: (?:warning|error): forker /,
    qr/: error: logger died /,
    qr/: warning: logger was stopped, killed /,
    qr/: error: reload failed, nothing has changed: /,
    qr/: warning: log lines lost count=/,
    qr/: warning: workers at max /,
    qr/: warning: no syslog daemon listens /,
    qr/: warning: (?:worker|forker)s? .* before (?:it|they) served/,
    qr/, next try in /,
);

# run(seconds => N, faults => N): a whole test, which wants so many faults in this
# time, if that is not another one.
sub run {
    my %arg = @_;
    my $seconds = $ENV{CHAOS_SECONDS} // $arg{seconds};
    my $seed = $ENV{CHAOS_SEED} // ($$ ^ time);
    diag "CHAOS_SEED=$seed replays this";
    srand $seed;
    my $self = bless { aimed => {}, done => {}, reloads => 0,
        wanted => $seconds == $arg{seconds} && $arg{faults} || 1 }, 'Chaos';
    $self->start;
    my $load = Load->start(port => $self->{echod}->port, clients => 4,
        rate => 50, messages => 20, patience => 30);
    my $end = Clock::now() + $seconds;
    my $memory;
    while (Clock::now() < $end && $self->{echod}->is_running) {
        my $next = Clock::now() + PACE * (0.5 + rand);
        $self->strike($self->choose);
        # What a pool of this size needs is there after some faults.
        $memory //= $self->memory if $end - Clock::now() < $seconds * 0.7;
        my $left = $next - Clock::now();
        Clock::until(sub { !$self->{echod}->is_running }, $left) if $left > 0;
    }
    $self->judge($load->stop, $memory);
    return;
}

# start: with a syslog of its own if that can be had.
sub start {
    my $self = shift;
    if ($> == 0 && !@Machine::WRAPPER) {
        Namespace::needs_dev();
        $self->{syslog} = Syslog->start;
    }
    $self->{log} = $self->{syslog} ? 'syslog' : 'stderr';
    my $d = $self->{echod} = Echod->start(config => $self->config,
        wait => $self->{syslog} ? 'idle' : 1, options => [
            '-o', "log.to=$self->{log}", '-o', 'timeouts.defer_accept=0']);
    $d->expect_log(@expected);
    $self->{syslog}->expect_log(@expected) if $self->{syslog};
    $self->{says} = $self->{syslog} // $d;
    return;
}

# config: a good file, never twice the same.
sub config {
    my $self = shift;
    my $more = $self->{reloads}++ % 2
        ? ', { address = "127.0.0.2"; port = 0; }' : '';
    return sprintf 'listen = ( { address = "127.0.0.1"; port = 0; }%s );
        log = { level = "%s"; };
        workers = { min_spare = %d; max_spare = %d; max = 60; };
        timeouts = { drain = 20; idle = %d; };
        ', $more, ('notice', 'info')[rand 2], 5, 10 + rand 5, 60 + rand 60;
}

# choose: the next fault; the names are in an order, for the seed.
sub choose {
    my @all = map { ($_) x $weight{$_} } sort keys %weight;
    return $all[rand @all];
}

# strike(NAME): do it.
sub strike {
    my ($self, $name) = @_;
    note sprintf '%.1f %s', Clock::now(), $name;
    $self->{done}{$name}++;
    $self->$name;
    return;
}

# any(PID...): one of them; rand is called once, whatever there is.
sub any {
    my $r = rand;
    return @_ ? $_[$r * @_] : ();
}

# frozen(PID, CODE): call CODE while that process stands still.
sub frozen {
    my ($self, $pid, $code) = @_;
    return unless defined $pid && kill STOP => $pid;
    Clock::until(sub { (Process::state($pid) // 'T') eq 'T' }, 2);
    $code->();
    kill CONT => $pid;
    return;
}

# wait_a_while: as long as something stands still; shorter if echod ends.
sub wait_a_while {
    my $self = shift;
    my $seconds = FREEZE * rand;
    Clock::until(sub { !Process::is_alive($self->{echod}->pid) }, $seconds);
    return;
}

# end_worker(PID): kill it; its client, if it has one, is the one aimed at.
sub end_worker {
    my ($self, $pid) = @_;
    $self->frozen($pid, sub {
        my %mine = map { /^socket:\[(\d+)\]$/ ? ($1 => 1) : () }
            values %{ Process::descriptors($pid) };
        for (split /\n/, Files::slurp('/proc/net/tcp') // '') {
            my (undef, undef, $peer, @more) = split;
            next unless $mine{ $more[6] // '' };
            $self->{aimed}{ hex(($peer =~ /:(\w+)/)[0]) } = 1;
        }
        kill KILL => $pid;
    });
    return;
}

# The faults -----------------------------------------------------------------

sub kill_idle { $_[0]->end_worker(any($_[0]{echod}->idle_workers)) }
sub kill_busy { $_[0]->end_worker(any($_[0]{echod}->busy_workers)) }

sub kill_many {
    my $self = shift;
    $self->end_worker($_) for $self->{echod}->workers;
    return;
}

sub freeze_worker {
    my $self = shift;
    $self->frozen(any($self->{echod}->workers), sub { $self->wait_a_while });
    return;
}

sub kill_forker {
    my $forker = $_[0]{echod}->forker;
    kill KILL => $forker if defined $forker;
    return;
}

sub freeze_forker {
    my $self = shift;
    $self->frozen($self->{echod}->forker, sub { $self->wait_a_while });
    return;
}

sub kill_logger {
    my $logger = $_[0]{echod}->logger;
    kill KILL => $logger if defined $logger;
    return;
}

sub freeze_logger {
    my $self = shift;
    $self->frozen($self->{echod}->logger, sub { $self->wait_a_while });
    return;
}

sub freeze_master {
    my $self = shift;
    $self->frozen($self->{echod}->pid, sub { $self->wait_a_while });
    return;
}

# Those that ask for nothing, and a report.
sub signals {
    my $self = shift;
    my @names = qw(CHLD USR1 ALRM PIPE WINCH TTIN CONT IO);
    for (1 .. 50) {
        kill $names[rand @names],
            any($self->{echod}->pid, $self->{echod}->workers);
    }
    return;
}

sub reload {
    my $self = shift;
    $self->{echod}->rewrite($self->config);
    $self->{echod}->signal('HUP');
    return;
}

sub reload_storm {
    my $self = shift;
    $self->reload for 1 .. 10;
    return;
}

sub bad_reload {
    my $self = shift;
    my @bad = ('listen == 3;', 'nonsense = 1;', 'workers = { max = 0; };',
        'listen = ( { address = "192.0.2.1"; port = 1; } );',
        '@include "/dev/zero"');
    $self->{echod}->rewrite($bad[rand @bad] . "\n");
    $self->{echod}->signal('HUP');
    return;
}

sub kill_and_reload {
    my $self = shift;
    $self->reload;
    $self->kill_busy;
    $self->kill_forker;
    return;
}

sub freeze_syslog {
    my $self = shift;
    my $syslog = $self->{syslog} // return;
    $syslog->freeze;
    $self->wait_a_while;
    $syslog->thaw;
    return;
}

sub restart_syslog { $_[0]{syslog}->restart if $_[0]{syslog} }

# Each of these clients is alone to blame.
sub reset_clients {
    my $self = shift;
    for (1 .. 20) {
        my $sock = $self->{echod}->connect // next;
        syswrite $sock, 'x' x (1 + rand 10_000);
        Client::reset($sock);
    }
    return;
}

# They send and do not read, and go after a while.
sub slow_clients {
    my $self = shift;
    my @clients = grep { defined } map { $self->{echod}->connect } 1 .. 10;
    for my $sock (@clients) {
        $sock->blocking(0);
        1 while syswrite $sock, 'x' x 65536;
    }
    $self->wait_a_while;
    return;
}

# The end --------------------------------------------------------------------

# memory: of the master, in KiB.
sub memory {
    my $self = shift;
    my ($kib) = (Process::status($self->{echod}->pid, 'RssAnon') // '')
        =~ /(\d+)/;
    return $kib;
}

sub judge {
    my ($self, $result, $before) = @_;
    my $d = $self->{echod};
    my $faults = 0;
    $faults += $_ for values %{ $self->{done} };
    diag "$faults faults, $result->{connections} connections, slowest "
        . sprintf('%.3f s; ', $result->{slowest})
        . join ', ', map { "$_ $self->{done}{$_}" } sort keys %{ $self->{done} };
    cmp_ok($faults, '>=', $self->{wanted}, 'there were faults');
    my @hurt = grep { !(/ from (\d+),/ && $self->{aimed}{$1}) }
        @{ $result->{errors} };
    is(join("\n", @hurt), '',
        'no client noticed anything that it was not aimed at');
    cmp_ok($result->{connections}, '>', 20, 'and many were served');

    my $after = $self->memory // 0;
    cmp_ok($after - ($before // $after), '<', 256,
        'the memory of the master is as before');
    # A reload that has not ended yet is followed by this one.
    $d->rewrite($self->config);
    my $from = $self->{says}->mark;
    $d->signal('HUP');
    ok($self->{says}->wait_log(qr/: reload done /, from => $from,
        timeout => 30), 'at the end it reloads');
    is(Client::echo_once($d->port, 'x'), 'x', 'and serves');
    # A frozen worker, or one that drains, may need its time.
    $d->finish(settle => 20, timeout => 40, slack => 2);
    is(join("\n", $self->{syslog}->alarms), '', 'no other line in the log')
        if $self->{syslog};
    $self->{syslog}->end if $self->{syslog};
    return;
}

1;
