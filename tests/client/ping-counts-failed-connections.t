# SPDX-License-Identifier: ISC
# If this fails, the output of ping for programs does not count connections
# that failed at once.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocPing;
use Server;

# Seconds.  A client that is slower than that makes one connection for two probes.
my $interval = 0.05 * Clock::scale();

# ping(NAME, TARGET, ARGUMENTS, REASON): each probe is lost by that, and by a
# connection of its own.
sub ping {
    my ($name, $target, $args, $reason) = @_;
    my $r = EchocPing::run(args => ['-j', '-c', 3, '-i', $interval, '-W', 20,
            @$args, $target], timeout => 40);
    is($r->{status}, 1, "$name: status 1") or diag($r->{stderr});
    my @records = EchocPing::records($r->{stdout});
    my @why = map { $_->{reason} } EchocPing::typed('loss', @records);
    is("@why", "$reason $reason $reason", "$name: each probe has its loss");
    my ($sum) = EchocPing::typed('summary', @records);
    is($sum->{failed_connections}, 3, "$name: and its failed connection");
    is($sum->{lost}, 3, "$name: and is lost");
    return;
}

# Connecting to a broadcast address fails without a packet.
ping('a broadcast', '255.255.255.255:9', [], 'unreachable');
ping('a broadcast, --reconnect', '255.255.255.255:9', ['--reconnect'],
    'unreachable');
my $server = Server->start(fault => 'refuse');
ping('refused', $server->target, [], 'refused');
ping('refused, --reconnect', $server->target, ['--reconnect'], 'refused');

# And none where there is none.
$server = Server->start;
my $r = EchocPing::run(args => ['-j', '-c', 3, '-i', $interval, '-W', 20,
        $server->target], timeout => 40);
my ($sum) = EchocPing::typed('summary', EchocPing::records($r->{stdout}));
is($sum->{failed_connections}, 0, 'a good server: none has failed');
done_testing;
