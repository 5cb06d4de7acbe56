# SPDX-License-Identifier: ISC
#
# Log: the lines of a file that grows; the base of Echod and Syslog.
package Log;

use strict;
use warnings;

use Test::More ();

use Clock;

# new(FILE, %more): what a daemon writes to FILE.
sub new {
    my ($class, $file, %more) = @_;
    return bless {
        file     => $file,
        lines    => [],
        read     => 0,
        partial  => '',
        mark     => 0,
        expected => [],
        %more,
    }, $class;
}

# log_lines: all complete lines so far, without their newlines.
sub log_lines { return @{ $_[0]->read_log } }

# read_log: the same by reference, as there may be millions.
sub read_log {
    my $self = shift;
    if (open my $fh, '<:raw', $self->{file}) {
        seek $fh, $self->{read}, 0;
        local $/;
        my $more = <$fh> // '';
        $self->{read} += length $more;
        $self->{partial} .= $more;
        my @new = split /\n/, $self->{partial}, -1;
        $self->{partial} = pop @new // '';
        push @{ $self->{lines} }, @new;
    }
    return $self->{lines};
}

# mark: what comes from now on is what wait_log() and count_log() look at.
# Returns the position, for their option `from`.
sub mark { return $_[0]{mark} = @{ $_[0]->read_log } }

# wait_log(qr/RE/, %opt): wait for a line after the mark that matches; in list
# context followed by what its parentheses captured.  undef when none came.
#   timeout => SECONDS (10)
#   from    => position, from mark()
#   count   => the how manieth such line (1)
#   quiet   => 1: it is no surprise when none comes
sub wait_log {
    my ($self, $re, %opt) = @_;
    my $from = $opt{from} // $self->{mark};
    my ($found, @captured);
    Clock::until(sub {
        my $nth = $opt{count} // 1;
        my $lines = $self->read_log;
        for my $line (@$lines[$from .. $#$lines]) {
            my @got = $line =~ $re or next;
            next if --$nth > 0;
            @captured = defined $1 ? @got : ();
            $found = $line;
            return 1;
        }
        return 0;
    }, $opt{timeout});
    Test::More::diag("waited in vain for $re in the log")
        unless defined $found || $opt{quiet};
    return wantarray ? ($found, @captured) : $found;
}

# count_log(qr/RE/, %opt): how many lines after the mark match.
sub count_log {
    my ($self, $re, %opt) = @_;
    my $lines = $self->read_log;
    return scalar grep { $_ =~ $re }
        @$lines[($opt{from} // $self->{mark}) .. $#$lines];
}

# wait_told(qr/RE/, CLASS, COUNT): wait until so many lines of that class have
# been written or left out; returns how many it were.
sub wait_told {
    my ($self, $re, $class, $count) = @_;
    my $told;
    Clock::until(sub {
        my $lines = $self->read_log;
        $told = 0;
        for my $line (@$lines[$self->{mark} .. $#$lines]) {
            $told += $line =~ / left_out=(\d+)$/ ? 1 + $1 : 1
                if $line =~ $re;
            $told += $1
                if $line =~ /: left out lines=(\d+) class=\Q$class\E$/;
        }
        return $told >= $count;
    });
    return $told;
}

# expect_log(qr/RE/, ...): warnings and errors that belong to this test.
sub expect_log {
    my ($self, @re) = @_;
    push @{ $self->{expected} }, @re;
    return;
}

# alarms: lines that should give an operator pause, and that no test expects.
sub alarms {
    my $self = shift;
    return grep {
        my $line = $_;
        $line =~ /(?:^|: )(?:warning|error): |Sanitizer|runtime error/
            && !grep { $line =~ $_ } @{ $self->{expected} };
    } $self->log_lines;
}

# show_log: its end, for a diagnosis.
sub show_log {
    my $self = shift;
    my @lines = $self->log_lines;
    my $cut = @lines > 200 ? @lines - 200 : 0;
    Test::More::diag("the log of echod pid " . ($self->{pid} // '?')
        . ($cut ? ", without the first $cut lines" : '') . ':');
    Test::More::diag("  $_") for @lines[$cut .. $#lines];
    Test::More::diag("  $self->{partial}") if $self->{partial} ne '';
    return;
}

1;
