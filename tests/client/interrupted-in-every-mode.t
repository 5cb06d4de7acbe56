# SPDX-License-Identifier: ISC
# If this fails, Ctrl-C does not end a client, or the client does not report
# what it had done.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Machine;
use Server;

# told(RESULT, COUNTS, NAME): one line says how far it was, at the end.
sub told {
    my ($r, $counts, $name) = @_;
    is($r->{status}, 130, "$name: status 130") or diag($r->{stderr});
    my @errors = grep { /^echoc: / } split /\n/, $r->{stderr};
    is(scalar(@errors), 1, "$name: one error line") or diag($r->{stderr});
    like($errors[0] // '',
        qr/^echoc: 127\.0\.0\.1 port \d+: interrupted$counts$/,
        "$name: which says how far it was");
    return;
}

# The transcript of a server that does not answer, and with a document.
my $silent = Server->start(fault => 'silent');
for my $signal (qw(INT TERM)) {
    for my $json ([], ['-j']) {
        my $name = "transcript, $signal @$json";
        my $client = Echoc::start(args => [@$json, $silent->target]);
        ok(Clock::until(sub { $client->stderr_so_far =~ /^sending "/m }),
            "$name: it waits");
        $client->signal($signal);
        my $r = $client->wait;
        told($r, ': 0 of 42 bytes came back', $name);
        like($r->{stderr}, qr/^closing socket$/m,
            "$name: the socket is closed");
        next if !@$json;
        my $document = Echoc::json($r->{stdout});
        is($document->{error}{kind}, 'interrupted', "$name: the document, too");
        is($document->{status}, 130, "$name: with the status");
    }
}

# send, amid its input.
my $server = Server->start;
for my $json ([], ['-j']) {
    pipe my $in, my $out or die "pipe: $!\n";
    my $name = "send @$json";
    my $before = $server->connections;
    my $client = Echoc::start(args => ['send', @$json, $server->target],
        stdin => $in);
    close $in;
    syswrite $out, 'hello';
    ok(Clock::until(sub {
        return @$json ? $server->connections > $before
            : $client->stdout_so_far eq 'hello';
    }), "$name: something came back");
    $client->signal('INT');
    my $r = $client->wait;
    # The server may know of the connection before the client does.
    told($r, @$json ? qr/: \d of \d bytes came back| while connecting/
        : ': 5 of 5 bytes came back', $name);
    if (@$json) {
        is(Echoc::json($r->{stdout})->{error}{kind}, 'interrupted',
            "$name: one document");
    } else {
        is($r->{stdout}, 'hello', "$name: which was printed");
    }
    close $out;
}

# A client that hangs in a write is killed by the second one.
SKIP: {
    skip 'ThreadSanitizer keeps signals back until a write has ended', 3
        if Machine::has_thread_sanitizer();
    pipe my $in, my $out or die "pipe: $!\n";
    my $client = Echoc::start(args => ['ping', '-i', '10us', $server->target],
        stdout => $out);
    close $out;
    my ($last, $looks) = (-1, 0);
    # Full: what can be read does not become more, as it waits for room.
    ok(Clock::until(sub {
        my $bytes = pack 'L', 0;
        ioctl $in, 0x541B, $bytes or return 1;    # FIONREAD
        my $now = unpack 'L', $bytes;
        my $same = $now == $last && $now > 2000
            && Echoc::in_write($client->pid);
        $last = $now;
        $looks = $same ? $looks + 1 : 0;
        return $looks >= 20;
    }), 'nobody reads what ping says');
    ok(Clock::until(sub {
        $client->signal('INT');
        return !$client->is_running;
    }), 'asked more than once, it goes');
    is($client->wait->{status}, 'signal 2', 'killed by it');
}
done_testing;
