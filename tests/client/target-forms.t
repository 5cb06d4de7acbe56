# SPDX-License-Identifier: ISC
# If this fails, echoc connects to another target than the command line says,
# or accepts a mistake in the command line.
use strict;
use warnings;

use Test::More;
use Echoc;
use Machine;
use Namespace;
use Server;

my $server = Server->start;
my $port = $server->port;

# good(SERVER, HOST, WORD...): these words lead there, and HOST is the name
# that is shown.  Options may stand in front, between and behind.
sub good {
    my ($there, $host, @words) = @_;
    my $before = $there->connections;
    Echoc::same(Echoc::run(args => ['-m', 'hello', @words]),
        "echoc @words", status => 0, stdout => '',
        stderr => "connecting to $host port ${\ $there->port}\n"
            . qq(sending "hello"\nreceived "hello"\nclosing socket\n));
    Echoc::same(Echoc::run(args => ['send', '-m', 'hello', @words]),
        "echoc send @words", status => 0, stdout => 'hello', stderr => '');
    is($there->connections, $before + 2, '... to that server');
    return;
}

good($server, 'localhost', '-p', $port);
good($server, 'localhost', "-p$port");
good($server, 'localhost', '--port', $port);
good($server, 'localhost', "--port=$port");
good($server, 'localhost', 'localhost', $port);
good($server, 'localhost', "localhost:$port");
good($server, 'localhost', 'localhost', '-p', $port);
good($server, 'localhost', '-4', "localhost:$port");
good($server, 'localhost', ":$port");
good($server, '127.0.0.1', '127.0.0.1', $port);
good($server, '127.0.0.1', "127.0.0.1:$port");
good($server, '127.0.0.1', '-p', $port, '127.0.0.1');
good($server, '127.0.0.1', '127.0.0.1', $port, '-4');
good($server, '127.0.0.1', '127.0.0.1', '-4', $port);
good($server, '127.0.0.1', '--', '127.0.0.1', $port);
good($server, '127.0.0.1', '--', "127.0.0.1:$port");

# What no route can be found for.
for (['send', "[fe80::1]:$port"], ['send', 'fe80::1', $port],
    ['ping', '-6', 'fe80::1', $port]) {
    Echoc::same(Echoc::run(args => $_), "echoc @$_", status => 2, stdout => '',
        stderr => qr/^echoc: fe80::1 is link-local and needs its interface, /);
}
unlike(Echoc::run(args => ['send', '-m', 'x', '-I', 'lo', "[fe80::1]:$port"])
        ->{stderr}, qr/needs its interface/, 'which may be that of -I');
for my $mode (['send', '-m', 'x'], ['wait'], ['ping'], ['bench']) {
    Echoc::same(Echoc::run(args => [@$mode, '--resolve', "a:$port:[fe80::1]",
            "a:$port"]), "echoc @$mode --resolve fe80::1", status => 2,
        stdout => '', stderr => qr/^echoc: fe80::1 is link-local and needs its /);
}

SKIP: {
    skip 'no ::1 here', 1 unless Machine::has_ipv6();
    my $six = Server->start(address => '::1');
    my $its = $six->port;
    good($six, '::1', "[::1]:$its");
    good($six, '::1', '::1', $its);
    good($six, '::1', '[::1]', $its);
    good($six, '::1', '-6', '-p', $its, '::1');
    Echoc::same(Echoc::run(args => ['--easy', '-6', "[::1]:$its"]),
        '--easy says what family it is', status => 0,
        stderr => qr/\AFamily  : AF_INET6\n/);
    Echoc::same(Echoc::run(args => ['-4', "[::1]:$its"]),
        '-4 with an address of IPv6', status => 3, stdout => '',
        stderr => qr/^echoc: \S+ port $its: .+: .+$/m);
}
Echoc::same(Echoc::run(args => ['-6', "127.0.0.1:$port"]),
    '-6 with an address of IPv4', status => 3, stdout => '',
    stderr => qr/^echoc: 127\.0\.0\.1 port $port: .+: .+$/m);

# Words for which there is no meaning: a piece of the message, the words.
for (
    [qr/port/, "127.0.0.1:$port", $port],
    [qr/port/, "127.0.0.1:$port", '-p', $port],
    [qr/port/, '127.0.0.1', $port, '-p', $port],
    [qr/port/, '-p', $port, '-p', $port, '127.0.0.1'],
    [qr/\bone more\b/, '127.0.0.1', $port, 'one more'],
    [qr/65536/, '127.0.0.1:65536'],
    [qr/65536/, '-p', '65536'],
    [qr/-1/, '127.0.0.1', '--', '-1'],
    [qr/12x 4|port/, '-p', '12x 4'],
    [qr/\[::1/, '[::1:7'],
    [qr/-4.*-6|-6.*-4/, '-4', '-6'],
    [qr/--foreheads/, '--foreheads'],
    [qr/-!|'!'/, '-!'],
    [qr/--easy/, '--easy=x'],
    [qr/-W/, '-W'],
    [qr/-W|timeout/, '-W', '1x'],
    [qr/-W|timeout/, '-W', ''],
    [qr/--chunk/, '--chunk', '0'],
    [qr/--chunk/, '--chunk=many'],
    [qr/./, 'send', '-m', 'x', '-f', '/dev/null'],
) {
    my ($text, @words) = @$_;
    Echoc::same(Echoc::run(args => \@words),
        "echoc @words: status 2", status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]*$text/);
}
for my $mode ([], ['send'], ['ping'], ['bench'], ['wait']) {
    my $r = Echoc::run(args => [@$mode, '--foreheads']);
    Echoc::same($r, "an option @$mode has not", status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]*--foreheads[^\n]*\n[^\n]*--help[^\n]*\n\z/);
}

# A host that is there and has no letter is a variable that was not set.
for my $host ('', '[]') {
    for my $words ([$host, $port], ['-p', $port, $host], [$host],
        map { [$_, $host, $port] } qw(send ping bench wait)) {
        Echoc::same(Echoc::run(args => $words),
            'echoc ' . join(' ', map { "'$_'" } @$words) . ': status 2',
            status => 2, stdout => '',
            stderr => qr/\Aechoc: (?:\S* ?port \S+: )?the host is empty\n/);
    }
}

# What is in front of a mode's word is for that mode, too.
for (
    ['ping', '-m', 'hello'], ['ping', '--easy'], ['ping', '-e'],
    ['ping', '-4', '-m', 'hello'], ['ping', '-m', 'hello', '-4'],
    ['bench', '--chunk', 3], ['bench', '-m', 'hello'], ['bench', '--easy'],
    ['send', '--easy'], ['send', '--chunk', 3], ['wait', '-q'],
    ['wait', '--quiet'], ['wait', '--chunk', 3],
) {
    my ($mode, @options) = @$_;
    my $none = qq(an option given before "$mode" is not valid in that mode);
    Echoc::same(Echoc::run(args => [@options, $mode, "127.0.0.1:$port"]),
        "echoc @options $mode: status 2", status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]*\Q$none\E\n/);
}
is($server->connections, 32, 'none of these connected');
for (
    ['-q', 'send', '-m', 'x'], ['-m', 'x', 'send'], ['-4', 'wait'],
    ['-e', '-m', '\\x41', 'wait'], ['-q', 'ping', '-c', 1],
    ['-W', 9, 'bench', '-n', 3], ['-q4j', 'bench', '-n', 3],
) {
    Echoc::same(Echoc::run(args => [@$_, "127.0.0.1:$port"]),
        "echoc @$_: allowed", status => 0, stderr => '');
}

# What cannot be read gets plain text, whatever its other words are.
for my $words (['--foreheads', '-j'], ['send', '-j', '-4', '-6'],
    ['ping', '--nosuch', '--jso'], ['-m', 'json', '--nosuch'],
    ['send', '-j', '127.0.0.1', 1, 2]) {
    Echoc::same(Echoc::run(args => $words), "echoc @$words: plain text",
        status => 2, stdout => '',
        stderr => qr/\Aechoc: [^\n]+\nTry 'echoc (?:\w+ )?--help'\.\n\z/);
}

# It says what may have been meant.
for (
    [['-c', 3, 'ping'], '-c: options of ping must come after the word "ping"'],
    [['--coun=3', 'ping', 'localhost'],
        '--coun=3: options of ping must come after the word "ping"'],
    [['-c', 3, 'send'], 'unknown option -c'],
    [['bench', '--con', 3],
        '--con is ambiguous: it could be --connections, --connect-rate or --connect-concurrency'],
    [['ping', '--re=x'], '--re=x is ambiguous: it could be --reconnect or --resolve'],
    [['localhost:99999'], 'port: 99999 is out of range (1 to 65535)'],
    [['localhost', '0'], 'port: 0 is out of range (1 to 65535)'],
    [['-p', '65536'], 'port: 65536 is out of range (1 to 65535)'],
    [['wait', '-m', ''], '-m: expected a message that is not empty'],
) {
    my ($words, $message) = @$_;
    Echoc::same(Echoc::run(args => $words), "echoc @$words", status => 2,
        stdout => '', stderr => qr/\Aechoc: \Q$message\E\n/);
}

# Questions are answered on standard output.
for my $args (['-V'], ['--version']) {
    my $r = Echoc::run(args => $args);
    Echoc::same($r, "@$args", status => 0, stderr => '',
        stdout => qr/\Aechoc \d+\.\d+\S*\n\z/);
    is($r->{stdout}, "echoc $ENV{ECHOD_VERSION}\n", 'what was built')
        if defined $ENV{ECHOD_VERSION};
}
my %help;
for my $mode ('', 'send', 'ping', 'bench', 'wait') {
    for my $option ('-h', '--help') {
        my @args = ($mode eq '' ? () : $mode, $option);
        my $r = Echoc::run(args => \@args);
        Echoc::same($r, "echoc @args", status => 0, stderr => '',
            stdout => qr/\A[Uu]sage: echoc\b.*\n\z/s);
        like($r->{stdout}, qr/\b$mode\b/, '... tells of it');
        $help{$mode} = $r->{stdout};
    }
}
is(keys %{ { reverse %help } }, 5, 'each mode has its own');

# And when they cannot be, that is said.
for my $args (['-V'], ['--version'], ['-h'], ['--help'], ['send', '--help'],
    ['ping', '-h'], ['bench', '--help'], ['wait', '-V']) {
    open my $full, '>', '/dev/full' or last;
    my $r = Echoc::run(args => $args, stdout => $full);
    Echoc::same($r, "echoc @$args >/dev/full: status 2", status => 2,
        stderr => qr/\Aechoc: [^\n]*standard output: [^\n]+\n\z/);
}

# What follows needs a network without other hosts.
SKIP: {
    skip 'no private network here', 1 unless Namespace::network();

    my $r = Echoc::run(args => []);
    Echoc::same($r, 'echoc: localhost, port 10000', status => 4,
        stderr => qr/^echoc: localhost port 10000: .+: .+$/m);
  SKIP: {
        skip 'no service echo here', 1 unless getservbyname 'echo', 'tcp';
        for (['localhost:echo'], ['localhost', 'echo'], ['-p', 'echo']) {
            Echoc::same(Echoc::run(args => $_), "echoc @$_: port 7",
                status => 4,
                stderr => qr/^echoc: localhost port 7: .+: .+$/m);
        }
        my $there = Server->start(port => 7);
        good($there, 'localhost', 'localhost:echo');
        good($there, '127.0.0.1', '-p', 'echo', '127.0.0.1');
    }
    for (
        ['no-such-host.invalid', 'no-such-host.invalid:7'],
        ['no-such-host.invalid', 'no-such-host.invalid', 7],
        map { [$_, "$_:7"], [$_, '--', $_, 7], [$_, 'send', $_, 7] }
            qw(ping send bench wait)
    ) {
        my ($host, @words) = @$_;
        Echoc::same(Echoc::run(args => \@words),
            "echoc @words: no such host", status => 3, stdout => '',
            stderr => qr/^echoc: \Q$host\E port 7: .+: .+\n\z/m);
    }
    Echoc::same(Echoc::run(args => ['localhost:no-such-service']),
        'no such service', status => 3, stdout => '',
        stderr => qr/^echoc: .*no-such-service.*\n\z/m);

    # As words these are modes, without a server on the port of the tutorial.
    Echoc::same(Echoc::run(args => ['send', '-m', 'x']), 'send is a mode',
        status => 4, stderr => qr/\Aechoc: localhost port 10000: .+\n\z/);
    my $there = Server->start(port => 10000);
    good($there, 'localhost');
    good($there, '127.0.0.1', '127.0.0.1');
    good($there, '127.0.0.1', '127.0.0.1:10000');
}
done_testing;
