# SPDX-License-Identifier: ISC
# rows: 74, 83
#
# If this fails, clients that have connected and not yet sent data are reset
# when their listener is closed: TCP_DEFER_ACCEPT keeps them in the kernel,
# where the queue does not show them.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Shim;

use constant CLIENTS => 5;

sub config {
    my ($port, @addresses) = @_;
    return 'listen = ( ' . join(', ', map {
        qq({ address = "$_"; port = $port; })
    } @addresses) . " );\n";
}

sub silent_clients {
    my ($host, $port) = @_;
    my @clients = map { Client::connect($host, $port) } 1 .. CLIENTS;
    is(scalar grep({ defined } @clients), CLIENTS,
        'clients connect, and send nothing yet');
    return @clients;
}

sub refuses {
    my ($host, $port) = @_;
    ok(Clock::until(sub { !Client::connect($host, $port) }),
        "$host takes nobody else");
    return;
}

# Each sends now, and sees its echo and the end of it.
sub served {
    my @clients = @_;
    my @said;
    for my $n (1 .. @clients) {
        my $back = Client::echo($clients[ $n - 1 ], "client $n", eof => 1);
        push @said, "$back$Client::problem";
    }
    is_deeply(\@said, [ map { "client $_" } 1 .. @clients ],
        'all that had connected are served');
    return;
}

# TERM, with clients.
sub stops {
    my ($d) = @_;
    my @clients = silent_clients('127.0.0.1', $d->port);
    $d->signal('TERM');
    ok($d->wait_log(qr/: stopping gracefully/), 'TERM');
    refuses('127.0.0.1', $d->port);
    return @clients;
}

# An address is removed, replaced by all, and comes back.
{
    my $d = Echod->start(options => ['-o', 'timeouts.defer_accept=30'],
        config => config(0, '127.0.0.1', '127.0.0.2'));
    my $port = $d->port;
    my $other = $d->port_of('127.0.0.2');
    my @clients = silent_clients('127.0.0.2', $other);

    $d->rewrite(config($port, '127.0.0.1'));
    like($d->reload, qr/reload done .*listeners=1/, 'their address is removed');
    refuses('127.0.0.2', $other);
    served(@clients);

    for my $address ('0.0.0.0', '127.0.0.1') {
        @clients = silent_clients('127.0.0.1', $port);
        $d->rewrite(config($port, $address));
        like($d->reload, qr/reload done/, "replaced by $address");
        is(Client::echo_once($port, 'new'), 'new', 'which serves at once');
        served(@clients);
    }
    # It is back before the old one could be closed.
    @clients = silent_clients('127.0.0.1', $port);
    for my $address ('127.0.0.2', '127.0.0.1') {
        $d->rewrite(config($port, $address));
        like($d->reload, qr/reload done/, "$address alone");
        is(Client::echo_once($port, 'new', host => $address), 'new',
            'serves at once');
    }
    served(@clients);

    $d->look;
    @clients = stops($d);
    served(@clients);
    is($d->wait_end, 0, 'echod stops when all are served');
    $d->finish;
}

# A reload that fails has opened one, and they have met it.
{
    my $shim = Shim->build;
    my $d = Echod->start(env => $shim->env, config => config(0, '0.0.0.0'),
        options => ['-o', 'timeouts.defer_accept=30']);
    my $port = $d->port;
    my %seen = map { $_ => 1 } $shim->entered('pdeathsig');
    my $new;

    $shim->on('hold-pdeathsig');
    $d->rewrite(config($port, '127.0.0.1'));
    $d->signal('HUP');
    ok(Clock::until(sub {
        ($new) = grep { !$seen{$_} } $shim->entered('pdeathsig');
        return $new;
    }), 'a new worker hangs');
    my @clients = silent_clients('127.0.0.1', $port);
    $d->expect_log(qr/: error: reload failed, nothing has changed/,
        qr/: (?:error|warning): worker died pid=$new signal=SIGKILL/);
    kill 'KILL', $new;
    ok($d->wait_log(qr/: error: reload failed, nothing has changed/),
        'it dies, and the reload fails');
    $shim->off('hold-pdeathsig');
    is(Client::echo_once($port, 'new'), 'new', 'the wildcard goes on');
    served(@clients);
    $d->finish;
}

# A stop completes even if no client has sent anything.
{
    my $d = Echod->start(options => [
        '-o', 'timeouts.drain=0.1', '-o', 'timeouts.defer_accept=30',
    ]);
    $d->look;
    my @clients = stops($d);
    is($d->wait_end, 0, 'echod stops though nobody sends');
    $d->finish;
}
done_testing;
