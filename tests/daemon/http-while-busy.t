# SPDX-License-Identifier: ISC
#
# If this fails, HTTP requests are not answered when the figures are needed
# most: while all workers are busy, during a reload or a stop, or when the log
# is stuck; or a load balancer sends clients to an echod that accepts none.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Http;
use Namespace;
use Shim;
use Syslog;

Http::needs();
Namespace::needs_dev();

use constant { AT_ONCE => 0.1, CLIENTS => 256 };

my $syslog = Syslog->start;
my $shim = Shim->build;
my $d = Echod->start(
    mode => 'background', env => $shim->env,
    options => ['-o', 'timeouts.drain=0', Http::OPTIONS],
    config => qq(listen = ( { address = "localhost"; port = 0; } );\n));
# port(WHAT): the port of that line of the log.
sub port {
    my ($what) = @_;
    return ($syslog->wait_log(qr/: $what on 127\.0\.0\.1 port (\d+)$/))[1];
}
my ($port, $echo) = map { port($_) } 'metrics', 'listening';

# said(PATH, STATUS, WHAT): that status, at once.
sub said {
    my ($path, $status, $what) = @_;
    my $r;
    for (1 .. 5) {
        $r = Http::get($port, $path);
        last if ($r->{seconds} // 99) < AT_ONCE;
    }
    is $r->{status}, $status, "$what: $path says $status";
    cmp_ok $r->{seconds}, '<', AT_ONCE * Clock::scale(), "$what: at once";
    return $r->{body};
}

said('/readyz', 200, 'at rest');

# Each client holds a worker.
my @held = map { Client::connect('127.0.0.1', $echo) } 1 .. CLIENTS;
syswrite $_, 'x' for @held;
is((grep { Client::receive($_, 1) eq 'x' } @held), CLIENTS,
    'all workers are busy');
like said('/metrics', 200, 'all busy'),
    qr/^echod_workers\{state="busy"\} @{[ CLIENTS ]}$/m, 'which is told';
said('/readyz', 200, 'all busy');

# The loader hangs in a name service.
$shim->on('hold-getaddrinfo');
$d->signal('HUP');
ok Clock::until(sub { $shim->entered('getaddrinfo') }), 'a reload is under way';
said('/metrics', 200, 'reloading');
said('/readyz', 200, 'reloading');
$shim->off('hold-getaddrinfo');
ok $syslog->wait_log(qr/: reload done/), 'it is done';

# The log daemon does not read, and lines are lost.
$syslog->freeze;
for (1 .. 20) {
    Client::reset(Client::connect('127.0.0.1', $echo));
    $d->signal('USR1');
}
said('/metrics', 200, 'a stuck log');
$syslog->thaw;

# Clients go on while echod waits for them.
$d->signal('TERM');
ok $syslog->wait_log(qr/: stopping gracefully/), 'it stops';
said('/readyz', 503, 'stopping');
is said('/healthz', 200, 'stopping'), "ok\n", 'and is healthy';
like said('/metrics', 200, 'stopping'),
    qr/^echod_service_state\{state="stopping"\} 1$/m, 'which is told';
is((grep { Client::echo($_, 'y') eq 'y' } @held), CLIENTS,
    'they are served as before');
close $_ for @held;
is $d->wait_end, 0, 'it ends';
is_deeply Http::get($port, '/healthz'), {}, 'and nobody answers any more';
$d->finish;
done_testing;
