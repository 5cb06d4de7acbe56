# SPDX-License-Identifier: ISC
#
# If this fails, a reload that changes the log to standard error, which echod
# in the background has closed, loses the log and reports success.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Namespace;
use Syslog;

Namespace::needs_dev();

sub config {
    my ($to, $ident) = @_;
    return qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { to = "$to"; ident = "$ident"; };\n);
}

my $syslog = Syslog->start;

# A line of this connection arrives in syslog; its length is its name.
sub line_arrives {
    my ($d, $n, $ident, $what) = @_;
    Client::echo_once($d->port, 'x' x $n);
    ok(Clock::until(sub {
        $syslog->count_log(qr/ $ident\[\d+\]: connection ended .*in_bytes=$n /);
    }), $what);
    return;
}

# HUP, and wait for that line in syslog.
sub reload {
    my ($d, $ident, $what) = @_;
    my $before = $syslog->count_log(qr/ $ident\[\d+\]: reload done /);
    my @old = $d->workers;
    $d->signal('HUP');
    ok(Clock::until(sub {
        $syslog->count_log(qr/ $ident\[\d+\]: reload done /) > $before;
    }, Clock::START), $what);
    # One that has not left yet may take a client, and log as it did before.
    Clock::until(sub { !grep { Echod::still_waits($_) } @old });
    return;
}

my $warning = qr/: log\.to has changed, which takes a restart$/;

sub warned {
    my ($n, $what) = @_;
    Clock::until(sub { $syslog->count_log($warning) >= $n });
    is($syslog->count_log($warning), $n, $what);
    return;
}

my $d = Echod->start(mode => 'background', config => config('syslog', 'one'));
line_arrives($d, 101, 'one', 'a line arrives in syslog');

$d->rewrite(config('stderr', 'two'));
reload($d, 'two', 'log.to = "stderr": the reload is done, as syslog says');
warned(1, 'a warning tells of the rest');
line_arrives($d, 102, 'two', 'lines arrive where they did before');

reload($d, 'two', 'the same once more');
warned(2, 'is warned of once more');
line_arrives($d, 103, 'two', 'and lines arrive');

$d->rewrite(config('syslog', 'three'));
reload($d, 'three', 'back to syslog');
is($syslog->count_log($warning), 2, 'is nothing to warn of');
line_arrives($d, 104, 'three', 'and lines arrive');
is(Files::slurp($d->dir . '/log'), '', 'nothing went to standard error');
$d->finish;

# Who kept standard error, because the log went there, has it for ever.
$d = Echod->start(mode => 'background', config => config('stderr', 'four'));
$d->rewrite(config('syslog', 'five'));
reload($d, 'five', 'a log on standard error goes to syslog');
line_arrives($d, 105, 'five', 'and lines arrive');
$d->rewrite(config('stderr', 'six'));
like($d->reload, qr/ six\[\d+\]: reload done /, 'and back again');
is($syslog->count_log($warning), 2, 'without a warning');
Client::echo_once($d->port, 'x' x 106);
ok($d->wait_log(qr/ six\[\d+\]: connection ended .*in_bytes=106 /),
    'and lines arrive there');
$d->finish;
done_testing;
