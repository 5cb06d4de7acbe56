# SPDX-License-Identifier: ISC
# If this fails, the commands in the README print other lines than the README
# shows.
use strict;
use warnings;

use Test::More;
use Echoc;
use Server;
use Source;

my $server = Server->start;
my %shown = samples();

# samples(): what is below each "$ build/echoc" of the section on the client,
# by the arguments.
sub samples {
    my ($section) = join("\n", lines('README.md')) =~
        /^## The client\n(.*?)^## /ms;
    my (%lines, $command);
    for (split /\n/, $section) {
        undef $command unless /^(?: {4}|\z)/;
        $command = $1 // '', next if m{^ {4}\$ build/echoc ?(.*)};
        push @{ $lines{$command} }, s/^ {4}//r if defined $command;
    }
    return map { $_ => join "\n", @{ $lines{$_} } } keys %lines;
}

# form(TEXT): its lines without what differs from run to run: numbers and
# units, or a dash for what is not known, and what a busy machine adds.
sub form {
    my $text = shift;
    $text =~ s/^(verified [^\n]*\n).*/$1/ms;
    $text =~ s/127\.0\.0\.1|localhost/HOST/g;
    $text =~ s/(?<![\w.])[\d.]+ ?(?:[mun]?s|[KMGT]?i?B)(?!\w)/N/g;
    $text =~ s/ -(?=[ ,]|$)/ N/mg;
    $text =~ s/(?<![\w.])\d[\d.]*(?!\w)/N/g;
    $text =~ s/ +/ /g;
    return $text =~ s/\s+\z//r;
}

# like_shown(ARGUMENTS, MORE): a run of these, and of more to be quick, prints
# what is shown.
sub like_shown {
    my ($args, @more) = @_;
    my $shown = $shown{$args} // return fail("echoc $args is shown");
    my @args = map { s/^'(.*)'$/$1/r } split / /, $args;
    my $r = Echoc::run(args => [@args, @more, $server->target], timeout => 30);
    my $got = form($args eq '' ? $r->{stderr} : $r->{stdout});
    # Some lines may be left out.
    my ($begin, $end) = map { form($_) } split /^\[\.\.\.\]$/m, $shown;
    return is($got, $begin, "echoc $args") unless defined $end;
    is(substr($got, 0, length $begin), $begin, "echoc $args: its begin");
    return is(substr($got, -length $end), $end, "echoc $args: its end");
}

like_shown('');
like_shown('ping --reconnect -c 3', '-i', '1ms');
like_shown('bench -d 5', '-d', 0.3);
like_shown("bench -d 5 -R 20k --fail-if 'p99>5ms'", '-d', 0.3, '-R', 1000);
done_testing;
