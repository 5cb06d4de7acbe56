# SPDX-License-Identifier: ISC
# rows: 48
#
# If this fails, a client whose address is of an unusual kind crashes its
# worker, is served against the access lists, or has a wrong address in the
# log.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Shim;

my $shim = Shim->build;

# Without an address, as the kernel reports one that is gone already.
my $d = Echod->start(env => $shim->env, log => 'debug');
$shim->on('no-peer');
is(Client::echo_once($d->port, 'hello'), 'hello', 'no address: served');
ok($d->wait_log(qr/: connection ended peer=unknown listener=/),
    'it is unknown, says the log');
$shim->off('no-peer');
is(Client::echo_once($d->port, 'hello'), 'hello', 'the next one as well');
$d->finish;

# Who knows whether it is one of those that are allowed, or refused?
for my $list ('allow = [ "127.0.0.0/8" ]', 'allow = [ "0.0.0.0/0", "::/0" ]') {
    $d = Echod->start(env => $shim->env, log => 'info', config =>
        qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        access = { $list; };\n));
    $shim->on('no-peer');
    isnt(Client::echo_once($d->port, 'hello') // '', 'hello',
        "no address and $list: refused");
    ok($d->wait_log(qr/: refused reason=access connections=1 peer=unknown/),
        'as the log says');
    $shim->off('no-peer');
    $d->finish;
}
done_testing;
