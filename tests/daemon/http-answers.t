# SPDX-License-Identifier: ISC
#
# If this fails, a probe, Prometheus or a person who asks echod by HTTP gets
# another answer than the manual promises, or none.
use strict;
use warnings;

use JSON::PP ();
use Test::More;

use Client;
use Clock;
use Echod;
use Http;
use Machine;

Machine::needs('curl');
Http::needs();

my $d = Echod->start(options => [Http::OPTIONS]);
my $port = Http::port($d);
my $url = "http://127.0.0.1:$port";
is(Client::echo_once($d->port, 'hello'), 'hello', 'a client');

my %type = (
    '/'        => 'text/html; charset=utf-8',
    '/metrics' => 'text/plain; version=0.0.4; charset=utf-8',
    '/healthz' => 'text/plain; charset=utf-8',
    '/readyz'  => 'text/plain; charset=utf-8',
    '/status'  => 'application/json',
);
for my $path (sort keys %type) {
    for my $version ('--http1.0', '--http1.1') {
        my $r = Http::curl($version, "$url$path");
        my $what = "GET $path $version";
        is $r->{status}, 200, $what;
        is $r->{header}{'content-type'}, $type{$path}, "$what: type";
        is $r->{header}{'content-length'}, length $r->{body},
            "$what: length";
        is lc $r->{header}{connection}, 'close', "$what: and no more";
        cmp_ok length $r->{body}, '>', 1, "$what: something is said";
    }
    my $r = Http::curl('--head', "$url$path");
    is $r->{status}, 200, "HEAD $path";
    is $r->{header}{'content-type'}, $type{$path}, "HEAD $path: type";
    cmp_ok $r->{header}{'content-length'}, '>', 1, "HEAD $path: length";
    is $r->{body}, '', "HEAD $path: no body";
}

# What each of them says.
my $r = Http::curl("$url/metrics");
like $r->{body}, qr/^echod_service_state\{state="serving"\} 1$/m, '/metrics';
ok Clock::until(sub {
    my ($count) = Http::curl("$url/metrics")->{body} =~ /^echod_processes (\d+)$/m;
    my @children = $d->children;
    return $count == 1 + @children;
}), '/metrics: it counts each process, its own as well';
is Http::curl("$url/healthz")->{body}, "ok\n", '/healthz';
is Http::curl("$url/readyz")->{body}, "serving\n", '/readyz';
my $status = JSON::PP::decode_json(Http::curl("$url/status")->{body});
is $status->{schema}, 1, '/status';
is $status->{service}{pid}, $d->pid, '/status: of this echod';
is $status->{service}{state}, 'serving', '/status: its state';
$r = Http::curl("$url/");
like $r->{body}, qr/<h1>echod /, '/';
my $pid = $d->pid;
like $r->{body}, qr/master pid $pid\b/, '/: of this echod';
unlike $r->{body}, qr/(?:src=|https?:|url\()/, '/: needs nothing from elsewhere';
# A question mark and what follows is for somebody else.
is Http::curl("$url/readyz?verbose=1")->{status}, 200, 'a query is passed over';

# What is wrong.
is Http::curl("$url/nothing")->{status}, 404, 'no such page';
is Http::curl("$url/metrics/")->{status}, 404, 'nor this';
for my $method (qw(POST PUT DELETE OPTIONS TRACE PATCH)) {
    $r = Http::curl('-X', $method, "$url/metrics");
    is $r->{status}, 405, "$method is refused";
    is $r->{header}{allow}, 'GET, HEAD', "$method: and what is not";
}
is Http::curl('-d', 'x' x 100_000, "$url/")->{status}, 405, 'a long body';
is Http::curl('-X', 'GET', '-d', 'x', "$url/")->{status}, 400,
    'a body where none belongs';
for my $text ("rubbish\r\n\r\n", "GET\r\n\r\n", "\0\1\2\3\r\n\r\n") {
    my $sock = Client::connect('127.0.0.1', $port);
    my $back = Client::echo($sock, $text, bytes => Client::EVER);
    like $back, qr{^(?:HTTP/1\.[01] 400 |\z)}, 'what is not HTTP';
}
is Http::get($port, '/healthz', head => 'X: ' . 'x' x 8000 . "\r\n")->{status},
    200, 'a head of 8 KiB';
is Http::get($port, '/healthz', head => 'X: ' . 'x' x 8200 . "\r\n")->{status},
    431, 'a longer one';
is Http::get($port, '/healthz', head => 'X: ' . 'x' x 50_000 . "\r\n")->{status},
    431, 'a very long one';
is Http::get($port, '/' . 'x' x 50_000)->{status}, 414, 'a very long path';

is Http::status($port, '/healthz'), 200, 'and it goes on';
is $d->count_log(qr/reporter/, from => 0), 0, 'without a word in the log';
$d->finish;
done_testing;
