# SPDX-License-Identifier: ISC
#
# If this fails, a client whose IPv4 address comes written as IPv6, as on a
# socket that a service manager has opened for both, passes the access list, or
# has connections of its own beside those of its plain address.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Shim;

my $shim = Shim->build;

my $d = Echod->start(env => $shim->env, log => 'info', options => [
    '-o', 'timeouts.defer_accept=0', '-o', 'access.max_per_source=2',
    '-o', 'access.deny=127.0.0.2' ]);
$d->expect_log(qr/: warning: refused reason=max_per_source /);

sub served {
    my ($from) = @_;
    my $sock = $d->connect(0, LocalHost => $from);
    return Client::echo($sock, 'x') eq 'x' ? $sock : undef;
}

my $plain = served('127.0.0.1');
ok($plain, 'a plain address');
$shim->on('mapped-accept4');
my $mapped = served('127.0.0.1');
ok($mapped, 'the same written as IPv6');
ok(!served('127.0.0.1'), 'are two of one network');
ok(!served('127.0.0.2'), 'an address that is denied is denied');
ok($d->wait_log(qr/: refused reason=access connections=1 peer=127\.0\.0\.2:\d+$/),
    'the log has it as IPv4');
$shim->off('mapped-accept4');
ok(!served('127.0.0.1'), 'and no third one as a plain address');
close $mapped;
ok($d->wait_log(qr/: connection ended peer=127\.0\.0\.1:\d+ /),
    'so has the line of its end');
ok(served('127.0.0.1'), 'after which another one is served');
close $plain;
$d->finish;
done_testing;
