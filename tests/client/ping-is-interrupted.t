# SPDX-License-Identifier: ISC
# If this fails, Ctrl-C does not end ping or loses its results, or SIGQUIT,
# which prints interim figures, ends the run.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echoc;
use EchocPing;
use Files;
use Machine;
use Namespace;
use Peer;
use Server;

my $scale = Clock::scale();
my $ms = qr/\d+\.\d{3}/;
my $interim = qr{^\d+/\d+\ received,\ [\d.]+%\ loss
    (?:,\ rtt\ min/avg/max/mdev\ =\ $ms/$ms/$ms/$ms\ ms)?$}mx;

# ended(CLIENT, NAME): it ends soon after what was just done to it.
sub ended {
    my ($client, $name) = @_;
    my $begin = Clock::now();
    my $r = EchocPing::end($client);
    cmp_ok(Clock::now() - $begin, '<', 8 * $scale, "$name: at once");
    return $r;
}

# With replies it is a success.
my $server = Server->start;
for my $signal (qw(INT TERM)) {
    my $client = EchocPing::start(args => ['-i', '0.05', $server->target]);
    ok(EchocPing::seen($client, qr/seq=3 /), "$signal: it runs");
    $client->signal($signal);
    my $r = ended($client, $signal);
    is($r->{status}, 0, "$signal: status 0") or diag($r->{stderr});
    is($r->{stderr}, '', "$signal: no error");
    cmp_ok($r->{summary}{received} // 0, '>=', 3,
        "$signal: with the whole summary") or diag($r->{stdout});
    is($r->{summary}{received}, scalar(@{ $r->{lines} }),
        "$signal: of all that came");
}

# Without any it is not.
for (
    ['nobody', { fault => 'refuse' }, qr/seq=2 connection refused/],
    ['silence', { fault => 'silent' }, qr/seq=1 timeout/],
) {
    my ($name, $fault, $sign) = @$_;
    my $bad = Server->start(%$fault);
    for my $signal (qw(INT TERM)) {
        my $client = EchocPing::start(args => ['-i', '0.05', '-W', '0.2',
            $bad->target]);
        ok(EchocPing::seen($client, $sign), "$signal, $name: it runs");
        $client->signal($signal);
        my $r = ended($client, "$signal, $name");
        is($r->{status}, 1, "$signal, $name: status 1");
        cmp_ok($r->{summary}{sent}, '>', 0, '... with the whole summary')
            or diag($r->{stdout});
        is($r->{summary}{loss}, 100, '... all is lost');
    }
}

# Who waits for an answer has lost it.
my $peer = Peer->new;
my $client = EchocPing::start(args => ['-i', '60', '-W', '60',
    $peer->target]);
my $c = $peer->accept;
$c->take(56);
$client->signal('INT');
my $r = ended($client, 'an answer is awaited');
is($r->{status}, 1, '... status 1');
is(join(' ', map { $_ // '' } @{ $r->{summary} }{qw(sent received loss)}),
    '1 0 100', '... it counts as lost');

# An answer differed: that is what counts.
my $bad = Server->start(fault => 'flip', at => 60, only => 1);
$client = EchocPing::start(args => ['-i', '0.05', $bad->target]);
EchocPing::seen($client, qr/seq=4 time/);
$client->signal('INT');
$r = ended($client, 'an answer differed');
is($r->{status}, 6, '... status 6');

# A look at the figures so far.
for my $form ([], ['-q'], ['-j'], ['--format', 'csv']) {
    my $name = "QUIT @$form";
    my $begin = $server->connections;
    $client = EchocPing::start(args => ['-i', '0.05', @$form,
        $server->target]);
    # Quiet, there is nothing to see; but it has connected.
    Clock::until(sub { $server->connections > $begin });
    EchocPing::seen($client, qr/seq=2 |"seq":\s*2|^2,reply/m)
        unless "@$form" eq '-q';
    for my $n (1, 2) {
        $client->signal('QUIT');
        ok(Clock::until(sub {
            my $lines = () = $client->stderr_so_far =~ /$interim/g;
            $lines >= $n;
        }), "$name: figures, $n") or diag($client->stderr_so_far);
    }
    ok($client->is_running, "$name: it goes on");
    my $length = length $client->stdout_so_far;
    Clock::until(sub { length $client->stdout_so_far > $length })
        unless "@$form" eq '-q';
    # It has connected, but may have no echo yet.
    Clock::until(sub {
        $client->signal('QUIT');
        return $client->stderr_so_far =~ m{^[1-9]\d*/\d+ received}m;
    }) if "@$form" eq '-q';
    $client->signal('INT');
    $r = ended($client, $name);
    is($r->{status}, 0, "$name: status 0");
    unlike($r->{stdout}, $interim, "$name: they are not among the product");
    next unless "@$form" eq '';
    is($r->{summary}{received}, scalar(@{ $r->{lines} }),
        "$name: and the summary is that of all");
}
$bad = Server->start(fault => 'refuse');
$client = EchocPing::start(args => ['-i', '0.05', $bad->target]);
EchocPing::seen($client, qr/seq=2 /);
$client->signal('QUIT');
ok(Clock::until(sub {
    $client->stderr_so_far =~ m{^0/\d+ received, 100% loss$}m;
}), 'QUIT while nobody is there') or diag($client->stderr_so_far);
$client->signal('INT');
is(ended($client, 'QUIT, INT')->{status}, 1, '... and then the end');

# The same for programs.
$client = EchocPing::start(args => ['-j', '-i', '0.05', $server->target]);
EchocPing::seen($client, qr/"seq":\s*2/);
$client->signal('INT');
$r = ended($client, '-j');
my @records = EchocPing::records($r->{stdout});
is($records[-1]{type}, 'summary', '-j: the last record is the summary');
is($records[-1]{status}, 0, '... with the status');
is($records[-1]{received}, scalar EchocPing::typed('reply', @records),
    '... of all that came');

# Who started it may not want it to hear Ctrl-C.
$client = EchocPing::start(args => ['-i', '0.05', $server->target],
    prefix => ['sh', '-c', 'trap "" INT && exec "$@"', 'sh']);
EchocPing::seen($client, qr/seq=2 /);
$client->signal('INT');
ok(EchocPing::seen($client, qr/seq=6 /), 'INT is ignored');
$client->signal('TERM');
is(ended($client, 'INT is ignored, and TERM')->{status}, 0, '... status 0');

# Its output is not read: the first signal cannot print the summary, so
# the second one just ends it.
SKIP: {
    skip 'ThreadSanitizer keeps signals back until a write has ended', 2
        if Machine::has_thread_sanitizer();
    pipe my $reader, my $writer or die "pipe: $!\n";
    $client = EchocPing::start(args => ['-A', $server->target],
        stdout => $writer);
    close $writer;
    my ($before, $looks) = ('', 0);
    ok(Clock::until(sub {
        my $bytes = pack 'i', 0;
        ioctl $reader, 0x541B, $bytes;    # FIONREAD
        my $same = unpack('i', $bytes) > 2000 && $bytes eq $before
            && Echoc::in_write($client->pid);
        $before = $bytes;
        $looks = $same ? $looks + 1 : 0;
        return $looks >= 20;
    }, 20), 'nobody reads its lines');
    $client->signal('INT');
    my $first = Clock::now();
    Clock::until(sub {
        $client->signal('INT') if Clock::now() > $first + 0.5;
        !$client->is_running;
    });
    $r = $client->wait;
    like($r->{status}, qr/^(?:signal 2|130)$/,
        '... and the second signal ends it');
}

# It does not need a connection to be interrupted.
my $full = Server->start(fault => 'accept_never', full => 1);
for my $form ([], ['-j'], ['--reconnect']) {
    for my $signal (qw(INT TERM)) {
        my $name = "$signal, connecting @$form";
        $client = EchocPing::start(args => ['-W', 60, @$form,
            $full->target]);
        ok(Peer::connecting($client, 1), $name);
        $client->signal($signal);
        $r = ended($client, $name);
        is($r->{status}, 1, "$name: status 1") or diag($r->{stderr});
        if ("@$form" eq '-j') {
            @records = EchocPing::records($r->{stdout});
            is($records[-1]{type}, 'summary', "$name: a summary");
            is($records[-1]{status}, 1, '... with the status');
            is($records[-1]{received}, 0, '... and the figures');
        } else {
            is($r->{summary}{received}, 0, "$name: a summary")
                or diag($r->{stdout});
        }
    }
}

# A look that was asked for meanwhile is had as soon as there is something.
$peer = Peer->new(backlog => 0);
my $filling = $peer->fill;
$client = EchocPing::start(args => ['-W', 60, $peer->target],
    timeout => 30);
Peer::connecting($client, 1);
$client->signal('QUIT');
undef $filling;
ok($peer->serve(sub { $client->stderr_so_far =~ $interim }, 30),
    'QUIT while connecting') or diag($client->stderr_so_far);
$peer->serve(sub { $client->stdout_so_far =~ /seq=1 / });
$client->signal('INT');
is(ended($client, 'QUIT while connecting, INT')->{status}, 0,
    '... and it goes on');

# Nor an address: here the name server takes the question and keeps it.
SKIP: {
    skip 'to a tracer, a thread that still waits at the end is a leak', 1
        if @Machine::WRAPPER;
    skip 'no private network here', 1 unless Namespace::network();
    my $dns = IO::Socket::IP->new(
        LocalHost => '127.0.0.1',
        LocalPort => 53,
        Type      => Socket::SOCK_DGRAM(),
    ) or skip "no port 53 here: $@", 1;
    my $dir = Files::new_dir();
    for (['resolv.conf', "nameserver 127.0.0.1\noptions timeout:30\n"],
        ['nsswitch.conf', "hosts: files dns\nservices: files\n"]) {
        open my $fh, '>', "$dir/$_->[0]" or die "$dir/$_->[0]: $!\n";
        print $fh $_->[1];
        close $fh;
    }
    my @private = ('unshare', '-m', 'sh', '-c',
        join(' && ', map({ "mount --bind $dir/$_ /etc/$_" }
                grep { -e "/etc/$_" } 'resolv.conf', 'nsswitch.conf'),
            'exec "$@"'), 'sh');
    skip 'no private files in /etc', 1
        unless Machine::has('unshare')
        && system('sh', '-c', '"$@" 2>/dev/null', 'sh', @private,
        'true') == 0;

    for my $form ([], ['-j']) {
        for my $signal (qw(INT TERM)) {
            my $name = "$signal, resolving @$form";
            # There may be questions of the one before.
            while (Client::readable($dns, 0)) {
                recv $dns, my $question, 512, 0;
            }
            $client = EchocPing::start(prefix => \@private, args => ['-W',
                60, @$form, 'name.example:7']);
            ok(Client::readable($dns, 10 * $scale), "$name: it asks");
            $client->signal($signal);
            $r = ended($client, $name);
            is($r->{status}, 1, "$name: status 1") or diag($r->{stderr});
            if (@$form) {
                @records = EchocPing::records($r->{stdout});
                is($records[-1]{type}, 'summary', "$name: a summary");
                is($records[-1]{sent}, 0, '... of nothing');
            }
            like($r->{stderr},
                qr/\A(?:echoc: name\.example port 7: [^\n]+\n)?\z/,
                "$name: at most one line");
        }
    }
    # It does not wait longer than -W either.
    $r = Echoc::run(prefix => \@private, args => ['ping', '-W', '0.3',
        'name.example:7']);
    Echoc::same($r, 'a name server that is silent', status => 3,
        stderr => Echoc::error_line('name.example', 7));
    cmp_ok($r->{seconds}, '<', 0.3 + 8 * $scale, '... for -W');
}
done_testing;
