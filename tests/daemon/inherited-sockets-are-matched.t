# SPDX-License-Identifier: ISC
#
# If this fails, sockets that a service manager passes are not served, or echod
# opens another one for an address that it was passed.
use strict;
use warnings;

use Test::More;

use Activation;
use Client;
use Echod;
use Process;

# entries(SOCKET_OR_ADDRESS...): the setting `listen` for them.
sub entries {
    return 'listen = ( ' . join(', ', map {
        my ($address, $port) = ref $_ ? ($_->sockhost, $_->sockport) : ($_, 0);
        qq({ address = "$address"; port = $port; })
    } @_) . " );\n";
}

# Two that are listed, one that is not, and one entry that nobody passes.
my @passed = map { Activation::listener($_) } '127.0.0.1', '127.0.0.2',
    '127.0.0.3';
my $d = Echod->start(Activation::pass(\@passed, names => 'a:b"b:'),
    config => entries(@passed[0, 1], '127.0.0.4'), log => 'notice');
my @ports = map { $_->sockport } @passed;
is($d->count_log(qr/: listening on 127\.0\.0\.1 port $ports[0] \(inherited as "a"\)$/),
    1, 'a socket that is listed is served under its name');
is($d->count_log(qr/: listening on 127\.0\.0\.2 port $ports[1] \(inherited as "b\\"b"\)$/),
    1, 'as is another, whose name is no danger to the log');
is($d->count_log(
    qr/: listening on 127\.0\.0\.3 port $ports[2] \(inherited, not in `listen`\)$/),
    1, 'one that is not listed is served, and said to be so');
is($d->count_log(qr/: listening on 127\.0\.0\.4 port \d+$/), 1,
    'what was not passed is opened');
for my $i (0 .. 2) {
    is(Client::echo_once($ports[$i], "to $i", host => $passed[$i]->sockhost),
        "to $i", "socket $i answers");
}
is(Client::echo_once($d->port_of('127.0.0.4'), 'own', host => '127.0.0.4'),
    'own', 'and so does the one that echod has opened');
my %open = %{ Process::listeners($d->pid) };
is(scalar(keys %open), 4, 'and there are no more');
$d->signal('USR1');
$d->wait_log(qr/status connections=/);
is($d->count_log(qr/ status listener=\S+ .* origin=inherited$/), 3,
    'the status tells which are inherited');
is($d->count_log(qr/ status listener=\S+ .* origin=own$/), 1,
    'and which are not');

# A reload finds them where they are.
like($d->reload, qr/reload done .*listeners=4/, 'a reload keeps them');
is_deeply(Process::listeners($d->pid), \%open, 'and they are the same sockets');
@passed = ();
$d->finish;

# With an empty list there is nothing but what was passed.
my $only = Activation::listener('127.0.0.1');
$d = Echod->start(Activation::pass([$only]), config => "listen = [];\n",
    log => 'notice');
is_deeply([values %{ Process::listeners($d->pid) }],
    [(grep { $_ } values %{ Process::listeners($$) })[0]],
    'listen = [] is for what was passed alone');
is(Client::echo_once($only->sockport, 'x'), 'x', 'which is served');
undef $only;
$d->finish;

done_testing;
