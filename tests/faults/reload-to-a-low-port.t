# SPDX-License-Identifier: ISC
# rows: 117
#
# If this fails, a port below 1024 cannot be added by a reload, because the
# master has given up the right to bind it; or the master needs other rights for
# it, too.
#
# root: binds a low port in a network of its own
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Machine;
use Namespace;

Machine::needs('root', 'setpriv');
Namespace::needs_network();

sub config {
    return 'listen = ( ' . join(', ', map {
        qq({ address = "127.0.0.1"; port = $_; })
    } @_) . " );\n";
}

# With just the capabilities that the manual asks for.
my $d = Echod->start(log => 'notice', config => config(0), prefix => [
    'setpriv', '--inh-caps=-all',
    '--bounding-set=-all,+net_bind_service,+setuid,+setgid,+sys_chroot,+kill',
]);
for my $port (7, 1) {
    $d->rewrite(config(0, $port));
    like($d->reload, qr/reload done .*listeners=2/, "port $port is added");
    is(Client::echo_once($port, 'x'), 'x', 'and serves');
}
$d->rewrite(config(0));
like($d->reload, qr/reload done .*listeners=1/, 'it is removed');
is(Client::echo_once($d->port, 'x'), 'x', 'the others serve');
$d->finish;

# Without the right to, nothing changes.
my $e = Echod->start(log => 'notice', config => config(0), prefix => [
    'setpriv', '--inh-caps=-all',
    '--bounding-set=-all,+setuid,+setgid,+sys_chroot,+kill',
]);
$e->rewrite(config(0, 7));
$e->expect_log(qr/: error: reload failed, nothing has changed: /);
like($e->reload, qr/reload failed.*127\.0\.0\.1:7: Permission denied/,
    'without the capability the port is named');
is(Client::echo_once($e->port, 'x'), 'x', 'and the others serve');
$e->finish;
done_testing;
