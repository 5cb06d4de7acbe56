# SPDX-License-Identifier: ISC
# rows: 114
#
# If this fails, echod does not start on a kernel that was built or booted
# without IPv6, although a wildcard or a name has IPv4 addresses too; or it
# starts without an IPv6 address that was configured as a number.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Process;
use Shim;

my $shim = Shim->build;
$shim->on('no-ipv6');

for my $address ('', '*') {
    my $d = Echod->start(
        config => qq(listen = ( { address = "$address"; port = 0; } );\n),
        env    => $shim->env,
        log    => 'notice',
    );
    is_deeply([ map { s/:\d+$//r } keys %{ Process::listeners($d->pid) } ],
        ['0.0.0.0'], qq("$address" is every IPv4 address));
    is($d->count_log(qr/ echod\[\d+\]: skipped \[::\]:0\b/),
        1, 'the log has a notice of the one that is not there');
    is(Client::echo_once($d->port, 'x'), 'x', 'it answers');
    like($d->reload, qr/: reload done /, 'it can be reloaded');
    is(Client::echo_once($d->port, 'x'), 'x', 'and answers');
    $d->finish;
}

# A literal is meant.
for my $address ('::1', '::') {
    my ($status, undef, $text) = Echod->run(
        args => [ '-F', '-l', '127.0.0.1:0', '-l', "[$address]:0" ],
        env  => $shim->env);
    is($status, 69, "the literal $address cannot be bound: status 69");
    like($text, qr/\Q[$address]\E.*not supported/, 'it is named');
}
done_testing;
