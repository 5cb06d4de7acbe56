# SPDX-License-Identifier: ISC
# If this fails, a program cannot parse the output of ping: a line is not a
# record, a unit or an error is missing, or other text is mixed in.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echoc;
use EchocPing;
use Files;
use Peer;
use Server;

my $scale = Clock::scale();
my $server = Server->start;
my $port = $server->port;

# Those that take their time begin before the others, and end while these run.
my $silent = Server->start(fault => 'silent');
my $slow = Server->start(fault => 'stall', at => 1, for => 0.8);
my $bad = Server->start(fault => 'flip', at => 56 + 9, only => 1);
my $bad_at_once = Server->start(fault => 'flip', at => 9, only => 1);
my %begun = (
    slow => begin('-j', '-O', '-i', '0.2', '-c', 3, $slow->target),
    corrupt => begin('-j', '-c', 3, '-A', '-i', 2 * $scale, $bad->target),
    silent => begin('-j', '-c', 2, '-i', '0.01', '-W', '0.3', $silent->target),
    ends => begin('-j', '-i', '0.1', '-w', 1.5 * $scale, $silent->target),
    csv_corrupt => begin('--format', 'csv', '-c', 2, '-A', '-i', 2 * $scale,
        $bad_at_once->target),
);

sub begin { return EchocPing::start(args => [@_], timeout => 20) }

# json(NAME, STATUS, ARGUMENTS or CLIENT): the records of a run, the last of
# which is a summary with that status, and with an error where there was one.
sub json {
    my ($name, $status, @args) = @_;
    my $client = ref $args[0] ? $args[0] : begin('-j', @args);
    my $r = EchocPing::end($client);
    is($r->{status}, $status, "$name: status $status") or diag($r->{stderr});
    my @records = EchocPing::records($r->{stdout});
    my $sum = $records[-1] // {};
    is($sum->{type}, 'summary', "$name: the last record is the summary");
    is($sum->{status}, $status, "$name: it has the status");
    if ($status == 0) {
        is($sum->{error}, undef, "$name: and no error");
        is($r->{stderr}, '', "$name: nothing else is said");
        return @records;
    }
    is(join(' ', sort keys %{ $sum->{error} // {} }), 'errno kind message',
        "$name: and an error of three parts");
    my $message = $sum->{error}{message} // 'none';
    like($r->{stderr}, qr/\Aechoc: [^\n]*\Q$message\E\n/,
        "$name: the message is that of the line");
    return @records;
}

# members(RECORD): their names, those of objects with a dot.
sub members {
    my $record = shift;
    return join ' ', sort map {
        my $name = $_;
        ref $record->{$name} eq 'HASH'
            ? map { "$name.$_" } keys %{ $record->{$name} } : $name;
    } keys %$record;
}

my $date = qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\z/;
my $summary = 'client_late corrupt disconnects error failed_connections late'
    . ' loss_percent lost received reconnects rtt_us.avg rtt_us.max'
    . ' rtt_us.mdev rtt_us.min rtt_us.p50 rtt_us.p95 rtt_us.p99 sent status'
    . ' thresholds total_time_us type';

# All went well.
my @records = json('up', 0, '-c', 4, '-i', '0.01', $server->target);
is(join(' ', map { $_->{type} } @records),
    'start reply reply reply reply summary', 'the records in their order');
my ($start, @replies) = @records;
my $sum = pop @replies;
is($start->{tool}, 'echoc', 'who it was');
is($start->{mode}, 'ping', 'and what');
is($start->{version}, $ENV{ECHOD_VERSION} // $start->{version}, 'which one');
like($start->{started}, $date, 'and when');
is_deeply($start->{target},
    { host => '127.0.0.1', port => 0 + $port, address => '127.0.0.1' },
    'with whom');
is($start->{size_bytes}, 56, 'the size');
cmp_ok($start->{interval_us}, '==', 10_000, 'the interval');
cmp_ok($start->{connect_time_us}, '>', 0, 'the connection');
like($start->{local_address}, qr/^127\.0\.0\.1:\d+$/, 'and from where');
is(members($replies[0]), 'client_late_us late rtt_us seq time type',
    'a reply');
like($replies[0]{time}, $date, '... when it came');
is(join(' ', map { $_->{seq} } @replies), '1 2 3 4', '... each of them');
is(members($sum), $summary, 'the summary');
is(join(' ', @$sum{qw(sent received lost late corrupt)}), '4 4 0 0 0',
    '... its counts');
cmp_ok($sum->{loss_percent}, '==', 0, '... no loss');
cmp_ok($sum->{total_time_us}, '>=', 30_000, '... the time');
my @times = sort { $a <=> $b } map { $_->{rtt_us} } @replies;
cmp_ok($sum->{rtt_us}{min}, '==', $times[0], '... the least');
cmp_ok($sum->{rtt_us}{max}, '==', $times[3], '... the most');
cmp_ok($sum->{rtt_us}{p50}, '>=', $times[1], '... what half does not exceed');
is($sum->{rtt_us}{p95}, undef, '... and null where there are too few');

# Numbers are numbers, with three decimals at most; the text tells.
my $r = EchocPing::run(args => ['-j', '-c', 5, '-i', '2.5ms',
    $server->target], env => { LC_ALL => 'de_DE.UTF-8' });
unlike($r->{stdout}, qr/"[a-z_0-9]+_us":\s*"/, 'a time is a number');
my $numbers = $r->{stdout} =~ s/:\s*"[^"]*"/:""/gr;
unlike($numbers, qr/\d\.\d{4}/, '... with three decimals at most');
unlike($numbers, qr/\d[eE][-+]?\d|nan|inf/i, '... and plain');
is(scalar(() = $numbers =~ /"seq":\s*\d+[,}]/g), 5,
    'a number of something is an integer');

# Who is waited for, with -O.
my @waits = grep { $_->{type} eq 'outstanding' }
    json('slow', 0, $begun{slow});
is(members($waits[0] // {}), 'seq time type', '-O: what has no answer yet');
is(($waits[0] // {})->{seq}, 1, '... which is the first');

# What fails, fails there too.
my $refuse = Server->start(fault => 'refuse');
@records = json('down', 1, '-c', 2, '-i', '0.01', $refuse->target);
is(join(' ', map { $_->{type} } @records), 'start loss loss summary',
    'down: the records');
is($records[0]{connect_time_us}, undef, 'down: no connection is null');
is($records[0]{local_address}, undef, '... all of it');
is(members($records[1]), 'reason seq time type', 'down: a loss');
is($records[1]{reason}, 'refused', '... with its reason');
is(members($records[-1]),
    $summary =~ s/\berror\b/error.errno error.kind error.message/r,
    'down: the summary has all members');
is(join(' ', map { $_ // 'null' } values %{ $records[-1]{rtt_us} }),
    join(' ', ('null') x 7), 'down: and no times');
cmp_ok($records[-1]{loss_percent}, '==', 100, 'down: all is lost');

@records = json('corrupt', 6, $begun{corrupt});
my ($loss) = EchocPing::typed('loss', @records);
is(members($loss), 'at_byte reason seq time type', 'corrupt: a loss');
is(join(' ', @$loss{qw(seq reason at_byte)}), '2 mismatch 9', '... at a byte');
is($records[-1]{error}{kind}, 'mismatch', 'corrupt: the kind of the error');
is($records[-1]{reconnects}, 1, 'corrupt: and a new connection');

@records = json('silent', 1, $begun{silent});
is(join(' ', map { $_->{reason} } EchocPing::typed('loss', @records)),
    'timeout timeout', 'silent: the reason');

# A probe that is still in flight at the end has a record as well.
@records = json('the end comes first', 1, $begun{ends});
$sum = $records[-1];
cmp_ok($sum->{sent}, '>=', 3, 'some probes were sent');
is(scalar EchocPing::typed('loss', @records), $sum->{lost},
    '... and each loss has its record');

my @head = qw(schema tool mode command started target);
for (
    ['unknown host', 3, 'resolve', 'no-such-host.invalid:7'],
    ['unknown service', 3, 'resolve', 'localhost:no-such-service'],
    ['a bad interface', 2, 'usage', '-I', 'no-such-one', 'localhost'],
    ['a bad address', 2, 'usage', '--resolve', 'x', 'localhost'],
) {
    my ($name, $status, $kind, @args) = @$_;
    @records = json($name, $status, @args);
    my $only = $records[-1] // {};
    is($only->{error}{kind}, $kind, "$name: the kind of the error");
    # There is no other record that could say so.
    is(scalar @records, 1, "$name: one record");
    is(join(' ', grep { !exists $only->{$_} } @head), '',
        "$name: it says what was to be done");
    is($only->{mode}, 'ping', "$name: to ping");
}

# Comma separated values: a header, and a row for each probe.
sub csv {
    my ($name, $status, @args) = @_;
    my $client = ref $args[0] ? $args[0] : begin('--format', 'csv', @args);
    $r = $client->wait;
    is($r->{status}, $status, "csv, $name: status $status");
    my ($header, @rows) = map { [split /,/, $_, -1] } split /\n/,
        $r->{stdout};
    is(join(',', @{ $header // [] }),
        'seq,result,time_us,connect_time_us,at_byte,client_late_us',
        "csv, $name: the header");
    is(scalar(grep { @$_ != 6 } @rows), 0, "csv, $name: rows of six")
        or diag($r->{stdout});
    return @rows;
}
my @rows = csv('up', 0, '-c', 3, '-i', '0.01', $server->target);
is(join(' ', map { "$_->[0] $_->[1]" } @rows), '1 reply 2 reply 3 reply',
    'csv, up: a row for each');
is(scalar(grep { $_->[2] !~ /^\d+\.\d{3}$/ } @rows), 0,
    'csv, up: with its time');
$sum = EchocPing::summary($r->{stderr});
is($sum->{received}, 3, 'csv, up: the summary is on standard error')
    or diag($r->{stderr});
@rows = csv('down', 1, '-c', 2, '-i', '0.01', $refuse->target);
is(join(' ', map { "@$_" } @rows), '1 refused     2 refused    ',
    'csv, down: a row for each');
@rows = csv('corrupt', 6, $begun{csv_corrupt});
is("@{ $rows[0] }", '1 mismatch   9 ', 'csv, corrupt: its byte');
@rows = csv('the end comes first', 1, '-i', '0.1', '-w', '0.55',
    $silent->target);
my ($sent) = $r->{stderr} =~ /^(\d+) sent/m;
is(scalar @rows, $sent, 'csv: a row also for who is still under way');
@rows = csv('unknown host', 3, 'no-such-host.invalid:7');
is(scalar @rows, 0, 'csv, unknown host: no row');

# Text on standard output, and the rest in a file.
my $file = Files::new_name();
for my $form (['-o', $file], ['-j', '-o', $file],
    ['--format', 'csv', '-o', $file], ['--format=json', '-o', $file]) {
    open my $old, '>', $file or die "$file: $!\n";
    print $old 'x' x 100_000;
    close $old;
    $r = EchocPing::run(args => [@$form, '-c', 2, '-i', '0.01',
        $server->target]);
    my $name = "@$form[0 .. $#$form - 1] FILE";
    is($r->{status}, 0, "$name: status 0");
    is($r->{stderr}, '', "$name: no error");
    is($r->{summary}{received}, 2, "$name: the text is on standard output");
    is(scalar EchocPing::replies($r), 2, "$name: all of it");
    my $text = Files::slurp($file);
    if ("@$form" =~ /csv/) {
        is(scalar(() = $text =~ /^\d,reply,[\d.]+,,,[\d.]*$/mg), 2,
            "$name: rows in the file");
        unlike($text, qr/xxx|statistics/, "$name: and nothing else");
        next;
    }
    @records = EchocPing::records($text);
    is(join(' ', map { $_->{type} } @records), 'start reply reply summary',
        "$name: records in the file, and nothing else");
}
$r = EchocPing::run(args => ['-o', '-', '-c', 2, '-i', '0.01',
    $server->target]);
is(scalar EchocPing::records($r->{stdout}), 4, '-o -: standard output');
$r = EchocPing::run(args => ['-o', $file, '-c', 1, $refuse->target]);
is($r->{status}, 1, '-o FILE, down: status 1');
@records = EchocPing::records(Files::slurp($file));
is($records[-1]{status}, 1, '-o FILE, down: the same in the file');

# Each is there as soon as it is known, even in a pipe.
my $peer = Peer->new;
my $client = EchocPing::start(args => ['-j', '-i', 60, '-W', 60,
    $peer->target]);
my $c = $peer->accept;
ok(EchocPing::seen($client, qr/"start"[^\n]*\n\z/), 'the start is told');
$c->take(56);
$c->give(56);
ok(EchocPing::seen($client, qr/"reply"[^\n]*\n\z/), '... and the reply');
$client->signal('INT');
is($client->wait->{status}, 0, '... without an end');

# The output is not read any more: an error that ends the run.
for my $form ([], ['-j'], ['--format', 'csv'], ['-q']) {
    my $name = "nobody reads @$form";
    pipe my $reader, my $writer or die "pipe: $!\n";
    $client = EchocPing::start(args => ['-i', '0.05', '-c', 2000, @$form,
        $server->target], stdout => $writer, timeout => 30);
    close $writer;
    ok(Client::readable($reader, 10 * $scale), "$name: it begins");
    close $reader;
    if ("@$form" eq '-q') {
        # There is nothing to say before the end.
        $client->signal('INT');
    }
    $r = $client->wait;
    is($r->{status}, 2, "$name: status 2");
    like($r->{stderr}, qr/^echoc: [^\n]*standard output[^\n]*: [^\n]+\n\z/m,
        "$name: and why");
    cmp_ok($r->{seconds}, '<', 20 * $scale, "$name: soon");
}
SKIP: {
    skip 'no /dev/full here', 1 unless -c '/dev/full';
    open my $full, '>', '/dev/full' or die "/dev/full: $!\n";
    $r = Echoc::run(args => ['ping', '-c', 100, '-i', '0.05',
        $server->target], stdout => $full);
    is($r->{status}, 2, 'standard output is full: status 2');
    like($r->{stderr}, qr/\Aechoc: [^\n]*No space left[^\n]*\n\z/,
        '... and why');
    $r = Echoc::run(args => ['ping', '-c', 100, '-i', '0.05', '-o',
        '/dev/full', $server->target]);
    is($r->{status}, 2, 'the file is full: status 2');
    like($r->{stderr}, qr{^echoc: [^\n]*/dev/full[^\n]*: [^\n]+\n\z}m,
        '... and which');
}
done_testing;
