# SPDX-License-Identifier: ISC
# rows: 71, 74
#
# If this fails, fast reloads that remove more addresses than can drain at a
# time reset the newest clients instead of those of the oldest listener, which
# had the most time.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;

sub config {
    my ($port, @addresses) = @_;
    return 'listen = ( ' . join(', ', map {
        qq({ address = "$_"; port = $port; })
    } @addresses) . " );\n";
}

my $d = Echod->start(options => [ '-o', 'timeouts.defer_accept=30' ],
    config => config(0, '127.0.0.1'));
my $port = $d->port;
# On a slow machine a client of the first sets comes into its queue meanwhile.
$d->expect_log(qr/: warning: closing with connections unserved count=1$/);

# What is silent keeps its address open.
my @clients;
for my $net (1 .. 4) {
    $d->rewrite(config($port, map { "127.0.$net.$_" } 1 .. 64));
    like($d->reload, qr/reload done .*listeners=64/, "64 addresses, set $net");
    push @clients, Client::connect("127.0.$net.64", $port);
}
$d->rewrite(config($port, '127.0.0.1'));
like($d->reload, qr/reload done .*listeners=1 /, 'all are removed');
for my $net (3, 4) {
    my $back = Client::echo($clients[ $net - 1 ], "client $net", eof => 1);
    is("$back$Client::problem", "client $net",
        "a client of set $net is served");
}
@clients = ();
$d->finish;
done_testing;
