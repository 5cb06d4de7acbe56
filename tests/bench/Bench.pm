# SPDX-License-Identifier: ISC
#
# Bench: what the benchmarks have in common.  Programs are started in the
# background and ended, by their process id, when the benchmark ends in
# whatever way.
package Bench;

use strict;
use warnings;

use Cwd ();
use File::Basename qw(dirname);
use JSON::PP ();
use POSIX ();
use Time::HiRes ();

my $top = Cwd::abs_path(dirname(__FILE__) . '/../..');

our $BUILDDIR = $ENV{ECHOD_BUILDDIR} // "$top/build";
our $ECHOC = $ENV{ECHOC} // "$BUILDDIR/echoc";
our $ECHOD = $ENV{ECHOD} // "$BUILDDIR/echod";

# The status of a benchmark that cannot be had on this machine.
use constant SKIPPED => 77;

my %running;    # pid => name

$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{INT} = $SIG{TERM} = $SIG{HUP} = sub { exit 128 + POSIX::SIGTERM() };

END {
    my $status = $?;
    stop($_, 5) for keys %running;
    $? = $status;
}

# fail(TEXT): the benchmark could not be made; 1 is for a bad result.
sub fail {
    print STDERR "$0: @_\n";
    exit 2;
}

sub skip {
    print "SKIP: @_\n";
    exit SKIPPED;
}

sub now {
    return Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC());
}

# needs(PROGRAM, ...): what is to be built before.
sub needs {
    for my $program (@_) {
        fail("$program is missing: \"make bench\" builds it")
            if !-f -x $program;
    }
    return;
}

# has(PROGRAM): whether there is one in PATH.
sub has {
    my ($program) = @_;
    return scalar grep { -f -x "$_/$program" } split /:/, $ENV{PATH} // '';
}

sub slurp {
    my ($path) = @_;
    open my $fh, '<', $path or return undef;
    local $/;
    my $text = <$fh>;
    return $text // '';
}

# start([COMMAND...], stdin => FH, stdout => FH, stderr => FH): its pid.
sub start {
    my ($command, %to) = @_;
    my $pid = fork // fail("fork: $!");

    if ($pid == 0) {
        %running = ();
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP PIPE);
        my $ok = $to{stdin}
            ? open(STDIN, '<&', $to{stdin}) : open(STDIN, '<', '/dev/null');
        $ok &&= open STDOUT, '>&', $to{stdout} if $to{stdout};
        $ok &&= open STDERR, '>&', $to{stderr} if $to{stderr};
        no warnings 'exec';
        exec { $command->[0] } @$command if $ok;
        print STDERR "$command->[0]: $!\n";
        POSIX::_exit(127);
    }
    $running{$pid} = $command->[0];
    return $pid;
}

# until(CODE, SECONDS): call CODE until it returns something true, or for that
# long.  Returns what it returned last.
sub until {
    my ($code, $seconds) = @_;
    my $deadline = now() + $seconds;

    while (1) {
        my $over = now() >= $deadline;
        my $result = $code->();
        return $result if $result || $over;
        Time::HiRes::sleep(0.01);
    }
}

# wait_for(PID, SECONDS, CODE): its exit status (128 + N for signal N), undef
# if it still runs then.  CODE is called with its pid again and again.
sub wait_for {
    my ($pid, $seconds, $meanwhile) = @_;
    my $status;

    Bench::until(sub {
        $meanwhile->($pid) if $meanwhile;
        my $got = waitpid $pid, POSIX::WNOHANG();
        return 0 if $got == 0;
        delete $running{$pid};
        $status = $got < 0 ? 127
            : $? & 127 ? 128 + ($? & 127) : $? >> 8;
        return 1;
    }, $seconds);
    return $status;
}

# stop(PID, SECONDS): ask it to end, and make it after that time.
sub stop {
    my ($pid, $seconds) = @_;

    kill TERM => $pid;
    my $status = wait_for($pid, $seconds);
    if (!defined $status) {
        kill KILL => $pid;
        wait_for($pid, $seconds);
    }
    return $status;
}

# run([COMMAND...], SECONDS, CODE): its status and standard output; CODE as for
# wait_for().
sub run {
    my ($command, $seconds, $meanwhile) = @_;
    open my $out, '+>', undef or fail("temporary file: $!");
    my $pid = start($command, stdout => $out);
    my $status = wait_for($pid, $seconds, $meanwhile);

    if (!defined $status) {
        kill KILL => $pid;
        wait_for($pid, 5);
        fail("$command->[0] did not end within $seconds s");
    }
    return ($status, contents($out));
}

# contents(FH): of a file that another process writes to.
sub contents {
    my ($fh) = @_;
    local $/;

    seek $fh, 0, 0;
    return scalar(<$fh>) // '';
}

# options(ARGUMENTS, DEFAULTS): those that were given as NAME=NUMBER, and the
# others.
sub options {
    my ($arguments, %option) = @_;
    for (@$arguments) {
        my ($name, $value) = /^(?:--)?(\w+)=(\d+(?:\.\d+)?)$/;
        fail("$_: not one of ", join ', ', map { "$_=N" } sort keys %option)
            if !defined $name || !exists $option{$name};
        $option{$name} = $value;
    }
    return %option;
}

# document(TEXT, STATUS): what echoc -j printed.
sub document {
    my ($text, $status) = @_;
    my $document = eval { JSON::PP->new->decode($text) };
    fail("echoc ended with status $status and no JSON document: $@")
        if ref $document ne 'HASH';
    return $document;
}

# figure(DOCUMENT, 'a.b'): the value there; undef: there is none.
sub figure {
    my ($document, $path) = @_;
    for my $name (split /\./, $path) {
        return undef if ref $document ne 'HASH';
        $document = $document->{$name};
    }
    return $document;
}

1;
