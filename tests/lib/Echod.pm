# SPDX-License-Identifier: ISC
#
# Echod: start an echod, talk to it, watch it, and check what it leaves
# behind.
#
#	use Test::More;
#	use Client;
#	use Echod;
#
#	my $d = Echod->start(options => ['-o', 'workers.max=1']);
#	my $data = Client::seeded(1, 100_000);
#	ok(Client::echo_once($d->port, $data) eq $data, 'all of it came back');
#	$d->finish;
#	done_testing;
#
# What it says is asked by the methods of Log, and what must hold at the end, by
# finish(), is in Oracle.  Ports are the kernel's choice, so that tests can run
# side by side.
package Echod;

use strict;
use warnings;

use Test::More ();

use Client;
use Clock;
use Files;
use Log;
use Machine;
use Oracle;
use Process;

our @ISA = qw(Log Oracle);

# A foreground echod has that of its caller, and so have its files.
umask 022;

use constant DEFAULT_CONFIG =>
    qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);

my @started;    # every daemon, for END
my $owner = $$;    # forked clients of a test must not clean up

# unconfined(ENV, ARGUMENTS): the option for an echod that cannot be confined,
# unless the arguments say what is wanted: under valgrind; with a preloaded
# library, whose calls are not those of echod; and for a user who is not root,
# and who would see neither descriptors nor calls of a confined process.
sub unconfined {
    my ($env, @argv) = @_;
    return () if grep { /^sandbox=/ } @argv;
    return @Machine::WRAPPER || $> != 0 || ($env // {})->{LD_PRELOAD}
        ? ('-o', 'sandbox=off') : ();
}

# Starting -------------------------------------------------------------------

# run(%opt, args => [...]): run echod to its end.  Returns its exit status
# (128 + N for signal N, undef after the deadline), standard output and
# standard error.  `prefix`, `env`, `before` and `timeout` as for start();
# `plain` is without the wrapper.
sub run {
    my ($class, %opt) = @_;
    my $dir = Files::new_dir();
    my @wrapper = $opt{plain} ? () : @Machine::WRAPPER;
    my $pid = Process::launch(
        [@{ $opt{prefix} // [] }, @wrapper, $Machine::ECHOD,
            unconfined($opt{env}, @{ $opt{args} }), @{ $opt{args} }],
        stdout => "$dir/stdout", stderr => "$dir/log", env => $opt{env},
        before => $opt{before});
    my $status = Process::wait($pid, $opt{timeout});
    Process::end($pid) unless defined $status;
    return ($status, map { Files::slurp("$dir/$_") } qw(stdout log));
}

# start(%args): a running echod; dies when it is not ready in time.
#   config  => text of the file given with -c; undef: no -c at all
#   options => [more arguments]
#   log     => 'info', 'debug', ...: -o log.level
#   mode    => 'foreground' (-F) or 'background' (-p in the test's folder;
#              the caller says where the log goes)
#   wait    => 0: do not wait until it is ready; 'idle': until its workers
#              are, as /proc tells, for a log that goes elsewhere
#   env     => {...}, undef for a variable that is to be unset
#   prefix  => [command that executes its arguments]
#   before  => CODE for its process before it is executed; see Activation.pm
#   notify  => a Notify, its service manager
sub start {
    my ($class, %arg) = @_;
    my $dir = Files::new_dir();
    my $self = $class->new("$dir/log",
        dir    => $dir,
        mode   => $arg{mode} // 'foreground',
        wait   => $arg{wait} // 1,
        inodes => {},
        notify => $arg{notify},
        tag    => "echod-$$-" . scalar(@started) . '-' . rand,
    );
    push @started, $self;

    $arg{env}{NOTIFY_SOCKET} = $arg{notify}->address if $arg{notify};
    my @argv = @{ $arg{options} // [] };
    if (!exists $arg{config} || defined $arg{config}) {
        $self->rewrite($arg{config} // DEFAULT_CONFIG);
        unshift @argv, '-c', $self->config_file;
    }
    push @argv, '-o', "log.level=$arg{log}" if defined $arg{log};
    push @argv, unconfined($arg{env}, @argv);
    $self->{argv} = [@argv];
    unshift @argv, $self->{mode} eq 'background'
        ? ('-p', "$dir/echod.pid") : '-F';
    for my $i (0 .. $#argv) {
        $self->{pid_file} = $argv[$i + 1] if $argv[$i] eq '-p';
    }
    $self->{pid} = $self->{launched} = Process::launch(
        [@{ $arg{prefix} // [] }, @Machine::WRAPPER, $Machine::ECHOD, @argv],
        stdout => "$dir/stdout", stderr => "$dir/log",
        before => $arg{before},
        env    => { %{ $arg{env} // {} }, ECHOD_TEST_TAG => $self->{tag} });
    $self->wait_background if $self->{mode} eq 'background';
    $self->wait_ready if $self->{wait};
    return $self;
}

# The first process of the background mode ends when the service is up.
sub wait_background {
    my $self = shift;
    $self->{start_status} = Process::wait($self->{launched}, Clock::START);
    my $text = Files::slurp($self->{pid_file}) // '';
    $self->{pid} = $text =~ /^(\d+)$/ ? $1 : undef;
    $self->{status} = $self->{start_status} unless defined $self->{pid};
    return;
}

# wait_ready: wait until it serves, as the log says unless `wait` says else.
sub wait_ready {
    my $self = shift;
    my $by_log = 0;
    my $ready = $self->{mode} eq 'background' ? sub { defined $self->{pid} }
        : $self->{wait} eq 'idle' ? sub { $self->idle_workers >= 5 }
        : sub { $by_log = $self->count_log(qr/: ready /) };
    Clock::until(sub { $ready->() || !$self->is_running }, Clock::START);
    if (!$ready->()) {
        $self->show_log;
        die 'echod is not ready, status '
            . ($self->{start_status} // $self->{status} // 'none') . "\n";
    }
    # With a prefix the process that we started may not be echod, and the pid in
    # its log is another one if it has a namespace for them.
    ($self->{pid}) = grep {
        (Process::status($_, 'Name') // '') eq 'echod:master'
    } Process::tree($self->{launched}) if $by_log;
    $self->{descriptors} = keys %{ Process::descriptors($self->{pid}) };
    $self->note_listeners;
    $self->limits;
    return;
}

sub dir         { return "$_[0]{dir}" }
sub pid         { return $_[0]{pid} }
sub config_file { return $_[0]->dir . '/echod.conf' }
sub pid_file    { return $_[0]{pid_file} }

# stdout: what echod wrote to standard output.
sub stdout { return Files::slurp($_[0]->dir . '/stdout') // '' }

# rewrite(TEXT): a new configuration file in the place of the old one.
sub rewrite {
    my ($self, $text) = @_;
    my $file = $self->config_file;
    Files::spew("$file.new", $text);
    rename "$file.new", $file or die "$file: $!";
    return $file;
}

# Where it listens -----------------------------------------------------------

# Each listener that was ever reported, in that order: [address, port].  A
# daemon whose log goes elsewhere is asked through /proc.
sub listeners {
    my $self = shift;
    my @found = map { /: listening on (\S+) port (\d+)(?: \(.*\))?$/ ? [$1, $2] : () }
        $self->log_lines;
    return @found if @found || !defined $self->{pid};
    my $mine = Process::listeners($self->{pid});
    return map { [/^\[?(.*?)\]?:(\d+)$/] }
        sort { $mine->{$a} <=> $mine->{$b} } keys %$mine;
}

sub addresses { return map { $_->[0] } $_[0]->listeners }
sub ports     { return map { $_->[1] } $_[0]->listeners }
sub port      { return ($_[0]->ports)[$_[1] // 0] }

# port_of(ADDRESS): the newest port reported for it.
sub port_of {
    my ($self, $address) = @_;
    my %port = map { @$_ } $self->listeners;
    return $port{$address};
}

# connect(INDEX_OR_PORT, ...): connect to a listener, by its place in the log
# (0 is the first, and the default) or by its port; more arguments go to
# IO::Socket::IP.
sub connect {
    my ($self, $which, %more) = @_;
    my @all = $self->listeners;
    $which //= 0;
    my ($l) = $which < @all ? $all[$which]
        : grep { $_->[1] == $which } reverse @all;
    my ($host, $port) = $l ? @$l : ('127.0.0.1', $which);
    $host = '127.0.0.1' if $host eq '0.0.0.0';
    $host = '::1' if $host eq '::';
    return Client::connect($host, $port, %more);
}

# denies(WHAT): tests that 127.0.0.2 is not served, as a file with
# access.deny says, and that others are.
sub denies {
    my ($self, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::isnt(
        Client::echo_once($self->port, 'x', local => '127.0.0.2') // '', 'x',
        "$what: who is denied is not served");
    Test::More::is(Client::echo_once($self->port, 'x'), 'x',
        "$what: others are");
    return;
}

# Its processes --------------------------------------------------------------

# is_running: whether the master has not ended yet.
sub is_running {
    my $self = shift;
    return 0 if defined $self->{status};
    my $status = Process::wait($self->{launched}, 0);
    return defined $self->{pid} && Process::is_alive($self->{pid})
        if $self->{mode} eq 'background';
    $self->{status} = $status;
    return !defined $status;
}

# children: the pids of the master's children, zombies included.
sub children { return defined $_[0]{pid} ? Process::children($_[0]{pid}) : () }

# role(PID): what a process of echod is, by the name that it gave itself:
# 'forker', 'worker', 'logger' or 'loader'; 'new' for a child that still has the master's
# name; 'zombie' for one that has ended.
sub role {
    my ($self, $pid) = @_;
    return 'zombie' unless Process::is_alive($pid);
    my ($role) = (Files::slurp("/proc/$pid/comm") // '') =~ /^echod:(\w+)$/;
    return ($role // 'master') eq 'master' ? 'new' : $role;
}

# workers: the pids of those that are confined, whether or not they have a
# client or are about to leave.
sub workers { return grep { $_[0]->role($_) eq 'worker' } $_[0]->children }

# forker: the pid of the one that makes workers now; undef: there is none.
sub forker { return (grep { $_[0]->role($_) eq 'forker' } $_[0]->children)[0] }

sub logger { return (grep { $_[0]->role($_) eq 'logger' } $_[0]->children)[0] }

# idle_workers: those that wait for a client.  busy_workers: those with one.
sub idle_workers { return map { $_->[1] ? () : $_->[0] } $_[0]->looked_at }
sub busy_workers { return map { $_->[1] ? $_->[0] : () } $_[0]->looked_at }

# still_waits(PID): a worker that waits for clients, and is not frozen.
sub still_waits {
    my $pid = shift;
    return grep({ /eventpoll/ } values %{ Process::descriptors($pid) })
        && (Process::state($pid) // 'Z') ne 'T';
}

# Each worker with whether it has a socket that is not the master's as well, as
# the listeners and that of the log are.
sub looked_at {
    my $self = shift;
    my @found;
    my %shared = map { $_ => 1 } values %{ Process::descriptors($self->{pid}) };
    my $listening = Process::listening($self->{pid});
    for my $pid ($self->workers) {
        my @open = values %{ Process::descriptors($pid) } or next;
        my $busy = grep {
            /^socket:\[(\d+)\]$/ && !$shared{$_} && !$listening->{$1}
        } @open;
        # One that leaves does not wait any more.
        my $waits = grep { /eventpoll/ } @open;
        push @found, [$pid, $busy || !$waits];
    }
    return @found;
}

sub signal {
    my ($self, $name) = @_;
    return kill $name => $self->{pid};
}

# reload: HUP, and wait for the line that says how it went; returns it.  When
# it is done, whoever connects next is served as the file says now.
sub reload {
    my ($self, %opt) = @_;
    my $from = $self->log_lines;
    my @old = grep { $self->role($_) =~ /^(?:worker|forker|new)$/ }
        $self->children;
    $self->signal('HUP');
    my $line = $self->wait_log(qr/: reload (?:done|failed|refused)/,
        from => $from, timeout => Clock::START, %opt);
    # One that has not left yet may take a client as it was told before.
    Clock::until(sub { !grep { still_waits($_) } @old })
        if ($line // '') =~ /done/;
    $self->note_listeners;
    $self->limits if ($line // '') =~ /done/;
    return $line;
}

# stop(SIGNAL, %opt): look at the pool and at the master first, then signal
# and wait at most `timeout` seconds (10) for the end.  Returns the exit
# status, 128 + N for signal N, undef if it did not end.
sub stop {
    my ($self, $signal, %opt) = @_;
    return $self->{status} if defined $self->{status};
    $self->look(%opt) unless $opt{unseen};
    $self->signal($signal // 'TERM');
    return $self->wait_end($opt{timeout});
}

# wait_end(SECONDS): wait for the end of the master; returns as stop().
sub wait_end {
    my ($self, $seconds) = @_;
    return $self->{status} if defined $self->{status};
    my $pid = $self->{mode} eq 'background' ? $self->{pid}
        : $self->{launched};
    my $status = Process::wait($pid, $seconds);
    Test::More::diag("echod did not end in time") unless defined $status;
    return $self->{status} = $status;
}

sub status {
    my $self = shift;
    $self->is_running;
    return $self->{status};
}

# left_over: the pids of all processes that descend from what we started,
# found by a variable in their environment.
sub left_over {
    my $self = shift;
    my $tag = "\0ECHOD_TEST_TAG=$self->{tag}\0";
    return grep {
        my $environment = Files::slurp("/proc/$_/environ") // '';
        index("\0$environment\0", $tag) >= 0 && Process::is_alive($_);
    } Process::all();
}

END {
    my $bad = $? != 0 || !Test::More->builder->is_passing;
    local $?;
    for my $d ($$ == $owner ? @started : ()) {
        kill KILL => $_ for $d->left_over;
        $d->show_log if $bad;
    }
    undef @started;
}

1;
