# SPDX-License-Identifier: ISC
# If this fails, the server is blamed when the machine of the client has no
# local ports left.  For bench see bench-respects-limits.t.
use strict;
use warnings;

use Test::More;
use Client;
use Echoc;
use Namespace;
use Server;

# There is one, and that is in use.
use constant PORT => 50_001;

SKIP: {
    skip('no private network here', 1) unless Namespace::network();
    my $server = Server->start(port => 40_001);
    my $file = '/proc/sys/net/ipv4/ip_local_port_range';
    open my $fh, '>', $file or skip("$file: $!", 1);
    print $fh PORT . ' ' . PORT . "\n";
    close $fh or skip("$file: $!", 1);
    my $in_use = Client::connect('127.0.0.1', $server->port)
        or die "the only port: $@\n";
    is($in_use->sockport, PORT, 'the only port is in use');

    for (
        ['the transcript'], ['send', 'send', '-m', 'x'],
        ['send of several addresses', 'send', '-m', 'x',
            '--resolve', '127.0.0.1:40001:127.0.0.1'],
        ['wait', 'wait', '-w', '0.3s'],
    ) {
        my ($name, @args) = @$_;
        for my $json ([], ['-j']) {
            my $what = "$name @$json";
            my $r = Echoc::run(args => [@args, @$json, $server->target]);
            Echoc::same($r, "$what: status 8", status => 8, stderr =>
                qr/^echoc: 127\.0\.0\.1 port 40001: [^\n]*[Cc]annot assign/m);
            next unless @$json;
            my $document = Echoc::json($r->{stdout});
            is($document->{status}, 8, "$what: and in the document");
            is($document->{error}{kind}, 'limit', "$what: with its kind");
        }
    }
    my $r = Echoc::run(args => ['ping', '-c', 1, $server->target]);
    like($r->{stdout}, qr/out of local ports/, 'ping: a loss has this reason');

    # An address of the client has ports of its own.
    Echoc::same(Echoc::run(args => ['send', '-m', 'x', '-I', '127.0.0.5',
            $server->target]),
        'from another address: status 0', status => 0, stdout => 'x');
}
done_testing;
