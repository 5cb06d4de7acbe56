# SPDX-License-Identifier: ISC
# rows: 49
#
# If this fails, an error of the system or the network in the middle of a
# connection kills its worker, is taken for the end of the stream, or fills the
# log with warnings.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Tracer;

Tracer::needs();

# How the log calls it.
my %reason = (
    ENOMEM       => 'error error="Cannot allocate memory"',
    ENOBUFS      => 'error error="No buffer space available"',
    EIO          => 'error error="Input/output error"',
    ENOTCONN     => 'error error="Transport endpoint is not connected"',
    ETIMEDOUT    => 'reset',
    EHOSTUNREACH => 'reset',
    ENETUNREACH  => 'reset',
    ECONNRESET   => 'reset',
    EPIPE        => 'reset',
);

# A single worker: whatever comes, it meets the fault.
my $d = Echod->start(log => 'info',
    options => [ map { ('-o', "workers.$_=1") }
        qw(max start min_spare max_spare) ]);
$d->expect_log(qr/: warning: workers at max /);
my ($worker) = $d->workers;

for my $call ('recvfrom', 'sendto') {
    for my $error (sort keys %reason) {
        my $from = $d->mark;
        my $sock = $d->connect;
        is(Client::echo($sock, 'one'), 'one', "$call, $error: a client");
        # Only the next call fails; the log is written to after it.
        my $fault = Tracer->attach([$worker], $call, "error=$error:when=1");
        syswrite $sock, 'two';
        my $back = Client::receive_all($sock, timeout => 5);
        ok('two' =~ /^\Q$back\E/, "$call, $error: nothing but its echo");
        isnt($Client::problem, 'timeout', "$call, $error: then it ends");
        close $sock;
        $fault->detach;
        ok($d->wait_log(qr/: connection ended .* reason=\Q$reason{$error}\E$/,
            from => $from), "$call, $error: a line says why");
        is($d->count_log(qr/\]: (?!(?:warning: )?workers )/, from => $from), 1,
            "$call, $error: and no other one");
        is(Client::echo_once($d->port, 'next'), 'next',
            "$call, $error: the next client is served");
        $d->wait_log(qr/: connection ended .*in_bytes=4 /, from => $from);
    }
}
is_deeply([$d->workers], [$worker], 'by the same worker');
$d->finish;
done_testing;
