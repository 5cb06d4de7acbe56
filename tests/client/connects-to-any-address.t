# SPDX-License-Identifier: ISC
# If this fails, echoc does not find the address of a name that answers, or
# finds it late.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Machine;
use Peer;
use Server;

my $scale = Clock::scale();

# Addresses of this host that no other test uses, so that nobody else listens
# on the port there.
my @four = map { "127.77.1.$_" } 1 .. 7;
my $has_six = Machine::has_ipv6();

# place(FAULT...): one server each on the addresses, all on one port.
#   good    it echoes
#   refuse  nothing listens
#   hole    a SYN is not answered
# An address of IPv6 may be asked for as "ADDRESS FAULT".
my $port;

sub place {
    my @wanted = @_;
    my @free = @four;
    for my $attempt (1 .. 20) {
        my @servers;
        $port = 0;
        my $done = eval {
            my @left = @free;
            for (@wanted) {
                my ($address, $what) = /(\S+) (\S+)/
                    ? ($1, $2) : (shift @left, $_);
                push @servers, Server->start(
                    address => $address,
                    port => $port,
                    $what eq 'hole' ? (fault => 'accept_never', full => 1)
                    : $what eq 'good' ? () : (fault => $what),
                );
                $port = $servers[-1]->port;
            }
            1;
        };
        return @servers if $done;
        die $@ if $attempt == 20 || $@ !~ /in use/i;
    }
}

# resolve(SERVER...): the options that give them as the addresses of a name.
sub resolve {
    return map { ('--resolve', "several.example:$port:" . $_->host) } @_;
}

# begin(ARGUMENTS): one that sends to the name.
sub begin {
    return Echoc::start(args => ['send', '-j', '-m', 'x', @_,
        "several.example:$port"], timeout => 30);
}

# sent(NAME, SERVER, ARGUMENTS or CLIENT): it ends there, by JSON.
sub sent {
    my ($name, $there, @args) = @_;
    my $r = (ref $args[0] ? $args[0] : begin(@args))->wait;
    is($r->{status}, 0, "$name: it comes back") or diag($r->{stderr});
    my $json = Echoc::json($r->{stdout});
    is($json->{target}{address}, $there->host, "$name: from there");
    return $r;
}

# quickest(LIMIT, ...): the same, several times on a busy machine, and the
# quickest of them.
sub quickest {
    my ($limit, @arguments) = @_;
    my $best;
    for (1 .. 10) {
        my $r = sent(@arguments);
        $best = $r if !$best || $r->{seconds} < $best->{seconds};
        last if $best->{seconds} < $limit;
    }
    return $best;
}

# failed(NAME, ARGUMENTS): no address can be connected to.
sub failed {
    my ($name, @args) = @_;
    return in_vain($name, begin_text(@args));
}

sub begin_text {
    return Echoc::start(args => ['send', '-m', 'x', @_,
        "several.example:$port"], timeout => 30);
}

# in_vain(NAME, CLIENT, PORT): the same of one that has begun.
sub in_vain {
    my ($name, $client, $at) = @_;
    my $r = $client->wait;
    Echoc::same($r, "$name: status 4", status => 4, stdout => '',
        stderr => Echoc::error_line('several.example', $at // $port));
    return $r;
}

# A refusal leads on at once, by far sooner than the delay.
my @long = ('--happy-eyeballs-delay', 20, '-W', 60);
my $soon = 5 * $scale;
my @servers = place(qw(refuse good));
my $r = sent('the first refuses', $servers[1], @long, resolve(@servers));
cmp_ok($r->{seconds}, '<', $soon, '... at once');
is($servers[1]->connections, 1, '... with one connection');
@servers = place(qw(refuse refuse refuse good refuse));
$r = sent('three refuse', $servers[3], @long, resolve(@servers));
cmp_ok($r->{seconds}, '<', $soon, '... at once');
for my $mode (['ping', '-c', 1], ['wait'], ['bench', '-n', 10, '-c', 2], []) {
    Echoc::same(Echoc::run(args => [@$mode, @long, resolve(@servers),
        "several.example:$port"], timeout => 30),
        "the same of echoc @$mode", status => 0);
}
$r = Echoc::run(args => ['ping', '-c', 1, @long, resolve(@servers),
    "several.example:$port"]);
like($r->{stdout},
    qr/^ECHO several\.example \(\Q${\ $servers[3]->host}\E\) port $port: /,
    'the header of ping has the address');

# The two families of a name, one of which has no server.
SKIP: {
    skip 'no ::1 here', 1 unless $has_six;
    @servers = place('::1 refuse', 'good');
    $r = sent('IPv4 only', $servers[1], @long, resolve(@servers));
    cmp_ok($r->{seconds}, '<', $soon, '... at once');
    @servers = place('good', '::1 refuse');
    sent('IPv4 first', $servers[0], @long, resolve(@servers));
    @servers = place('refuse', '::1 good');
    $r = sent('IPv6 only', $servers[1], @long, resolve(@servers));
    cmp_ok($r->{seconds}, '<', $soon, '... at once');

    # No way there with the one that comes first.
    @servers = place('::1 hole', 'good');
    $r = quickest($scale, 'IPv6 is silent', $servers[1], resolve(@servers));
    cmp_ok($r->{seconds}, '>=', 0.24, '... it had its time');
    cmp_ok($r->{seconds}, '<', $scale, '... and not more');

    # They take turns: the second of one family comes after the first of the
    # other.
    @servers = place('refuse', 'good', '::1 good');
    sent('the families take turns', $servers[2], @long, resolve(@servers));

    # Only one of them is to be used.
    @servers = place('good', '::1 good');
    sent('-4', $servers[0], '-4', resolve(reverse @servers));
    sent('-6', $servers[1], '-6', resolve(@servers));
    @servers = place('refuse', '::1 good');
    failed('-4, and it refuses', '-4', resolve(@servers));
    is($servers[1]->connections, 0, '... the other is not tried');
}

# One that does not answer is given a quarter of a second.
my ($refuse, $good, @holes) =
    (place(qw(hole hole hole hole hole refuse good)))[5, 6, 0 .. 4];
$r = quickest($scale, 'the first is silent', $good, resolve($holes[0], $good));
cmp_ok($r->{seconds}, '>=', 0.24, '... it had its time');
cmp_ok($r->{seconds}, '<', $scale, '... and not more');
$r = quickest(0.24 * $scale, 'a shorter time', $good,
    resolve($holes[0], $good), '--happy-eyeballs-delay', '10ms');
cmp_ok($r->{seconds}, '<', 0.24 * $scale, '... is shorter');

# All of them have their turn within -W.
my @last = map { [$_->[0], Echoc::start(args => [@$_, '-W', $scale,
        '--happy-eyeballs-delay', 60, resolve(@holes[0, 1], $good),
        "several.example:$port"], timeout => 30)] }
    ['send', '-m', 'x'], ['ping', '-c', 1], ['wait'];
for (@last) {
    my ($mode, $client) = @$_;
    $r = $client->wait;
    is($r->{status}, 0, "echoc $mode: the last of three, before -W is over")
        or diag($r->{stderr});
}

# Those that take their time do so together.
my @some = ('--happy-eyeballs-delay', 1.5 * $scale, '-W', 90);
my @nobody = ('--resolve', "several.example:$port:255.255.255.255");
my $longer = begin(resolve($holes[0], $good), '--happy-eyeballs-delay', '1s');
my $two = begin(resolve(@holes[0, 1], $good));
my $refused = begin(resolve($holes[0], $refuse, $good), @some);
my $unreachable = begin(resolve($holes[0]), @nobody, resolve($good), @some);
my $silent = begin_text('-W', '0.6', resolve(@holes[0 .. 3]));
my $tried = begin_text('-W', 1.5 * $scale, '--happy-eyeballs-delay', 60,
    resolve($refuse, @holes[0, 1]));
my $first_port = $port;
my @clients = ($longer, $two, $refused, $unreachable, $silent, $tried);
# Each end is seen when it comes, for the time that it took.
Clock::until(sub { !grep { $_->is_running } @clients }, 20);

$r = sent('two are silent', $good, $two);
cmp_ok($r->{seconds}, '>=', 0.49, '... each had its time');
$r = sent('a longer time', $good, $longer);
cmp_ok($r->{seconds}, '>=', 0.99, '... is longer');

# A refusal leads on at once although another is not answered yet.
$r = sent('one is silent and one refuses', $good, $refused);
cmp_ok($r->{seconds}, '>=', 1.49 * $scale, '... the first had its time');
cmp_ok($r->{seconds}, '<', 2.9 * $scale, '... and only that');

# So does one that cannot be reached at all: a broadcast is none's address.
$r = sent('the first cannot be reached', $good, @long, @nobody,
    resolve($good));
cmp_ok($r->{seconds}, '<', $soon, '... which leads on at once');
$r = sent('one is silent and one cannot be reached', $good, $unreachable);
cmp_ok($r->{seconds}, '>=', 1.49 * $scale, '... the first had its time');
cmp_ok($r->{seconds}, '<', 2.9 * $scale, '... and only that');

# The first is only slow: it is not given up for the next, and wins.
my $peer = Peer->new(address => $four[0], backlog => 0);
$port = $peer->port;
my $filling = $peer->fill;
@servers = eval {
    Server->start(address => $four[1], port => $port,
        fault => 'accept_never', full => 1);
};
SKIP: {
    skip 'the port is in use', 1 unless @servers;
    my $client = Echoc::start(args => ['send', '-m', 'x', '-W', 30,
        '--resolve', "several.example:$port:$four[0]",
        '--resolve', "several.example:$port:$four[1]",
        "several.example:$port"], timeout => 40);
    ok(Peer::connecting($client, 2), 'both are being tried');
    # Its SYN will be sent again.
    undef $filling;
    $peer->serve(sub { !$client->is_running }, 30);
    Echoc::same($client->wait, 'the first that answers is taken',
        status => 0, stdout => 'x');
}

# In turn: an address has to end before the next begins.
@servers = place(qw(hole good));
my $client = Echoc::start(args => ['send', '-m', 'x', '-W', 3 * $scale,
    '--happy-eyeballs-delay', 0, resolve(@servers),
    "several.example:$port"], timeout => 30);
ok(Peer::connecting($client, 1), 'in turn: the first is tried');
is($servers[1]->connections, 0, '... alone');
$r = $client->wait;
is($r->{status}, 0, '... and then the next') or diag($r->{stderr});
cmp_ok($r->{seconds}, '>=', 1.4 * $scale, '... when its half of -W is over');
@servers = place(qw(refuse refuse good));
$r = sent('in turn, refused', $servers[2], '--happy-eyeballs-delay', 0,
    '-W', 60, resolve(@servers));
cmp_ok($r->{seconds}, '<', $soon, '... leads on at once');

# No address works.
@servers = place('refuse');
$r = failed('it refuses', resolve(@servers));
like($r->{stderr}, qr/: Connection refused$/, '... by its last reason');
@servers = place(qw(refuse refuse refuse));
for my $delay ('250ms', 0, '10ms') {
    $r = failed("all refuse, $delay", '--happy-eyeballs-delay', $delay,
        resolve(@servers));
    like($r->{stderr}, qr/\b3\b.*: Connection refused$/,
        '... so many, and the last reason');
}
@servers = place(qw(refuse refuse));
$r = Echoc::run(args => ['send', '-j', '-m', 'x', resolve(@servers),
    "several.example:$port"]);
my $json = Echoc::json($r->{stdout});
is($json->{status}, 4, 'the same for a program');
is($json->{error}{kind}, 'connect', '... by its kind');
is($json->{target}{address}, undef, '... with no address');
$r = in_vain('all are silent', $silent, $first_port);
cmp_ok($r->{seconds}, '>=', 0.59, '... for -W');
cmp_ok($r->{seconds}, '<', 0.6 + 8 * $scale, '... and no longer');
$r = in_vain('three are tried', $tried, $first_port);
like($r->{stderr}, qr/\b3\b/, '... and so many are told');

# Where it comes from.
my $origin = Peer->new(address => $four[0]);
my $target = $origin->target;
$client = Echoc::start(args => ['send', '-m', 'x', '-I', $four[4], $target]);
is($origin->accept->host, $four[4], '-I is what the server sees');
$client->signal('KILL');
$client->wait;
$client = Echoc::start(args => ['send', '-m', 'x', '-I', 'lo', $target]);
SKIP: {
    my $c = $origin->accept_now(2);
    skip 'no interface lo, or no right to choose it', 1 unless $c;
    like($c->host, qr/^127\./, '-I with the name of an interface');
}
$client->signal('KILL');
$client->wait;
@servers = place('good');
$r = sent('-I', $servers[0], '-I', $four[4], resolve(@servers));
like(Echoc::json($r->{stdout})->{local_address}, qr/^\Q$four[4]\E:\d+$/,
    'and what the document says');
SKIP: {
    skip 'no ::1 here', 1 unless $has_six;
    # It has a family, and so has what it can reach.
    @servers = place('::1 good', 'good');
    $r = sent('-I of IPv4 with a name of both', $servers[1], '-I', $four[4],
        resolve(@servers));
    @servers = place('::1 good');
    $r = Echoc::run(args => ['send', '-m', 'x', '-I', $four[4],
        resolve(@servers), "several.example:$port"]);
    is($servers[0]->connections, 0,
        '-I of IPv4 is not forgotten for a name of IPv6');
    isnt($r->{status}, 0, '... but an error');
}
for my $mode (['send', '-m', 'x'], ['ping'], ['bench', '-n', 1], []) {
    Echoc::same(Echoc::run(args => [@$mode, '-I', '192.0.2.1', $target]),
        "echoc @$mode: an address of somebody else is a mistake",
        status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]*-I 192\.0\.2\.1: [^\n]+\n/);
}

# The name with its port, and no other.
@servers = place('good');
my $host = $servers[0]->host;
my @good = ('--resolve', "SEVERAL.example:$port:$host");
sent('names have no case', $servers[0], @good);
$r = Echoc::run(args => ['send', '-m', 'x', '--resolve', "ping:$port:$host",
    "ping.:$port"]);
is($r->{status}, 0, 'and a dot at the end is no difference')
    or diag($r->{stderr});
for ("several.example:1:$host", "other.example:$port:$host") {
    $r = Echoc::run(args => ['send', '-m', 'x', '-W', 2, '--resolve',
        s/\.example/.invalid/r, "several.invalid:$port"], timeout => 20);
    is($r->{status}, 3, 'of another name or port it is none');
}
SKIP: {
    skip 'no service echo here', 1 unless getservbyname 'echo', 'tcp';
    $r = Echoc::run(args => ['send', '-m', 'x', '-W', 2, '-p', 'echo',
        '--resolve', "several.invalid:7:$four[5]", 'several.invalid'],
        timeout => 20);
    is($r->{status}, 4, 'a service has a port too') or diag($r->{stderr});
}
for ('x', 'a:b', "a:$port", "a:$port:", ":$port:$host", "a:$port:$host:9",
    "a::$host", "a:0:$host", "a:65536:$host", "a:65616:$host",
    "a:${port}x:$host",
    "a:$port:localhost", "a:$port:127.1", "a:-1:$host") {
    $r = Echoc::run(args => ['send', '-m', 'x', '--resolve', $_,
        $servers[0]->target]);
    Echoc::same($r, "--resolve $_ is a mistake", status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]*--resolve[^\n]*\n/);
}
SKIP: {
    skip 'no ::1 here', 1 unless $has_six;
    @servers = place('::1 good');
    sent('an address in brackets', $servers[0], '--resolve',
        "several.example:$port:[::1]");
}
done_testing;
