# SPDX-License-Identifier: ISC
# rows: 74, 79
#
# If this fails, a reload from the wildcard to one address that fails resets
# clients: the new listener has received connections that the wildcard would
# have, and they are not served.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Process;
use Shim;

use constant CLIENTS => 3;

my $shim = Shim->build;

sub config {
    my ($address, $port) = @_;
    return qq(listen = ( { address = "$address"; port = $port; } );\n);
}

# How many wait at 127.0.0.1.
sub waiting {
    my ($port) = @_;
    my $where = sprintf ' 0100007F:%04X', $port;

    $where = sprintf ' 7F000001:%04X', $port if pack('L', 1) eq pack('N', 1);
    for (split /\n/, Files::slurp('/proc/self/net/tcp')) {
        return hex $1 if /$where \S+ 0A \w+:(\w+) /;
    }
    return 0;
}

# A reload to 127.0.0.1 whose new process hangs before a call, the forker or a
# worker, and clients in its queue.
sub begin {
    my ($d, $call) = @_;
    my %seen = map { $_ => 1 } $shim->entered($call);
    my $port = $d->port;
    my $new;

    $shim->on("hold-$call");
    $d->rewrite(config('127.0.0.1', $port));
    $d->signal('HUP');
    ok(Clock::until(sub {
        ($new) = grep { !$seen{$_} } $shim->entered($call);
        return $new;
    }), "a new process hangs before $call");
    my $listening = Process::listeners($d->pid);
    ok($listening->{"127.0.0.1:$port"} && $listening->{"0.0.0.0:$port"},
        'the new address listens beside the wildcard');
    is(Client::echo_once($port, 'other', host => '127.0.0.2'), 'other',
        'clients of other addresses are served');
    # Without data they would not be in the queue (TCP_DEFER_ACCEPT).
    my @clients = map { Client::connect('127.0.0.1', $port) } 1 .. CLIENTS;
    syswrite $_, 'hello' for @clients;
    ok(Clock::until(sub { waiting($port) == CLIENTS }),
        'those of the new address wait');
    return ($new, @clients);
}

# To their end, and in order.
sub served {
    my @clients = @_;
    my @said;

    for my $n (1 .. @clients) {
        my $back = Client::echo($clients[ $n - 1 ], " $n", eof => 1);
        push @said, "$back$Client::problem";
    }
    is_deeply(\@said, [ map { "hello $_" } 1 .. @clients ],
        'all of them are served');
    return;
}

# It dies.
for my $call ('prctl', 'pdeathsig') {
    my $d    = Echod->start(env => $shim->env, config => config('0.0.0.0', 0));
    my $port = $d->port;
    my $before  = Process::listeners($d->pid);
    my @workers = $d->workers;
    my ($new, @clients) = begin($d, $call);

    $d->expect_log(qr/: error: reload failed, nothing has changed/,
        qr/: (?:error|warning): (?:forker|worker) died pid=$new signal=SIGKILL/);
    kill 'KILL', $new;
    ok($d->wait_log(qr/: error: reload failed, nothing has changed/),
        'it dies, and the reload fails');
    $shim->off("hold-$call");
    served(@clients);
    # The master looks now and then whether it can close the other one.
    Clock::until(sub { keys %{ Process::listeners($d->pid) } == 1 });
    is_deeply(Process::listeners($d->pid), $before,
        'the wildcard is all that listens');
    is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
        'its workers are there');
    is(Client::echo_once($port, 'x'), 'x', 'and serve the address');
    $d->finish;
}

# A stop comes before it is ready.
for my $call ('prctl', 'pdeathsig') {
    my $d = Echod->start(env => $shim->env, config => config('0.0.0.0', 0));
    my (undef, @clients) = begin($d, $call);

    $d->signal('TERM');
    ok($d->wait_log(qr/: stopping gracefully/), 'TERM ends the reload');
    $shim->off("hold-$call");
    served(@clients);
    is($d->wait_end, 0, 'and then echod');
    is($d->count_log(qr/: reload (?:done|failed)/), 0,
        'nobody says anything more of the reload');
    $d->finish;
}
done_testing;
