# SPDX-License-Identifier: ISC
# If this fails, ping keeps trying an address where no server listens, although
# its name has another address with a server.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use EchocPing;
use Server;

# Addresses on which no other program listens.
my ($one, $two, $three) = map { "127.77.5.$_" } 1 .. 3;
my $port;

# server(ADDRESS): one there, on the port of the first one.
sub server {
    my $server = Server->start(address => $_[0], port => $port // 0);
    $port //= $server->port;
    return $server;
}

# ping(ARGUMENTS): of a name that has all three addresses.
sub ping {
    return EchocPing::start(args => ['-i', '30ms', '-W', 20,
            (map { ('--resolve', "several.example:$port:$_") }
            $one, $two, $three), @_, "several.example:$port"], timeout => 30);
}

# answers(CLIENT, ADDRESS): that many come from there, after what there is.
sub answers {
    my ($client, $address, $name) = @_;
    my $before = length $client->stdout_so_far;
    ok(Clock::until(sub {
        my $text = substr $client->stdout_so_far, $before;
        return () = $text =~ /bytes from \Q$address\E: (?=.*\n)/g;
    }), $name) or diag($client->stdout_so_far);
    return;
}

sub end {
    my $client = shift;
    $client->signal('INT');
    my $r = EchocPing::end($client);
    is($r->{status}, 0, '... which is a success');
    return $r;
}

# A port that is ours on one of them.
my $first = server($one);
for my $mode ([], ['--reconnect']) {
    # At first there is no server; later there is one, at another address.
    $first->stop;
    my $client = ping(@$mode);
    ok(EchocPing::seen($client, qr/seq=2 connection refused/),
        "@$mode: nobody is there");
    my $second = server($two);
    answers($client, $two, '... but then at the second address');

    # That one goes, and the third comes.
    my $third = server($three);
    $second->stop;
    answers($client, $three, '... and then at the third');

    # It stays with the one that works, and comes back to it.
    $first = server($one);
    my @before = map { $_->connections } $first, $third;
    $third->stop;
    answers($client, $one, '... and then at the first');
    $second = server($two);
    answers($client, $one, '... and there it stays');
    is($second->connections, 0, '... without asking the others');
    my $r = end($client);
    my @losses = grep { $_->[1] !~ /^connection / } EchocPing::losses($r);
    is(scalar(@losses), 0, '... and all losses are by connections')
        or diag($r->{stdout});
}

# The load of bench stays where it began: figures of two servers would be
# those of none.
my $second = server($two);
my $client = Echoc::start(args => ['bench', '-j', '-c', 2, '-d', 30, '-W',
        1, '--progress', 'plain', '--interval', '50ms',
        (map { ('--resolve', "several.example:$port:$_") } $one, $two),
        "several.example:$port"], timeout => 30);
ok(Clock::until(sub { $client->stderr_so_far =~ /err 0\n/ }), 'bench runs');
$first->stop;
ok(Clock::until(sub { $client->stderr_so_far =~ /(?:.* 0\/s .*\n){3}/ }),
    '... until its server is gone');
$client->signal('INT');
my $r = $client->wait;
my $json = Echoc::json($r->{stdout});
is($r->{status}, 1, '... which is a failure');
is($json->{target}{address}, $one, '... of the address that is named');
ok($json->{connect}{reconnects_failed}{refused}, '... where nobody is');
is($second->connections, 0, '... and of no other');
done_testing;
