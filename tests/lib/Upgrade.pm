# SPDX-License-Identifier: ISC
#
# Upgrade: an echod of the tests executes its program again, which may be another
# one by then, and hands the service over to it.
#
#	my $programs = Upgrade->programs;	# a copy, which can be replaced
#	my $d = Echod->start(options => [Upgrade::SOON]);
#	$programs->install("#!/bin/sh\nexit 1\n");
#	like Upgrade::run($d), qr/upgrade failed/;
#	$programs->restore;
#	like Upgrade::run($d), qr/upgrade done/;	# and $d is the new one
#
# An echod that has left is no child of the test any more than the new one is its
# own, so all of this waits for what /proc says.
package Upgrade;

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Copy ();

use Clock;
use Files;
use Machine;
use Process;

# The old master does not stay for longer than its clients.
use constant SOON => ('-o', 'timeouts.probation=0');

# The line that tells what has become of an upgrade.
use constant OUTCOME => qr/: (?:error: )?upgrade (?:done|failed|refused|undone)/;

# programs: copies of echod and what it executes in a folder of their own, which the
# test starts from now on.
my ($original, $copied) = ('', '');

sub programs {
    my $class = shift;
    my $dir = Files::new_dir();
    $original = $Machine::ECHOD if $Machine::ECHOD ne $copied;
    $copied = "$dir/echod";
    my $self = bless { dir => $dir, echod => $copied, original => $original },
        $class;
    for my $name (qw(echod echod-load echod-report)) {
        my $from = $name eq 'echod' ? $self->{original}
            : dirname($self->{original}) . "/$name";
        next if !-e $from;
        File::Copy::copy($from, "$dir/$name") or die "$dir/$name: $!\n";
        chmod 0755, "$dir/$name";
    }
    $Machine::ECHOD = $self->{echod};
    return $self;
}

sub dir  { return "$_[0]{dir}" }
sub echod { return $_[0]{echod} }

# good: the program that works, for scripts.
sub good {
    my $self = shift;
    my $file = "$self->{dir}/good";
    $self->copy($file) unless -e $file;
    return $file;
}

sub copy {
    my ($self, $file) = @_;
    File::Copy::copy($self->{original}, "$file.new") or die "$file: $!\n";
    chmod 0755, "$file.new";
    return rename "$file.new", $file;
}

# install(TEXT): a script in the place of echod.  restore: the program again.
sub install {
    my ($self, $text) = @_;
    Files::spew("$self->{echod}.new", $text);
    chmod 0755, "$self->{echod}.new";
    return rename "$self->{echod}.new", $self->{echod};
}

sub restore { return $_[0]->copy($_[0]{echod}) }

# version(TEXT): programs that say that they are of this version, as long as the
# real one.
sub version {
    my ($self, $version) = @_;
    for my $name (qw(echod-load echod)) {
        my $from = $name eq 'echod' ? $self->{original}
            : dirname($self->{original}) . "/$name";
        my $bytes = Files::slurp($from);
        $bytes =~ s/\Q$ENV{ECHOD_VERSION}\E/$version/g;
        Files::spew("$self->{dir}/$name.new", $bytes);
        chmod 0755, "$self->{dir}/$name.new";
        rename "$self->{dir}/$name.new", "$self->{dir}/$name";
    }
    return;
}

# masters(ECHOD): the pids of all its masters, old and new.
sub masters {
    my $d = shift;
    return grep {
        (Files::slurp("/proc/$_/comm") // '') eq "echod:master\n"
    } $d->left_over;
}

# begin(ECHOD): USR2.  Returns the position in the log.
sub begin {
    my $d = shift;
    my $from = $d->log_lines;
    $d->signal('USR2');
    return $from;
}

# outcome(ECHOD, FROM): the line about it.  After "done" the test goes on with
# the new master.
sub outcome {
    my ($d, $from) = @_;
    my $line = $d->wait_log(OUTCOME, from => $from, timeout => Clock::START)
        // return '';
    go_on($d, $1) if $line =~ /upgrade done pid=(\d+) /;
    return $line;
}

# go_on(ECHOD, PID): this is its master from now on.  It is ready when the old
# one says that it has the service.
sub go_on {
    my ($d, $pid) = @_;
    $d->{predecessor} = $d->{pid};
    $d->{pid} = $pid;
    # It is no child of ours while the old one is there.
    $d->{mode} = 'background';
    $d->note_listeners;
    return;
}

# left(ECHOD): the exit status of the master before this one, when it has left;
# undef: it does not.
sub left {
    my ($d, $seconds) = @_;
    my $status = Process::wait($d->{predecessor}, $seconds // Clock::START);
    # The new one has heard of it.
    $d->wait_log(qr/: the echod before this one has left pid=$d->{predecessor}$/,
        from => 0);
    return $status;
}

# run(ECHOD): all of it, until the old master has left.
sub run {
    my $d = shift;
    my $line = outcome($d, begin($d));
    left($d) if $line =~ /done/;
    return $line;
}

1;
