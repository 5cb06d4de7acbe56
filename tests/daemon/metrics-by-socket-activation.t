# SPDX-License-Identifier: ISC
#
# If this fails, an echod that may open no socket of its own cannot answer HTTP
# at the one that its service manager has opened; or that socket echoes.
use strict;
use warnings;

use Test::More;

use Activation;
use Client;
use Clock;
use Echod;
use Http;
use Machine;
use Process;

Http::needs();

my ($echo, $http) = map { Activation::listener('127.0.0.1') } 1 .. 2;
my @ports = map { $_->sockport } $echo, $http;

sub config {
    my ($port) = @_;
    return "listen = [];\nmetrics = { address = \"127.0.0.1\"; port = $port; };\n";
}

my %pass = Activation::pass([$echo, $http], names => 'echo:http');
my ($status, $out) = Echod->run(%pass,
    args => ['-T', '-o', 'metrics.address=127.0.0.1', '-o',
        "metrics.port=$ports[1]"]);
is $status, 0, 'echod -T';
like $out, qr/^# 127\.0\.0\.1:$ports[1]: inherited as "http", for metrics$/m,
    'says what each socket is for';

my $d = Echod->start(%pass, config => config($ports[1]));
is Http::port($d), $ports[1], 'it answers at a socket that was passed';
is Http::status($ports[1], '/readyz'), 200, 'as it should';
is Client::echo_once($ports[0], 'x'), 'x', 'and echoes at the other one';
is scalar(keys %{ Process::listeners($d->pid) }), 2, 'and has no more';

# A reload that fails leaves it where it is; one that succeeds, too.
my $taken = Activation::listener('127.0.0.1');
$d->expect_log(qr/: reload failed, /);
$d->rewrite(config($taken->sockport));
like $d->reload, qr/cannot listen on/, 'a reload fails';
is Http::status($ports[1], '/readyz'), 200, 'and it goes on';
$d->rewrite(config($ports[1]));
like $d->reload, qr/reload done/, 'a reload succeeds';
is Http::status($ports[1], '/readyz'), 200, 'and it goes on as well';
close $_ for $echo, $http, $taken;
$d->finish;

# One that is for both families serves both.
SKIP: {
    skip 'no ::1 here', 4 if !Machine::has_ipv6();
    my $both = Activation::listener('::', dual => 1);
    my $port = $both->sockport;
    $echo = Activation::listener('127.0.0.1');
    $d = Echod->start(Activation::pass([$both, $echo]),
        config => "listen = [];\nmetrics = { address = \"*\"; port = $port; };\n");
    is Http::get($port, '/readyz', host => $_)->{status}, 200, "at $_"
        for '127.0.0.1', '::1';
    close $_ for $both, $echo;
    $d->finish;
}
done_testing;
