# SPDX-License-Identifier: ISC
# If this fails, the latencies in the report of a load are not those of its
# messages.
#
# alone: compares latencies with what the load must have, which others change
use strict;
use warnings;

use List::Util qw(max sum0);
use Test::More;

use Clock;
use EchocBench;
use Files;
use Server;

# In the units of percentiles, of which 100000 are one percent.
my %part = (
    1 => 100_000, 10 => 1_000_000, 25 => 2_500_000, 50 => 5_000_000,
    75 => 7_500_000, 90 => 9_000_000, 95 => 9_500_000, 99 => 9_900_000,
    99.9 => 9_990_000, 99.99 => 9_999_000, 99.999 => 9_999_900,
    100 => 10_000_000,
);
my @names = sort { $a <=> $b } keys %part;
my $list = join ',', @names;

# ns(US): microseconds of a document, which have three decimals.
sub ns { return defined $_[0] ? sprintf '%.0f', $_[0] * 1000 : undef }

# rank(PERCENTILE, N): which of the sorted values it is, in whole numbers.
sub rank {
    my ($name, $n) = @_;
    my $rank = int(($part{$name} * $n + 9_999_999) / 10_000_000);
    return max($rank, 1);
}

# messages(FILE): each as [due, sent, done, connection, bytes].
sub messages {
    my ($head, @lines) = split /\n/, Files::slurp($_[0]) // '';
    is($head, join("\t", qw(due_ns sent_ns done_ns connection bytes)),
        'the log says what is in its columns');
    return map { [split /\t/] } @lines;
}

# agrees(TIMES, SORTED): what of a member of the document does not fit all the
# values.
sub agrees {
    my ($times, @sorted) = @_;
    my $n = @sorted;
    my @wrong;
    my $check = sub {
        my ($what, $is, $least, $most) = @_;
        push @wrong, "$what: " . ($is // 'null') . ", not $least to $most"
            unless defined $is && $is >= $least && $is <= $most;
    };
    $check->('count', $times->{count}, $n, $n);
    $check->('min', ns($times->{min_us}), $sorted[0], $sorted[0]);
    $check->('max', ns($times->{max_us}), $sorted[-1], $sorted[-1]);
    my $mean = sum0(@sorted) / $n;
    $check->('mean', ns($times->{mean_us}), $mean - 1, $mean + 1);
    my $deviation = sqrt(sum0(map { ($_ - $mean)**2 } @sorted) / $n);
    $check->('deviation', ns($times->{stddev_us}),
        0.99 * $deviation - 1, 1.01 * $deviation + 1);
    for my $name (@names) {
        my $rank = rank($name, $n);
        my $is = ns($times->{percentiles_us}{"p$name"});
        my $exact = $sorted[$rank - 1];
        # The last one is the maximum, which is known whatever there is.
        if ($name eq '100') {
            $check->('p100', $is, $exact, $exact);
            next;
        }
        if ($n - $rank < 10) {
            push @wrong, "p$name: $is, on fewer than ten" if defined $is;
            next;
        }
        $check->("p$name", $is, $exact, $exact * 1.001 + 1);
    }
    my $more = keys(%{ $times->{percentiles_us} }) - @names;
    push @wrong, "$more percentiles that nobody asked for" if $more;
    return @wrong;
}

# up_to(VALUES, LIMIT): how many of the sorted values are not above it.
sub up_to {
    my ($sorted, $limit) = @_;
    my ($low, $high) = (0, scalar @$sorted);
    while ($low < $high) {
        my $middle = ($low + $high) >> 1;
        if ($sorted->[$middle] <= $limit) {
            $low = $middle + 1;
        } else {
            $high = $middle;
        }
    }
    return $low;
}

# The pairs of a histogram: upper edge, and how many are between the one
# before and that.
sub histogram_faults {
    my ($pairs, @sorted) = @_;
    my ($seen, $before, @wrong) = (0, -1);
    for (@$pairs) {
        my ($edge, $count) = (ns($_->[0]), $_->[1]);
        push @wrong, "$edge after $before" if $edge <= $before;
        push @wrong, "$count up to $edge" if $count < 1;
        $seen += $count;
        my $exact = up_to(\@sorted, $edge);
        push @wrong, "$seen up to $edge, not $exact" if $seen != $exact;
        # As fine as it is said to be.
        my ($value) = $sorted[$exact - 1];
        push @wrong, "$edge is far above $value"
            if $edge > $value * 1.001 + 1;
        $before = $edge;
    }
    push @wrong, "$seen in all" if $seen != @sorted;
    return @wrong;
}

# The lines of --hdr: value, share, count up to there, and their last words.
sub spectrum_faults {
    my ($text, @sorted) = @_;
    my $n = @sorted;
    my ($rows, @wrong) = (0);
    my ($last, $before) = ('', 0);
    for (grep { /^\s*\d/ } split /\n/, $text) {
        my ($value, $share, $count, $inverse) = split;
        my $edge = ns($value);
        $rows++;
        push @wrong, "$value: $count are not above it"
            if up_to(\@sorted, $edge) != $count;
        push @wrong, "$value: $count are not $share of them"
            if $count < int($share * $n);
        my $exact = $sorted[$count - 1];
        push @wrong, "$value for $exact"
            if $edge < $exact || $edge > $exact * 1.001 + 1;
        push @wrong, "$value: 1/(1-$share) is not $inverse"
            if $share < 1 && abs($inverse * (1 - $share) - 1) > 0.02;
        push @wrong, "$share after $before" if $share < $before;
        ($last, $before) = ("$value $share $count", $share);
    }
    my $max = sprintf '%.3f', $sorted[-1] / 1000;
    push @wrong, "the last row is $last"
        if $last !~ /^\Q$max\E 1\.0* $n$/;
    push @wrong, "only $rows rows" if $rows < 10;
    my $mean = sum0(@sorted) / $n / 1000;
    my ($is) = $text =~ /^#\[Mean\s*=\s*([\d.]+), StdDeviation\s*=/m;
    push @wrong, "mean $is, not $mean" if abs($is - $mean) > 0.001;
    push @wrong, "max is not $max, count not $n"
        if $text !~ /^#\[Max\s*=\s*\Q$max\E, Total count\s*=\s*$n\]$/m;
    push @wrong, 'no title with unit and model'
        if $text !~ /\A#.*microseconds.*(?:open|closed) loop/;
    return @wrong;
}

# The rows of the report against the members of the document.  Its last digit
# is rounded, or cut off.
my %unit = (ns => 1, us => 1e3, ms => 1e6, s => 1e9);

sub report_faults {
    my ($report, @times) = @_;
    my @wrong;
    for my $name ('min', 'mean', 'max', map { "p$_" } @names) {
        my ($rest) = $report =~ /^  \Q$name\E  +(\S.*)$/m;
        my @cells = split /  +/, $rest // '';
        push @wrong, "$name: " . @cells . ' columns' if @cells != @times;
        for my $i (0 .. $#times) {
            my $exact = ns($name =~ /^p/ ? $times[$i]{percentiles_us}{$name}
                : $times[$i]{"${name}_us"});
            my $cell = $cells[$i] // 'nothing';
            if (!defined $exact) {
                push @wrong, "$name: $cell for null" if $cell ne '-';
                next;
            }
            my ($number, $decimals, $unit) =
                $cell =~ /^(\d+(?:\.(\d+))?) ([mun]?s)$/;
            if (!defined $number) {
                push @wrong, "$name: $cell";
                next;
            }
            my $digit = $unit{$unit} / 10**length($decimals // '');
            push @wrong, "$name: $cell for $exact ns"
                if abs($number * $unit{$unit} - $exact) > $digit;
        }
    }
    return @wrong;
}

# good(NAME, WHAT IS WRONG): one test that nothing is.
sub good {
    my ($name, @wrong) = @_;
    return 1 if ok(!@wrong, $name);
    my $more = @wrong - 10;
    diag($_) for splice @wrong, 0, 10;
    diag("... $more more") if $more > 0;
    return 0;
}

my $dir = Files::new_dir();

sub check {
    my ($name, $server, @args) = @_;
    my $r = EchocBench::run(['--log', "$dir/log", '--hdr', "$dir/hdr",
            '--percentiles', $list, @args], $server);
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    EchocBench::balances($r, $name);
    my ($json, @all) = ($r->{json}, messages("$dir/log"));
    my $m = $json->{messages};
    is(scalar @all, $m->{echoed}, "$name: each echo is in the log once");
    is(sum0(map { $_->[4] } @all), $m->{bytes_echoed},
        "$name: with its bytes");
    good("$name: their times follow one another",
        map { "@$_" } grep { $_->[0] > $_->[1] || $_->[1] > $_->[2] } @all);
    my $open = $json->{config}{model} eq 'open';
    my @response = sort { $a <=> $b }
        map { $_->[2] - $_->[$open ? 0 : 1] } @all;
    my @service = sort { $a <=> $b } map { $_->[2] - $_->[1] } @all;
    good("$name: response time", agrees($json->{response_time}, @response));
    good("$name: service time", agrees($json->{service_time}, @service));
    good("$name: the histogram",
        histogram_faults($json->{histogram}, @response));
    good("$name: --hdr",
        spectrum_faults(Files::slurp("$dir/hdr") // '', @response));
    my $time = $open ? 'response time' : 'service time';
    like(Files::slurp("$dir/hdr") // '', qr/\A# $time in microseconds, /,
        "$name: by the name that they have in the report");
    good("$name: the report", report_faults($r->{stdout},
        $open ? @$json{qw(response_time service_time)}
        : $json->{service_time}));
    my $head = $open ? qr/response time +service time/ : qr/service time/;
    like($r->{stdout}, qr/^  latency +$head$/m, "$name: its columns");

    # No message is of the warm-up, or after the end; sums of intervals.
    my $window = $m->{window_us} * 1000;
    good("$name: all belong to the window",
        map { "@$_" } grep { $_->[0] < 0 || $_->[0] > $window } @all);
    # The last ones of -n, which may come at once, end it.
    my $within = grep { $_->[2] <= $window } @all;
    cmp_ok(abs($m->{echoed_in_window} - $within), '<=',
        $json->{config}{connections} * ($json->{config}{pipeline} // 1) + 1,
        "$name: what came within the window");
    return;
}

my $short = Clock::is_slow() ? '0.3s' : '0.6s';
my $good = Server->start;
check('closed loop', $good, '-d', $short, '-c', 5, '-P', 2);
check('closed loop, threads', $good, '-d', $short, '-c', 6, '-t', 3, '-s',
    '64,5000');
check('closed loop, by number', $good, '-n', 2000, '-c', 3);
check('open loop', $good, '-d', $short, '-c', 5, '-R', 3000);
check('open loop, threads', $good, '-n', 1500, '-c', 10, '-R', 4000, '-t', 2,
    '--reconnect', 20);

# Values of all sizes: a server that stops again and again.
my $rough = Server->start(stall => 0.1, period => 0.25);
check('stalls, closed loop', $rough, '-d', '0.8s', '-c', 5, '-P', 3);
check('stalls, open loop', $rough, '-d', '0.8s', '-c', 5, '-R', 3000);

# A handful, of which little can be said.
my $r = EchocBench::run(['-n', 19, '-c', 2, '--percentiles', '40,50,99'],
    $good);
my $times = $r->{json}{response_time};
isnt($times->{percentiles_us}{p40}, undef, 'p40 of 19 has enough above it');
is($times->{percentiles_us}{p50}, undef, '... p50 has not');
is($times->{percentiles_us}{p99}, undef, '... nor has p99');
like($r->{stdout}, qr/^  p40 +[\d.]+ [mun]?s$/m, '... p40 in the report');
like($r->{stdout}, qr/^  p50 +-$/m, '... p50 is not');
done_testing;
