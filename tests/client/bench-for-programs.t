# SPDX-License-Identifier: ISC
# If this fails, a program that reads the output of a load gets text that it
# cannot parse, that differs from the documentation, or that contradicts the
# exit status or the report.
use strict;
use warnings;

use List::Util qw(sum0);
use Test::More;

use Clock;
use Echoc;
use Files;
use Machine;
use Peer;
use Schema;
use Server;

my $schema = Schema->read('bench.schema.json');
my $dir = Files::new_dir();
my $good = Server->start;
my @short = ('-n', 300, '-c', 3);
# For runs that would wait forever, and for runs that have to be served first.
my @patience = ('-W', 0.3 * Clock::scale());
my @slow = ('-W', Clock::scale());
# So many outcomes at the same time, each in three forms.
use constant TOGETHER => 8;

# well_formed(NAME, TEXT, PART): the document, which is all of the text and as
# its schema, or the part of that, wants it.
sub well_formed {
    my ($name, $text, $part) = @_;
    my $json = Echoc::json($text);
    my @faults = $schema->faults($text, $part);
    ok(!@faults, "$name: as the schema has it")
        or diag(map { "$_\n" } splice @faults, 0, 10);
    like($text, qr/\A\{.*\}\n\z/s, "$name: nothing around it");
    unlike($text, qr/"\w+_us":\s*-?\d+\.\d{4}/,
        "$name: times have three decimals at most");
    # The name of a folder may look like one.
    unlike($text =~ s/\Q$dir\E//gr,
        qr/\b(?:nan|inf)\b|\d,\d+[,}\]\s]*"\w+_us"|\de[+-]?\d/i,
        "$name: every number is one");
    return $json;
}

# One of each outcome; `part` is no_load where there was none, `limit` are
# those of ulimit.
my @outcomes = (
    { name => 'success', status => 0 },
    { name => 'success, open loop', args => ['-R', 2000], status => 0 },
    { name => 'success, not verified', args => ['--verify', 'none'],
        status => 0 },
    { name => 'success, of all kinds', status => 0,
        args => ['-s', '64,512', '-t', 2, '--reconnect', 10, '--label',
            "a \"label\" \xc3\xa9", '--connect-rate', 10_000, '--nagle',
            '--fail-if', 'p90>10s', '--fail-if', 'errors>0',
            '--max-error-rate', '0.5%', '--percentiles', '50,99.9',
            '-I', '127.0.0.1', '--seed', 5, '--interval', '10ms'] },
    { name => 'a label that is no text', args => ['--label', "\xff\xfe"],
        status => 0 },
    { name => 'errors', fault => { fault => 'early', at => 645 },
        status => 1, kind => 'negative' },
    { name => 'timeouts', fault => { fault => 'stall', at => 640,
            for => 600 }, args => ['-n', 30, @slow], status => 1,
        kind => 'negative' },
    { name => 'a threshold', args => ['--fail-if', 'max>1ns'], status => 1,
        kind => 'negative' },
    { name => 'a mismatch', fault => { fault => 'flip', at => 645 },
        status => 6, kind => 'mismatch' },
    { name => 'extra bytes', fault => { fault => 'extra' }, status => 6,
        kind => 'mismatch' },
    { name => 'a mismatch at once', fault => { fault => 'flip' },
        status => 6, kind => 'mismatch' },
    { name => 'silence', fault => { fault => 'silent' },
        args => [@patience], status => 5, kind => 'timeout' },
    { name => 'an early end', fault => { fault => 'early' }, status => 7,
        kind => 'ended_early' },
    { name => 'a reset', fault => { fault => 'reset' }, status => 7,
        kind => 'ended_early' },
    { name => 'nobody', fault => { fault => 'refuse' }, status => 4,
        kind => 'connect' },
    { name => 'no answer', fault => { fault => 'accept_never', full => 1 },
        args => [@patience], status => 4, kind => 'connect' },
    { name => 'no such name', target => 'no-such-host.invalid', status => 3,
        kind => 'resolve', part => 'no_load' },
    { name => 'no descriptors', args => ['-c', 100], limit => '-n 50',
        status => 8, kind => 'limit', part => 'no_load' },
    { name => '--log nowhere', args => ['--log', '/no-such-folder/x'],
        status => 2, kind => 'usage', part => 'no_load' },
    { name => '--hdr nowhere', args => ['--hdr', '/no-such-folder/x'],
        status => 2, kind => 'usage', part => undef },
    { name => '--plot nowhere', args => ['--plot', '/no-such-folder/x.svg'],
        status => 2, kind => 'usage', part => undef },
);

# runs(OUTCOME): one that has begun for each form: for people, JSON and CSV.
sub runs {
    my $outcome = shift;
    my $fault = $outcome->{fault};
    my $args = $outcome->{args} // [];
    my @prefix = defined $outcome->{limit}
        ? (prefix => ['sh', '-c', "ulimit $outcome->{limit} && exec \"\$@\"",
            'sh']) : ();
    # A server whose queue is full is that for all of them.
    my $shared = !$fault ? $good
        : $fault->{full} ? Server->start(%$fault) : undef;
    my @runs;
    for my $form ([], ['-j'], ['--format', 'csv']) {
        my $server = $shared // Server->start(%$fault);
        push @runs, { server => $server, client => Echoc::start(
            args => ['bench', @$form, @short, @$args,
                $outcome->{target} // $server->target],
            timeout => 30, @prefix) };
    }
    return map { { outcome => $outcome, %$_ } } @runs;
}

my $together = Clock::is_slow() ? 2 : TOGETHER;
while (my @few = splice @outcomes, 0, $together) {
    my @runs = map { runs($_) } @few;
    judge(splice @runs, 0, 3) while @runs;
}

# judge(TEXT, JSON, CSV): the runs of an outcome in these forms.
sub judge {
    my ($outcome) = map { $_->{outcome} } @_;
    my ($text, $r, $csv) = map { $_->{client}->wait } @_;
    my ($name, $status) = @$outcome{qw(name status)};
    is($text->{status}, $status, "$name: status $status")
        or diag($text->{stderr});
    my ($why) = $text->{stderr} =~ /\Aecho\w: (.*)/;
    unlike($text->{stdout}, qr/^\{/m, "$name: the report is for people");

    is($r->{status}, $status, "$name -j: the same status");
    my $part = exists $outcome->{part} ? $outcome->{part} : undef;
    # Whether a file can be written may be found out early or late.
    $part = 'no_load' if $name =~ /hdr|plot/ && $r->{stdout} !~ /"messages"/;
    my $json = well_formed("$name -j", $r->{stdout}, $part);
    is($json->{status}, $status, "$name -j: and in the document");
    is($json->{error}{kind}, $outcome->{kind}, "$name -j: with its kind");
    my ($again) = $r->{stderr} =~ /\Aecho\w: (.*)/;
    is(defined $again, defined $why, "$name -j: standard error is the same");
    my $message = $json->{error}{message} // '';
    like($r->{stderr}, qr/\Aecho\w: (?:[^\n]*: )?\Q$message\E\n/,
        "$name -j: the message is that of the line") if $message ne '';
    is($r->{stderr}, '', "$name -j: nothing else") if $status == 0;
    is_deeply([@{ $json->{command} // [] }[1, 2]], ['bench', '-j'],
        "$name -j: with the command");

    # CSV has its header whatever happens, but after a mistake in its request.
    my @rows = split /^/, $csv->{stdout};
    return if $status == 2;
    like($rows[0] // '', qr/^[a-z]\w*(?:,[a-z]\w*)+\n\z/,
        "$name: CSV has its header");
    is(scalar(grep { !/^[\d.]*(?:,[\d.]*)+\n\z/ } @rows[1 .. $#rows]), 0,
        "$name: CSV has rows of numbers and nothing else") or diag(@rows);
    return;
}

# The server has gone before the load begins: a window of no length, in which
# there is no rate.
my %client;
for my $format ('csv', 'json') {
    my $peer = Peer->new;
    $client{$format} = Echoc::start(args => ['bench', '-c', 2,
            '--connect-rate', 2, '-n', 100, '-W', Clock::scale(),
            '--interval', '20ms', '--format', $format, $peer->target],
        timeout => 30);
    my $c = $peer->accept;
    $c->take(64);
    $c->give(64);
    # The second one is not made.
    $peer->close;
    $c->close;
}
for my $format ('csv', 'json') {
    my $r = $client{$format}->wait;
    my $name = "gone before the load, $format";
    isnt($r->{status}, 0, "$name: it fails");
    unlike($r->{stdout}, qr/\b(?:nan|inf)/i, "$name: every number is one");
    well_formed($name, $r->{stdout}) if $format eq 'json';
    next if $format eq 'json';
    my ($header, @rows) = split /^/, $r->{stdout};
    is(scalar(grep { !/^[\d.]*(?:,[\d.]*)+\n\z/ } @rows), 0,
        "$name: rows of numbers and nothing else") or diag(@rows);
}

# Interrupted, in a stream, which comes as the load goes on.
for my $stream (0, 1) {
    my $client = Echoc::start(args => ['bench', '-d', '60s', '-c', 3,
            '--warmup', 0, '--interval', '20ms',
            $stream ? '--json-stream' : ('-j', '--progress=plain'),
            $good->target]);
    # Without an echo in one of them there would be nothing to tell.
    my $echo = $stream ? qr/"echoed": *[1-9]/ : qr{^[\d.]+ s  (?!0/s)}m;
    ok(Clock::until(sub {
        my $text = $stream ? $client->stdout_so_far : $client->stderr_so_far;
        return $text =~ $echo && 3 <= (() = $text =~ /\n/g);
    }), $stream ? 'lines come while it runs' : 'it runs');
    $client->signal('INT');
    my $r = $client->wait;
    is($r->{status}, 0, 'interrupted: status 0');
    my @lines = split /^/, $r->{stdout};
    my $text = $stream ? pop @lines : join '', splice @lines;
    my $json = well_formed('interrupted', $text);
    ok($json->{interrupted}, 'interrupted: it says so');
    next unless $stream;
    cmp_ok(scalar @lines, '>=', 3, 'a stream: lines before the last');
    is_deeply(\@lines, [grep { /\A\{.*\}\n\z/ } @lines],
        'a stream: each is an object');
    is_deeply([$schema->faults(join('', @lines), 'stream')], [],
        'a stream: as the schema has it');
    my @intervals = map { Echoc::json($_) } @lines;
    delete $_->{type} for @intervals;
    is_deeply(\@intervals, $json->{intervals},
        'a stream: they are those of the document');
}

# An interval begins where the one before ends, and none is forgotten.  On a
# busy machine one can be as long as many.
my $seconds = 0.6 * Clock::scale();
my @intervals_of = ('-c', 3, '-d', $seconds, '--interval', '50ms', '--warmup',
    0);
my $r = Echoc::run(args => ['bench', '-j', @intervals_of, $good->target]);
my $json = well_formed('intervals', $r->{stdout});
my $m = $json->{messages};
my @intervals = @{ $json->{intervals} };
cmp_ok(scalar @intervals, '>=', 3, 'intervals: several');
my $at = 0;
my @gaps = grep {
    my $gap = abs($_->{begin_us} - $at);
    $at = $_->{begin_us} + $_->{length_us};
    $gap > 0.002;
} @intervals;
is(scalar @gaps, 0, 'intervals: without a gap') or diag(explain(\@gaps));
cmp_ok(abs($at - $m->{window_us}), '<', 0.002, 'intervals: up to the end');
is(sum0(map { $_->{echoed} } @intervals), $m->{echoed_in_window},
    'intervals: they have all echoes');
is(sum0(map { $_->{bytes} } @intervals), 64 * $m->{echoed_in_window},
    'intervals: and all bytes');
my @wrong = grep {
    abs($_->{rate_per_s} * $_->{length_us} / 1e6 - $_->{echoed}) > 0.01
} @intervals;
is(scalar @wrong, 0, 'intervals: the rates are theirs');

# A file beside the text, of either form; or instead of it.
sub files { return map { s{.*/}{}r } glob "$dir/*" }

my @forms = (['json'], ['csv', '--format', 'csv'],
    ['stream', '--json-stream']);
for (@forms) {
    my ($form, @args) = @$_;
    my $file = "$dir/$form";
    open my $old, '>', $file or die "$file: $!\n";
    print $old "something that was there\n" x 10_000;
    close $old;
    $client{$form} = Echoc::start(args => ['bench', @args, '-o', $file,
            @intervals_of, $good->target]);
}
for (@forms) {
    my ($form, @args) = @$_;
    my $file = "$dir/$form";
    $r = $client{$form}->wait;
    Echoc::same($r, "-o FILE, $form", status => 0, stderr => '',
        stdout => qr/\Aechoc bench: .*^messages .*^verified /ms);
    unlike($r->{stdout}, qr/^[{\[]|^begin_us/m,
        "-o FILE, $form: the report is as ever");
    my $text = Files::slurp($file) // '';
    my @lines = split /^/, $text;
    well_formed("-o FILE, $form", $form eq 'json' ? $text : $lines[-1])
        if $form ne 'csv';
    next if $form eq 'json';
    cmp_ok(scalar @lines, '>=', 3, "-o FILE, $form: a line an interval");

    # On standard output it is the same, and nothing else.
    $r = Echoc::run(args => ['bench', @args, @short, '-o', '-',
            $good->target]);
    like($r->{stdout}, $form eq 'csv' ? qr/\Abegin_us,/ : qr/\A\{/,
        "-o -, $form: instead of the report");
}
is_deeply([sort(files())], [qw(csv json stream)], 'no other file is made');

# Rows of CSV are those intervals.
my @rows = map { chomp; [split /,/, $_, -1] }
    split /^/, Files::slurp("$dir/csv") // '';
my @names = @{ shift @rows };
is_deeply(\@names, [grep { $_ ne 'type' }
        qw(begin_us length_us echoed bytes errors rate_per_s p50_us p99_us
        max_us)], 'CSV: the columns');
is(scalar(grep { @$_ != @names } @rows), 0, 'CSV: each row has them all');
my ($total) = sum0(map { $_->[1] } @rows);
cmp_ok(abs($total - 1_000_000 * $seconds), '<', 0.01,
    'CSV: all of the time');

# A file that cannot be written is a wrong command line: nothing has begun.
for my $mode ('bench', 'ping', 'send', 'wait') {
    $r = Echoc::run(args => [$mode, '-j', '-o', '/no-such-folder/x',
            $good->target]);
    Echoc::same($r, "$mode -j -o nowhere: plain text", status => 2,
        stdout => '', stderr => qr/\Aechoc: \/no-such-folder\/x: [^\n]+\n\z/);
}

# Others speak of numbers otherwise, but not to programs.
SKIP: {
    my %env = german() or skip('no German locale here', 1);
    $r = Echoc::run(args => ['bench', '-j', @short, '-R', 2000, '--hdr',
            "$dir/hdr", $good->target], env => \%env);
    is($r->{status}, 0, 'in German: status 0');
    well_formed('in German', $r->{stdout});
    unlike(Files::slurp("$dir/hdr"), qr/^ *\d+,/m, 'in German: --hdr');
    $r = Echoc::run(args => ['bench', '--format', 'csv', @short,
            '--fail-if', 'error_rate>0.5%', '--max-error-rate', '0.5',
            '--percentiles', '99.9', '-W', '1.5', $good->target],
        env => \%env);
    is($r->{status}, 0, 'in German: numbers are read with a dot')
        or diag($r->{stderr});
    like($r->{stdout}, qr/\n\d+\.\d+,\d+\.\d+,\d+,/, 'in German: CSV');
    $r = Echoc::run(args => ['bench', @short, $good->target], env => \%env);
    unlike($r->{stdout}, qr/\d,\d/, 'in German: the report');
}

done_testing;

# german(): the environment for it, if it was made for the tests.
sub german {
    my $folder = $ENV{ECHOD_LOCALES} // '';
    return -d "$folder/de_DE.UTF-8" ? (LOCPATH => $folder,
        LC_ALL => 'de_DE.UTF-8', LANG => 'de_DE.UTF-8') : ();
}
