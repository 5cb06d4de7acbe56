# SPDX-License-Identifier: ISC
#
# If this fails, the metrics do not tell why connections ended, which were
# refused, what became of workers and of reloads; or a reload sets these metrics
# back to 0.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Snapshot;

my $listen = qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);
my $rest = 'access = { deny = [ "127.0.0.3" ]; max_per_source = 3; };';
my $d = Echod->start(log => 'notice',
    config => $listen . $rest . "\ntimeouts = { lifetime = 0.0; };\n",
    Snapshot::asked());
$d->expect_log(qr/: warning: refused reason=/, qr/: error: reload failed/,
    qr/: warning: worker died pid=\d+ signal=SIGKILL/,
    qr/: warning: .* before (?:it|they) served? anybody/);
my $before = Snapshot::of($d);

# grown(WHAT, KEY => N, ...): each of these has grown by so much, soon.
sub grown {
    my ($what, %wanted) = @_;
    my %got;
    Clock::until(sub {
        my %more = Snapshot::difference($before, Snapshot::of($d));
        %got = map { $_ => $more{$_} // 0 } keys %wanted;
        return !grep { $got{$_} != $wanted{$_} } keys %wanted;
    });
    return is_deeply(\%got, \%wanted, $what);
}

# Ends.
my $sock = $d->connect;
Client::echo($sock, 'x');
Client::reset($sock);
grown('a reset', 'closed.reset' => 1);
close(Client::connect('127.0.0.1', $d->port));
grown('an empty connection', 'connections.empty' => 1, 'closed.closed' => 1);
$sock = $d->connect;
Client::echo($sock, 'hello');
my $s = Snapshot::of($d);
is("$s->{oldest}{peer} $s->{oldest}{bytes_in}",
    '127.0.0.1:' . $sock->sockport . ' 5', 'the oldest one is known');
like(join("\n", Snapshot::request($d, 'metrics')),
    qr/^echod_workers\{state="busy"\} 1$/m, 'it makes a worker busy');
kill 'KILL', $s->{oldest}{pid};
grown('and dies with its worker', 'closed.died' => 1, 'exited.signal' => 1);
is(Snapshot::of($d)->{oldest}{pid}, 0, 'then there is none');

# Refusals.
Client::echo_once($d->port, 'x', local => '127.0.0.3');
grown('one who may not connect', 'refused.access' => 1);
my @many = map { $d->connect } 1 .. 3;
Client::echo($_, 'x') for @many;
Client::echo_once($d->port, 'x');
grown('one too many', 'refused.per_source' => 1);
close $_ for @many;
grown('the others end', 'closed.closed' => 4);

# Reloads, after which nothing begins anew.
$d->rewrite($listen . $rest . "\ntimeouts = { lifetime = 0.2; };\n");
$d->reload;
grown('a reload', 'reload.done' => 1);
is(Snapshot::of($d)->{service}{generation}, 2, 'puts the next generation in force');
$sock = $d->connect;
Client::echo($sock, 'x');
Client::receive_all($sock);
close $sock;
grown('an end by the clock', 'closed.lifetime' => 1, 'closed.closed' => 4);
$d->rewrite('nonsense');
$d->signal('HUP');
grown('a reload that fails', 'reload.failed' => 1);
$s = Snapshot::of($d);
is($s->{reload}{last_good}, 0, 'was the last one');
like($s->{reload}{last}, qr/^reload failed, nothing has changed: .*: syntax error$/,
    'with the sentence of the log');
cmp_ok($s->{reload}{last_at}, '>=', $s->{reload}{last_done_at}, 'and its time');

# All of it adds up.
ok(Clock::until(sub {
    my %now = Snapshot::difference($before, Snapshot::of($d));
    my $ended = 0;
    $ended += $now{$_} for grep { /^(?:closed|refused)\./ } keys %now;
    return $ended == $now{'connections.accepted'};
}), 'each connection has an end, or was refused');
$d->finish;
done_testing;
