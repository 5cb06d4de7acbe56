# SPDX-License-Identifier: ISC
#
# Bench: what the benchmarks have in common, beyond what the tests have in
# tests/lib: how one ends, its options, and what echoc found out.
package Bench;

use strict;
use warnings;

use FindBin;
use JSON::PP ();

use lib "$FindBin::Bin/../lib";
use Clock;
use Files;
use Process;

our $BUILDDIR = $ENV{ECHOD_BUILDDIR} // "$FindBin::Bin/../../build";

# The status of a benchmark that cannot be had on this machine.
use constant SKIPPED => 77;

$| = 1;

# fail(TEXT): the benchmark could not be made; 1 is for a bad result.
sub fail {
    print STDERR "$0: @_\n";
    exit 2;
}

sub skip {
    print "SKIP: @_\n";
    exit SKIPPED;
}

# needs(PROGRAM, ...): what is to be built before.
sub needs {
    for my $program (@_) {
        fail("$program is missing: \"make bench\" builds it")
            if !-f -x $program;
    }
    return;
}

# run([COMMAND...], SECONDS, CODE): its status and standard output.  CODE is
# called with its pid again and again.
sub run {
    my ($command, $seconds, $meanwhile) = @_;
    my $out = Files::new_name();
    my $pid = Process::launch($command, stdout => $out);
    my $status;

    Clock::until(sub {
        $meanwhile->($pid) if $meanwhile;
        return defined($status = Process::wait($pid, 0));
    }, $seconds);
    fail("$command->[0] did not end within $seconds s") if !defined $status;
    return ($status, Files::slurp($out));
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

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return ($sorted[@sorted / 2] + $sorted[(@sorted - 1) / 2]) / 2;
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
