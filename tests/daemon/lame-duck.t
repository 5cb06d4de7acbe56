# SPDX-License-Identifier: ISC
#
# If this fails, a load balancer that learns of a stop a few seconds late sends
# its clients to an echod that refuses them; or an echod that has been told to
# stop does not.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Notify;
use Process;
use Snapshot;

# For ever, as far as this test is concerned.
use constant LONG => 3000;

sub config { return Echod::DEFAULT_CONFIG . "timeouts = { lame_duck = $_[0]; };\n" }

sub serves {
    my ($d, $data) = @_;
    return (Client::echo_once($d->port, $data) // '') eq $data;
}

# One that has been told to stop.
sub told {
    my $d = Echod->start(config => config(shift), Snapshot::asked());
    is(Snapshot::of($d)->{service}{state}, 'serving', 'it serves');
    $d->signal('TERM');
    ok($d->wait_log(qr/: lame duck seconds=\d+\.\d{3}$/), 'TERM is heard');
    return $d;
}

# A second TERM means what one means without a lame duck.
{
    my $d = told(LONG);
    my $sock = $d->connect;
    ok(serves($d, "client $_"), "client $_, who comes after TERM, is served")
        for 1 .. 20;
    is(Client::echo($sock, 'hello'), 'hello', 'one that stays');
    is($d->count_log(qr/: stopping /), 0, 'nothing has stopped');
    is(Snapshot::of($d)->{service}{state}, 'lame_duck', 'it says what it is');
    $d->look;

    $d->signal('TERM');
    ok($d->wait_log(qr/: stopping gracefully workers=/), 'a second TERM');
    ok(Clock::until(sub { !defined $d->connect }), 'new clients are refused');
    is(Client::echo($sock, 'still here'), 'still here', 'that one may go on');
    is(Snapshot::of($d)->{service}{state}, 'stopping', 'it says so');
    is(Client::echo($sock, '', eof => 1), '', 'until it has finished');
    is($d->wait_end, 0, 'that is the end');
    $d->finish;
}

# A third TERM, INT and QUIT stop at once.
for my $signals ([qw(TERM TERM)], ['INT'], ['QUIT']) {
    my $d = told(LONG);
    my $sock = $d->connect;
    is(Client::echo($sock, 'hello'), 'hello', 'a client');
    $d->look;
    for my $signal (@$signals) {
        $d->signal($signal);
        ok($d->wait_log(qr/: stopping (?:now|gracefully) /), "then $signal");
    }
    is(Client::receive_all($sock), '', 'the client is told');
    close $sock;
    is($d->wait_end, 0, 'it has stopped');
    ok($d->wait_log(qr/: stopping now /), 'at once');
    $d->finish;
}

# It ends by itself when its time is over.
{
    my $start = Clock::now();
    my $d = Echod->start(config => config(0.3));
    $d->look;
    my $told = Clock::now();
    $d->signal('TERM');
    is($d->wait_end, 0, 'nobody has to say more');
    cmp_ok(Clock::now() - $told, '>=', 0.3, 'it has waited');
    is($d->count_log(qr/: lame duck seconds=0\.300$/), 1, 'a line says for what');
    is($d->count_log(qr/: stopping gracefully /), 1, 'then it has stopped');
    $d->finish;
}

# A reload goes on as ever, and may change the time.
{
    my $d = told(LONG);
    $d->expect_log(qr/: error: reload failed/);
    $d->rewrite('backlog = "much";');
    like($d->reload, qr/: reload failed, nothing has changed: /, 'a bad file');
    ok(serves($d, 'hello'), 'changes nothing');
    $d->rewrite(config(LONG - 1));
    like($d->reload(from => $d->mark), qr/: reload done /, 'a good one');
    ok(serves($d, 'hello'), 'is in force');
    $d->look;
    $d->rewrite(config(0.1));
    $d->signal('HUP');
    is($d->wait_end, 0, 'with a short time it stops');
    is($d->count_log(qr/: reload done /), 2, 'when the file is in force');
    $d->finish;
}

# So does one that comes together with TERM: the master learns of both at once.
{
    my $d = Echod->start(config => config(LONG));
    Process::freeze($d->pid);
    $d->signal($_) for qw(TERM HUP CONT);
    ok($d->wait_log(qr/: lame duck seconds=/), 'TERM and HUP: a lame duck');
    ok($d->wait_log(qr/: reload done /), 'which reloads');
    ok(serves($d, 'hello'), 'and serves');
    $d->look;
    $d->signal('TERM');
    is($d->wait_end, 0, 'until a second TERM');
    $d->finish;
}

# A service manager is told at once, waits for both parts of the stop, and does
# not hear of a reload what it would take for the end of the stop.
{
    my $n = Notify->new;
    my $d = Echod->start(config => config(LONG),
        notify => $n,
        options => [ '-o', 'timeouts.drain=200' ]);
    my $grant = sub {
        my $usec = shift;
        return Clock::until(sub {
            grep { /^EXTEND_TIMEOUT_USEC=(\d+)$/m && abs($1 / 1e6 - $usec) < 100 }
                $n->messages;
        });
    };
    $n->wait_for(qr/^READY=1$/m);
    $n->mark;
    $d->signal('TERM');
    is($n->wait_for(qr/^STOPPING=1$/m),
        "STOPPING=1\nSTATUS=generation 1, busy 0/256, lame duck",
        'the manager hears of the stop');
    ok($grant->(LONG + 200), 'and waits for as long as it may take');
    $d->rewrite(config(1000));
    $d->reload;
    ok($grant->(1200), 'a reload changes that');
    is(scalar(grep { /READY|RELOADING/ } $n->messages), 1,
        'and is no start, of which there was one');
    $d->signal('TERM');
    ok($d->wait_log(qr/: stopping gracefully /), 'then it stops');
    $d->finish(unseen => 1);
}
done_testing;
