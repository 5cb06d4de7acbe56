# SPDX-License-Identifier: ISC
#
# If this fails, a load balancer or a monitor that only connects, to see whether
# somebody listens, fills the log of its operator with a line each time.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Snapshot;

use constant PROBES => 10;

# Without defer_accept a worker has a client before it sends, so that it is told
# of a reset.
my $at_once = Echod::DEFAULT_CONFIG . "timeouts = { defer_accept = 0; };\n";

# A probe connects and goes, by a FIN or by a reset.  A reset that comes before
# the accept would be no connection at all.
sub probe {
    my ($d, $how) = @_;
    my $sock = $d->connect or die "cannot connect: $@";
    return close $sock if $how eq 'closed';
    Clock::until(sub { $d->busy_workers }) or die 'no worker took it';
    return Client::reset($sock);
}

my $d = Echod->start(config => $at_once, Snapshot::asked());
probe($d, $_) for ('closed') x PROBES, 'reset';

# Who sends something, or stays in silence, is no probe.
is(Client::echo_once($d->port, 'hello'), 'hello', 'a client with a message');
$d->rewrite($at_once =~ s/0; };/0; idle = 0.2; };/r);
like($d->reload, qr/: reload done /, 'a reload sets a limit for silence');
my $silent = $d->connect;
is(Client::receive_all($silent), '', 'one that says nothing is sent away');
close $silent;
ok($d->wait_log(qr/: connection ended .*in_bytes=5 .* reason=closed$/),
    'has a line at level info');
ok($d->wait_log(qr/: connection ended .*in_bytes=0 .* reason=idle$/),
    'and so has that');
ok(Clock::until(sub { !$d->busy_workers }), 'all have gone');
is(Snapshot::of($d)->{connections}{empty}, PROBES + 1, 'probes are counted');
$d->signal('USR1');
ok($d->wait_log(qr/: status connections=${\(PROBES + 3)} empty=${\(PROBES + 1)} /),
    'also in the report for USR1');
is($d->count_log(qr/: connection ended /), 2, 'and no probe has one');
$d->finish;

my $debug = Echod->start(config => $at_once, log => 'debug');
for my $how (qw(closed reset)) {
    probe($debug, $how);
    ok($debug->wait_log(
        qr/: connection ended .*in_bytes=0 out_bytes=0 .* reason=$how$/),
        "$how: the line is there at level debug");
}
$debug->finish;
done_testing;
