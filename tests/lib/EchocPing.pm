# SPDX-License-Identifier: ISC
#
# EchocPing: what echoc ping writes, taken apart.
#
#	my $r = EchocPing::run(args => ['-c', 3, $server->target]);
#	is($r->{summary}{received}, 3, 'all came back');
#	is(scalar EchocPing::replies($r), 3, 'and each has its line');
#
#	my @records = EchocPing::records($r->{stdout});    # of -j
#
# Result:
# What Echoc::run returns, and with text on standard output:
#
#	header    the first line, without its end
#	lines     [...] those between it and the summary
#	summary   {sent, received, corrupt, late, loss, time, rtt, percentiles,
#	          more}; rtt is [min, avg, max, mdev] or undef, as are the
#	          percentiles, [p50, p95, p99]; more is [...] further lines
#	client_late, not_timed  the milliseconds with which lines say that the
#	          client was late, and their number in the summary; as a busy
#	          machine may add these, lines and summary are without them
package EchocPing;

use strict;
use warnings;

use Test::More ();

use Clock;
use Echoc;

# start(%arg), run(%arg): as of Echoc, and `ping` comes before the arguments.
sub start {
    my %arg = @_;
    return Echoc::start(%arg, args => ['ping', @{ $arg{args} }]);
}

sub run { return end(start(@_)) }

# end(CLIENT): wait for one that was started.
sub end { return parse($_[0]->wait) }

my $ms = qr/\d+\.\d{3}/;
my $summary = qr{
    \n ---\ (?<host>\S+)\ port\ (?<port>\d+)\ echo\ statistics\ --- \n
    (?<sent>\d+)\ sent,\ (?<received>\d+)\ received,
    \ (?<corrupt>\d+)\ corrupt,\ (?<late>\d+)\ late,
    \ (?<loss>\d+(?:\.\d+)?)%\ loss,\ time\ (?<time>\d+)\ ms \n
    (?: rtt\ min/avg/max/mdev\ =\ (?<rtt>$ms/$ms/$ms/$ms)\ ms \n
    )?
    (?: p50/p95/p99\ =\ (?<percentiles>$ms/(?:$ms|-)/(?:$ms|-))\ ms \n )?
    (?<more> (?:[^\n]+\n)* )
    \z
}x;

# summary(TEXT): of the end of a text; undef if it is none.
sub summary {
    my $text = shift;
    return undef unless $text =~ $summary;
    my %sum = %+;
    $sum{$_} = defined $sum{$_} ? [split m{/}, $sum{$_}] : undef
        for qw(rtt percentiles);
    $sum{more} = [split /\n/, $sum{more}];
    return \%sum;
}

sub parse {
    my $r = shift;
    my $text = $r->{stdout} // '';
    $r->{client_late} = [];
    push @{ $r->{client_late} }, $1
        while $text =~ s/ \(this client was (\d+) ms late\)$//m;
    $r->{not_timed} = $text =~ s/^(\d+) not timed: .*\n//m ? $1 : 0;
    $r->{summary} = summary($text);
    $text =~ s/$summary//;
    ($r->{header}, @{ $r->{lines} }) = split /\n/, $text;
    return $r;
}

# replies(RESULT): of each reply line its seq and time, late ones too;
# losses(RESULT): of each other line its seq and what was lost it by.
sub replies {
    return map {
        /^\d+ bytes from \S+: seq=(\d+) (?:connect=$ms ms )?time=($ms) ms/
            ? [$1, $2, $_] : ()
    } @{ $_[0]{lines} };
}

sub losses {
    return map { /^from \S+: seq=(\d+) (?!no answer)(.+)$/ ? [$1, $2] : () }
        @{ $_[0]{lines} };
}

# seen(CLIENT, PATTERN): wait until its standard output has that.
sub seen {
    my ($client, $pattern, $seconds) = @_;
    return Clock::until(sub {
        $client->stdout_so_far =~ $pattern || !$client->is_running;
    }, $seconds) && $client->stdout_so_far =~ $pattern;
}

# records(TEXT): the objects of -j, one a line.  One failed test if a line is
# none, or has none of the types that there are.
sub records {
    my $text = shift;
    my @records = map { Echoc::json($_) // return () } split /\n/, $text;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::fail('the last line is a whole one'), Test::More::diag($text)
        if $text !~ /\n\z/;
    my @unknown = grep { ($_->{type} // '') !~
        /^(?:start|reply|loss|outstanding|(?:dis)?connect|summary)\z/ } @records;
    return @records unless @unknown;
    Test::More::fail('each line is an object of a known type');
    Test::More::diag(Test::More::explain(@unknown));
    return ();
}

# typed(TYPE, RECORD...): those of that type.
sub typed {
    my ($type, @records) = @_;
    return grep { $_->{type} eq $type } @records;
}

1;
