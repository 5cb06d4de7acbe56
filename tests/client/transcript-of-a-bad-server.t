# SPDX-License-Identifier: ISC
# If this fails, the transcript accepts a wrong answer, waits forever, does not
# report the error in one line, or writes control characters of the server to
# the terminal.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Machine;
use Peer;
use Server;

my $text = 'This is the message.  It will be repeated.';

# What stands in front of the pieces that come back.
sub opening {
    my $port = shift;
    return qq(connecting to 127.0.0.1 port $port\nsending "$text"\n);
}

# parts(RESULT): the transcript, and the lines of errors; these come last.
sub parts {
    my $r = shift;
    return $r->{stderr} =~ /\A(.*?)((?:^echoc: [^\n]*\n)*)\z/ms;
}

# Arguments, fault, exit status, the pieces that are shown.
my @table = (
    [[], { fault => 'early', at => 0 }, 7, []],
    # The end fills a piece as well.
    [[], { fault => 'early', at => 20 }, 7, ['This is the mess', 'age.']],
    [[], { fault => 'early', at => 32 }, 7,
        ['This is the mess', 'age.  It will be']],
    [[], { fault => 'flip', at => 17 }, 6,
        ['This is the mess', 'afe.  It will be', ' repeated.']],
    [[], { fault => 'swap', at => 0, block => 16 }, 6,
        ['age.  It will be', 'This is the mess', ' repeated.']],
    [[], { fault => 'flip', at => 41, chunk => 1 }, 6,
        ['This is the mess', 'age.  It will be', ' repeated/']],
    [['-W', '0.3'], { fault => 'silent' }, 5, []],
    [['-W', '0.3'], { fault => 'unread' }, 5, []],
    [['-W', 1.5 * Clock::scale()], { fault => 'stall', at => 16, for => 600 }, 5,
        ['This is the mess']],
);

# begin(FAULT, ARGUMENTS): a client and its server.
sub begin {
    my ($fault, @args) = @_;
    my $server = Server->start(%$fault);
    return { server => $server,
        client => Echoc::start(args => [@args, $server->target]) };
}

# Each for people and for a program, and all at the same time.
my @begun = map {
    my ($args, $fault) = @$_;
    [begin($fault, @$args), begin($fault, @$args, '-j')];
} @table;
for (@table) {
    my ($args, $fault, $status, $pieces) = @$_;
    my ($text_run, $json_run) = @{ shift @begun };
    my $name = join ' ', @$args, map { "$_ $fault->{$_}" } sort keys %$fault;
    my $port = $text_run->{server}->port;
    my $r = $text_run->{client}->wait;
    Echoc::same($r, "$name: status $status", status => $status,
        stdout => '');
    my ($story, $errors) = parts($r);
    like($errors // '', Echoc::error_line('127.0.0.1', $port),
        "$name: one line says why");
    my $wanted = join '', opening($port),
        map { qq(received "$_"\n) } @$pieces;
    is(($story // $r->{stderr}) =~ s/^closing socket\n\z//mr, $wanted,
        "$name: the story up to there");
    like($story, qr/^closing socket\n\z/m, "$name: and to its end")
        if $status == 6;
    cmp_ok($r->{seconds}, '<', 9 * Clock::scale(), "$name: soon");

    # The same for a program.
    $r = $json_run->{client}->wait;
    my $json = Echoc::json($r->{stdout});
    is($r->{status}, $status, "$name -j: the same status");
    is($json->{status}, $status, "$name -j: and in the document");
    is($json->{mode}, 'transcript', "$name -j: with the mode");
    Echoc::complete($json, "$name -j: it has all members");
    is($json->{bytes_sent}, length $text, "$name -j: and what was sent");
    isnt($json->{error}{message} // '', '', "$name -j: it says why");
}

# It resets the connection before the message has left, which is no reason to
# wait for what does not come.
SKIP: {
    skip('no strace here', 1) unless Machine::has('strace')
        && !@Machine::WRAPPER && system('strace -o /dev/null -e trace=sendto '
            . '-e inject=sendto:delay_enter=1 true >/dev/null 2>&1') == 0;
    # What looks for leaks is a tracer, too.
    my %env = (ASAN_OPTIONS => join ':', $ENV{ASAN_OPTIONS} // (),
        'detect_leaks=0');
    for my $args ([], ['-j'], ['--chunk', 1]) {
        my $name = "reset before the message @$args";
        my $peer = Peer->new;
        my $client = Echoc::start(args => ['-W', 8 * Clock::scale(), @$args,
                $peer->target], env => \%env, timeout => 30,
            prefix => ['strace', '-o', '/dev/null', '-e', 'trace=sendto',
                '-e', 'inject=sendto:delay_enter=500000']);
        my $c = $peer->accept;
        ok(Clock::until(sub { $client->stderr_so_far =~ /^sending "/m }),
            "$name: it is about to send");
        $c->reset;
        my $r = $client->wait;
        is($r->{status}, 7, "$name: status 7") or diag($r->{stderr});
        like((parts($r))[1], Echoc::error_line('127.0.0.1', $peer->port),
            "$name: one line says why");
        unlike($r->{stderr}, qr/time-out/, "$name: nobody is late");
    }
}

# No server listens.
my $nobody = Server->start(fault => 'refuse');
my $r = Echoc::run(args => [$nobody->target]);
Echoc::same($r, 'refused', status => 4, stdout => '');
like((parts($r))[1], Echoc::error_line('127.0.0.1', $nobody->port),
    'and one line says so');
$r = Echoc::run(args => ['-j', $nobody->target]);
is($r->{status}, 4, 'refused -j: the same status');
Echoc::complete(Echoc::json($r->{stdout}),
    'refused -j: it has all members');

# A reset, which may come before anything was read.
my $server = Server->start(fault => 'reset', at => 20);
$r = Echoc::run(args => [$server->target]);
Echoc::same($r, 'a reset', status => 7, stdout => '');
like((parts($r))[1], Echoc::error_line('127.0.0.1', $server->port),
    'and one line says so');

# What the server sends does not reach the terminal.
$server = Server->start(fault => 'replace', at => 2,
    text => "\e[2J\0\x7f\x9b\n");
for my $how ('to a file', 'to a terminal') {
  SKIP: {
        my @how = $how =~ /file/ ? () : (terminal => ['stderr']);
        $r = Echoc::run(args => [$server->target], @how);
        my $shown = $r->{terminal} // $r->{stderr};
        is($r->{status}, 6, "an escape sequence $how is a difference");
        like($shown,
            qr/^received "Th\\x1b\[2J\\x00\\x7f\\x9b(?:\\n|\\x0a)e mess"$/m,
            '... and shown by its numbers');
        unlike($shown, qr/[^\n -~]/, '... all in printable ASCII');
    }
}

# What is sent is shown in the same way.
$server = Server->start;
$r = Echoc::run(args => ['-m', "\e]0;x\a", $server->target]);
Echoc::same($r, 'a message of ours', status => 0, stdout => '',
    stderr => qr/^sending "\\x1b\]0;x\\x07"\nreceived "\\x1b\]0;x\\x07"$/m);
$r = Echoc::run(args => ['-m', "\xc3\xa9", $server->target]);
Echoc::same($r, 'a letter that is not ASCII, in a locale that is',
    status => 0, stderr => qr/^sending "\\xc3\\xa9"$/m);

# Another message, in other pieces.
my $port = $server->port;
for (
    [['--chunk', '4', '-m', '123456'], '123456', qw(1234 56)],
    [['--chunk=100'], $text, $text],
    [['-m', 'a', '--chunk', '1'], 'a', 'a'],
    [['-m', '0' x 16], '0' x 16, '0' x 16],
    [['-m', '0' x 17], '0' x 17, '0' x 16, '0'],
) {
    my ($args, $sent, @pieces) = @$_;
    Echoc::same(Echoc::run(args => [@$args, $server->target]), "@$args",
        status => 0,
        stdout => '',
        stderr => join '',
        map { "$_\n" } "connecting to 127.0.0.1 port $port",
        qq(sending "$sent"), map({ qq(received "$_") } @pieces),
        'closing socket');
}

# The document of a success.
$r = Echoc::run(args => ['-j', $server->target]);
my $json = Echoc::json($r->{stdout});
is($r->{status}, 0, '-j: success');
is_deeply([@$json{qw(mode status bytes_sent bytes_received bytes_verified
    error)}], ['transcript', 0, (length $text) x 3, undef], '-j: as it was');
is_deeply($json->{target}, {
    host => '127.0.0.1', port => $port, address => '127.0.0.1'
}, '-j: with whom') or diag(explain($json->{target}));
for my $name (qw(connect_time_us first_byte_us total_time_us)) {
    like($json->{$name} // 'none', qr/^[\d.]+\z/, "-j: $name");
}
is($server->connections, 8, 'one connection for each');
done_testing;
