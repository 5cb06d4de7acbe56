# SPDX-License-Identifier: ISC
# If this fails, a script that waits for a server continues too early, waits
# forever, or gets no error message.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Files;
use Peer;
use Server;

my $scale = Clock::scale();

# An address on which no other program listens while the server is down.
my $address = '127.77.0.2';

# Meanwhile two others try for a while: four times a second, and by default.
my $early = Server->start(fault => 'early');
my $every = Echoc::start(args => ['wait', '-i', '0.25', '-w', 1.5,
        $early->target]);
my $often = Server->start(fault => 'early');
my $usual = Echoc::start(args => ['wait', '-w', '0.55', $often->target]);

# Up: at once, and without a word.
my $server = Server->start;
my $r = Echoc::run(args => ['wait', $server->target]);
Echoc::same($r, 'up', status => 0, stdout => '', stderr => '');
cmp_ok($r->{seconds}, '<', 8 * $scale, '... at once');
is($server->connections, 1, '... with one connection');
for my $args (['-m', 'hello'], ['-e', '-m', '\x00\n'],
    ['-i', '10ms'], ['-w', '5']) {
    Echoc::same(Echoc::run(args => ['wait', @$args, $server->target]),
        "up: @$args", status => 0, stdout => '', stderr => '');
}

# That is what it sends.
my $peer = Peer->new;
my $client = Echoc::start(args => ['wait', '-m', 'is it you?',
    $peer->target]);
my $c = $peer->accept;
ok($c->take(10), 'it sends a message');
is($c->bytes, 'is it you?', '... this one');
ok($client->is_running, '... and waits for the echo');
$c->give(9);
ok(!$c->take(11, 0.02) && $client->is_running, '... of all of it');
$c->give(1);
Echoc::same($client->wait, '... which is enough', status => 0,
    stdout => '', stderr => '');

# The server comes later.
my $away = Server->start(address => $address, fault => 'refuse');
my $port = $away->port;
$client = Echoc::start(args => ['wait', '-w', 60, $away->target],
    timeout => 30);
ok(Clock::until(sub { slept($client) > 8 }), 'nobody is there: it tries again');
$away->stop;
my $begin = Clock::now();
$server = Server->start(address => $address, port => $port);
Echoc::same($client->wait, '... until somebody is', status => 0,
    stdout => '', stderr => '');
cmp_ok(Clock::now() - $begin, '<', 8 * $scale, '... and then soon');

# slept(CLIENT): how often it has gone to sleep, which it does between tries.
sub slept {
    my $status = Files::slurp('/proc/' . $_[0]->pid . '/status') // '';
    return $status =~ /^voluntary_ctxt_switches:\s*(\d+)/m ? $1 : 0;
}

# It accepts, but is not ready: the first try is cut, the second one works.
$server = Server->start(fault => 'reset', at => 0, only => 1);
$r = Echoc::run(args => ['wait', $server->target]);
Echoc::same($r, 'a reset, and then an echo', status => 0, stderr => '');
is($server->connections, 2, '... at the second try');
$server = Server->start(fault => 'flip', only => 1);
Echoc::same(Echoc::run(args => ['wait', $server->target]),
    'another echo, and then the right one', status => 0, stderr => '');
$server = Server->start(fault => 'silent', only => 1);
Echoc::same(Echoc::run(args => ['wait', '-W', '0.3', $server->target]),
    'silence, and then an echo', status => 0, stderr => '');

# Not in time: the status and the one line are those of the last failure.  All
# of them wait at the same time, or a few on a slow machine.
my $together = Clock::is_slow() ? 4 : 16;
my @late;
for (
    ['refuse', 4, {}],
    ['early', 7, { at => 3 }],
    ['reset', 7, { at => 3 }],
    ['flip', 6, { at => 3 }],
    ['silent', 5, {}],
    ['unread', 5, {}],
    ['accept_never', 5, {}],
    ['accept_never', 4, { full => 1 }],
) {
    my ($fault, $status, $more) = @$_;
    for my $form ([], ['-j']) {
        my $name = join ' ', $fault, %$more, @$form;
        my $bad = Server->start(fault => $fault, %$more);
        # Where the server answers it has to be given the time for that.
        my $answers = $fault =~ /^(?:early|reset|flip)$/;
        my $time = ($answers ? 1.5 : 0.8) * $scale;
        push @late, [$name, $form, $status, $answers, $time, $bad,
            Echoc::start(args => ['wait', '-w', $time, '-i', '50ms', '-W', 60,
                    @$form, $bad->target], timeout => 30)];
        look() if @late >= $together;
    }
}
look();

# look(): at what those of @late have come to.
sub look {
    while (my $run = shift @late) {
        my ($name, $form, $status, $answers, $time, $bad, $client) = @$run;
        $r = $client->wait;
        Echoc::same($r, "$name: status $status", status => $status,
            stderr => Echoc::error_line('127.0.0.1', $bad->port),
            @$form ? () : (stdout => ''));
        cmp_ok($r->{seconds}, '>=', $time - 0.1, "$name: not before its time");
        cmp_ok($r->{seconds}, '<', 15 * $scale, "$name: nor long after");
        cmp_ok($bad->connections, '>', 1, "$name: after several tries")
            if $answers;
        next unless @$form;
        my $json = Echoc::json($r->{stdout});
        is($json->{mode}, 'wait', "$name: the mode");
        is($json->{status}, $status, "$name: the status");
        like($r->{stderr}, qr/: \Q$json->{error}{message}\E\n/,
            "$name: the message");
        is($json->{target}{port}, $bad->port, "$name: with whom");
    }
    return;
}
for my $form ([], ['-j']) {
    $r = Echoc::run(args => ['wait', '-w', '0.5', @$form,
        'no-such-host.invalid:7'], timeout => 20);
    Echoc::same($r, "unknown host @$form: status 3", status => 3,
        stderr => Echoc::error_line('no-such-host.invalid', 7));
    is(Echoc::json($r->{stdout})->{status}, 3, '... and in the document')
        if @$form;
}

# It says how often it has tried.
$r = Echoc::run(args => ['wait', '-w', '0.5', Server->start(
    fault => 'refuse')->target]);
like($r->{stderr}, qr/: not ready after 500 ms, \d+ tr(?:y|ies); the last: /,
    'how often, and for how long');
like($r->{stderr}, qr/; the last: cannot connect: Connection refused\n\z/,
    '... and why it failed the last time');

# The address to come from may be set up yet: it is waited for.
$r = Echoc::run(args => ['wait', '-w', '0.5', '-I', '192.0.2.1',
    Server->start->target], timeout => 20);
Echoc::same($r, 'no such address of ours', status => 2, stdout => '',
    stderr => qr/\Aechoc: not ready after .*; the last: -I 192\.0\.2\.1: /);
cmp_ok($r->{seconds}, '>=', 0.4, '... not before its time');

# Success, for a program.
$server = Server->start(fault => 'early', only => 1);
$r = Echoc::run(args => ['wait', '-j', $server->target]);
is($r->{status}, 0, '-j: status 0');
is($r->{stderr}, '', '-j: and no error');
my $json = Echoc::json($r->{stdout});
is($json->{status}, 0, '-j: the status');
is($json->{error}, undef, '-j: and no error in it');
is($json->{tries}, 2, '-j: how often it tried');
cmp_ok($json->{total_time_us}, '>', 0, '-j: and how long');
my $file = Files::new_name();
$r = Echoc::run(args => ['wait', '-o', $file, $server->target]);
Echoc::same($r, '-o FILE', status => 0, stdout => '', stderr => '');
is(Echoc::json(Files::slurp($file))->{status}, 0, '... the document is there');

# The time between two tries, from one to the next.
$usual->wait;
cmp_ok($often->connections, '<=', 7, 'else ten a second');
$every->wait;
# One more may come just before the end.
cmp_ok($early->connections, '<=', 8, '-i: not more often');
cmp_ok($early->connections, '>=', 2, '-i: but again');

# Both ends of it.
for my $signal (qw(INT TERM)) {
    # A server of its own, without other connections in its queue.
    my $there = Server->start(fault => 'early');
    $client = Echoc::start(args => ['wait', '-i', 60, '-w', 600,
        $there->target]);
    Clock::until(sub { $there->connections });
    $client->signal($signal);
    $begin = Clock::now();
    Echoc::same($client->wait, "$signal between two tries", status => 130,
        stdout => '', stderr => qr/\Aechoc: [^\n]+\n\z/);
    cmp_ok(Clock::now() - $begin, '<', 8 * $scale, '... at once');
}
$server = Server->start(fault => 'silent');
$client = Echoc::start(args => ['wait', '-j', '-W', 60, '-w', 600,
    $server->target]);
Clock::until(sub { $server->connections });
$client->signal('INT');
$r = $client->wait;
is($r->{status}, 130, 'INT amid a try');
is(Echoc::json($r->{stdout})->{status}, 130, '... and in the document');

# A mistake is one at once.
for (['-i', '0'], ['-w', '0'], ['-w', 'x'], ['-c', 1], ['-I', 'no-such-one'],
    ['-4', '-6']) {
    $r = Echoc::run(args => ['wait', @$_, $early->target]);
    Echoc::same($r, "@$_ is a mistake", status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]+\n/);
    cmp_ok($r->{seconds}, '<', 8 * $scale, '... found at once');
}
done_testing;
