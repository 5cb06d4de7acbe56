# SPDX-License-Identifier: ISC
# If this fails, echod serves a client that the access lists refuse, or refuses
# another one.
use strict;
use warnings;

use Test::More;
use Client;
use Echod;
use Machine;
use Process;

my $address = '127.0.0.1';
my $d = Echod->start(config => config('allow = [ "127.0.0.0/8" ];',
    'deny = [ "127.0.0.2" ];'));

is(served('127.0.0.1'), 1, 'allowed');
is(served('127.0.0.3'), 1, 'allowed as well');
is(served('127.0.0.2'), 0, 'denied: the longer prefix decides');
ok($d->wait_log(
    qr/: refused reason=access connections=1 peer=127\.0\.0\.2:\d+$/),
    'the log tells whom');
ok($d->wait_log(qr/peer=127\.0\.0\.[13]:\d+ .*reason=closed$/, count => 2),
    'and who was served');
is($d->count_log(qr/: connection ended peer=127\.0\.0\.2:/), 0,
    'and no connection that ended');

# The lists of a reload apply to all clients that connect after it.
my @turns = (
    # what, allow, deny, served, refused
    ['no lists: everybody', [], [], [1, 2, 3], []],
    ['allow: nobody else', ['127.0.0.2/32'], [], [2], [1, 3]],
    ['deny alone: everybody else', [], ['127.0.0.2/31'], [1], [2, 3]],
    ['an exception in what is denied', ['127.0.0.3'], ['127.0.0.0/24'],
        [3], [1, 2]],
    ['an exception in the exception',
        ['127.0.0.0/8', '127.0.0.2/31'],
        ['127.0.0.0/29', '127.0.0.3'], [2], [1, 3]],
    ['deny wins a tie', ['127.0.0.0/24'], ['127.0.0.0/24'], [], [1, 2, 3]],
    ['prefix length 0', [], ['0.0.0.0/0'], [], [1, 2, 3]],
    ['of the other family', ['::/0'], [], [], [1, 2, 3]],
);
for (@turns) {
    my ($what, $allow, $deny, $good, $bad) = @$_;
    $d->rewrite(config(list(allow => @$allow), list(deny => @$deny)));
    like($d->reload, qr/reload done/, $what);
    is_deeply([grep { served("127.0.0.$_") == 1 } 1 .. 3], $good,
        'these are served');
    is_deeply([grep { served("127.0.0.$_") == 0 } 1 .. 3], $bad,
        'these are not');
}

# A refusal is an end like others: a FIN after which nothing comes, and the
# worker goes on.
my @workers = $d->workers;
my $sock = Client::connect($address, $d->port);
is(Client::receive_all($sock) . $Client::problem, '', 'it is a FIN');
close $sock;
# A spare one may have come since.
is_deeply([grep { Process::is_alive($_) } @workers], \@workers,
    'and costs no worker');
$d->finish;

SKIP: {
    skip 'no ::1 here', 1 unless Machine::has_ipv6();
    $address = '::1';
    my $six = Echod->start(config => config('allow = [ "::/0" ];',
        'deny = [ "::/120" ];'));
    is(served('::1', $six), 0, 'an IPv6 network');
    $six->rewrite(config('deny = [ "::/128" ];'));
    like($six->reload, qr/reload done/, 'one that ends beside it');
    is(served('::1', $six), 1, 'is another one');
    $six->finish;
}
done_testing;

sub list {
    my ($name, @networks) = @_;
    return "$name = [ " . join(', ', map { qq("$_") } @networks) . ' ];';
}

sub config {
    return qq(listen = ( { address = "$address"; port = 0; } );\n)
        . "timeouts: { defer_accept = 0; };\naccess: { @_ };\n";
}

# 1: it was served; 0: it was ended without a byte; -1: something else.
sub served {
    my ($from, $to) = @_;
    my $back = Client::echo_once(($to // $d)->port, 'hello',
        host => $address, local => $from);
    return -1 if !defined $back || $back !~ /^(?:hello)?$/;
    return $back eq 'hello' ? 1 : 0;
}
