# SPDX-License-Identifier: ISC
#
# Http: a client of the reporter of an echod.
#
#	Http::needs();
#	my $d = Echod->start(options => [Http::OPTIONS]);
#	my $port = Http::port($d);
#	my $r = Http::get($port, '/readyz');
#	is $r->{status}, 200, 'it is ready';
package Http;

use strict;
use warnings;

use Test::More ();

use Client;
use Clock;
use Echod;

# One address, and a port that the kernel chooses.
use constant OPTIONS => map { ('-o', "metrics.$_") }
    'address=127.0.0.1', 'port=0';

# has(): whether there is a reporter in this build.
sub has { return (Echod->run(args => ['-V']))[1] =~ /^libmicrohttpd: yes$/m }

# needs(): skip the whole test where there is none.
sub needs {
    Test::More::plan(skip_all => 'this echod was built without libmicrohttpd')
        if !has();
    return;
}

# port(ECHOD): where it answers, as its log said last.
sub port {
    my ($d) = @_;
    return (map { /: metrics on \S+ port (\d+)$/ ? $1 : () } $d->log_lines)[-1];
}

# get(PORT, PATH, %opt): what is answered, as parse() returns it, with `seconds`,
# the time that it took; an empty hash when nothing is.
#   method => 'HEAD', ... (GET); host => an address (127.0.0.1)
#   head   => more lines of the head, each with its CRLF
sub get {
    my ($port, $path, %opt) = @_;
    my $start = Clock::now();
    my $sock = Client::connect($opt{host} // '127.0.0.1', $port) or return {};
    my $method = $opt{method} // 'GET';
    my $back = Client::echo($sock, "$method $path HTTP/1.1\r\nHost: localhost\r\n"
            . ($opt{head} // '') . "\r\n", bytes => Client::EVER);
    return { %{ parse($back) }, seconds => Clock::now() - $start };
}

# parse(TEXT): a reply: `status`, `header` with names in lower case, `body`.
sub parse {
    my ($head, $body) = split /\r\n\r\n/, $_[0], 2;
    my ($first, @lines) = split /\r\n/, $head // '';
    my ($status) = ($first // '') =~ m{^HTTP/1\.[01] (\d{3}) } or return {};
    my %header = map { /^([\w-]+): *(.*)$/ ? (lc $1 => $2) : () } @lines;
    return { status => $status, header => \%header, body => $body // '' };
}

# status(PORT, PATH): of the reply, '' if there is none.
sub status { return get(@_)->{status} // '' }

# curl(ARGUMENTS...): the replies that curl(1) gets, as parse() returns them.
sub curl {
    my @command = ('curl', '-s', '-i', '--max-time', 10 * Clock::scale(), @_);
    open my $pipe, '-|', @command or die "curl: $!\n";
    local $/;
    my $text = <$pipe> // '';
    close $pipe;
    return parse($text);
}

# reporter(ECHOD): the pid of its reporter; undef: there is none.
sub reporter {
    my ($d) = @_;
    return (grep { $d->role($_) eq 'reporter' } $d->children)[0];
}

1;
