# SPDX-License-Identifier: ISC
# rows: 101
#
# If this fails, a root that cannot drop its privileges, or cannot signal
# processes that have dropped them, starts a server that cannot be stopped or
# trusted.
use strict;
use warnings;

use Test::More;

use Machine;

Machine::needs('root');
my @args = ('-F', '-l', '127.0.0.1:0');

sub refused {
    my ($what, $reason, @command) = @_;
    my $out = `timeout 30 @command $Machine::ECHOD @args 2>&1`;
    is($? >> 8, 77, "$what: status 77");
    like($out, $reason, "$what: the reason");
    unlike($out, qr/: ready /, "$what: never ready");
}

SKIP: {
    skip 'no setpriv', 3 unless Machine::has('setpriv');
    refused('without CAP_KILL', qr/^echod: cannot signal the workers: /m,
        'setpriv', '--bounding-set=-kill');
}
SKIP: {
    skip 'no user namespaces here', 3
        if system('unshare -Ur true 2>/dev/null') != 0;
    # In a user namespace root has only one user to be.
    refused('without other users', qr/: error: cannot become gid \d+: /,
        'unshare', '-Ur');
}
done_testing;
