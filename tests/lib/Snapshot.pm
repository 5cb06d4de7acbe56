# SPDX-License-Identifier: ISC
#
# Snapshot: the state of an echod as its control socket tells it.
#
#	my $d = Echod->start(Snapshot::asked());
#	my $s = Snapshot::of($d);
#	is($s->{connections}{active}, 1, 'one client');
#	is($s->{listener}[0]{bytes_in}, 5, 'and its five bytes');
#
#	my $text = Snapshot::metrics($d);    # of Prometheus
#	my %more = Snapshot::difference($s, Snapshot::of($d));
package Snapshot;

use strict;
use warnings;

use Control;
use Files;

my @folders;    # until the end of the test

# asked(OPTION...): arguments for Echod->start; of() finds the socket again.
sub asked {
    push @folders, Files::new_dir();
    return (options => [Control::option("$folders[-1]/control"), @_]);
}

sub path {
    my ($d) = @_;
    my ($path) = map { /^control\.path=(.*)/ } @{ $d->{argv} };
    return $path // die 'this echod has no control socket';
}

# request(ECHOD, WORD): the lines of the answer without the last one, "ok".
sub request {
    my ($d, $word) = @_;
    my @lines = Control::ask(path($d), $word);
    my $end = pop @lines // 'nothing';
    die "$word is answered by $end" if $end ne 'ok';
    return @lines;
}

sub metrics { return join '', map { "$_\n" } request($_[0], 'metrics') }

# parse(LINE): its record and a hash of its pairs; texts have no escapes here.
sub parse {
    my ($line) = @_;
    my ($record) = $line =~ /^(\w+)/;
    my %pair;
    while ($line =~ / ([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g) {
        $pair{$1} = $2 // $3;
    }
    return ($record, \%pair);
}

# of(ECHOD): a hash by record; that of `listener` has a list.
sub of {
    my ($d) = @_;
    my %snapshot = (listener => []);
    for (request($d, 'status')) {
        my ($record, $pair) = parse($_);
        if ($record eq 'listener') {
            push @{ $snapshot{listener} }, $pair;
        } else {
            $snapshot{$record} = $pair;
        }
    }
    return \%snapshot;
}

# difference(BEFORE, AFTER): by "record.key", of numbers that have changed.
sub difference {
    my ($before, $after) = @_;
    my %more;
    for my $record (grep { $_ ne 'listener' } keys %$after) {
        for my $key (keys %{ $after->{$record} }) {
            my ($old, $new) = map { $_->{$record}{$key} // 0 } $before, $after;
            next if $new !~ /^\d+$/ || $old == $new;
            $more{"$record.$key"} = $new - $old;
        }
    }
    return %more;
}

1;
