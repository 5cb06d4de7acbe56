# SPDX-License-Identifier: ISC
# If this fails, a client finds an echo server where no server listens: the
# kernel may choose the port of the server as the local port and connect the
# socket to itself, and then all bytes come back.
use strict;
use warnings;

use Test::More;
use Echoc;
use Machine;
use Namespace;
use Server;

# A network of its own each time, where there is only one local port, so that
# it is always chosen.
use constant PORT => 50_001;

sub new_network {
    skip('no private network here', 1) unless Namespace::network();
    my $file = '/proc/sys/net/ipv4/ip_local_port_range';
    open my $fh, '>', $file or skip("$file: $!", 1);
    print $fh PORT . ' ' . PORT . "\n";
    close $fh or skip("$file: $!", 1);
    return;
}

my @addresses = ('127.0.0.1', Machine::has_ipv6() ? '[::1]' : ());
SKIP: {
    for (
        ['the transcript', 4],
        ['send', 4, 'send', '-m', 'x'],
        ['send, of several addresses', 4, 'send', '-m', 'x', '--resolve',
            'x:' . PORT . ':127.0.0.1', '--resolve', 'x:' . PORT . ':::1'],
        ['wait', 4, 'wait', '-w', '0.3s', '-i', '10ms'],
        ['ping', 1, 'ping', '-c', 3, '-i', '10ms'],
        ['ping --reconnect', 1, 'ping', '-c', 3, '-i', '10ms', '--reconnect'],
        ['bench', 4, 'bench', '-c', 1, '-n', 10],
        ['bench, an open loop', 4, 'bench', '-c', 1, '-R', 100, '-n', 10],
    ) {
        my ($name, $status, @args) = @$_;
        my $several = "@args" =~ /--resolve/;
        for my $address ($several ? 'x' : @addresses) {
            my $what = "$name, $address";
            new_network();
            my $r = Echoc::run(args => [@args, "$address:" . PORT]);
            is($r->{status}, $status, "$what: status $status")
                or diag($r->{stderr}, $r->{stdout});
            like("$r->{stdout}$r->{stderr}", qr/connection refused/i,
                "$what: nobody is there");

            # It leaves the port to its server.
            my $server = eval { Server->start(port => PORT,
                    address => $address =~ /:/ ? '::1' : '127.0.0.1') };
            ok($server, "$what: a server can begin") or diag($@);
        }
    }
}
done_testing;
