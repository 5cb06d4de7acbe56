# SPDX-License-Identifier: ISC
# If this fails, --plot makes no picture or a picture of something else, loses
# its data when gnuplot is missing, or leaves temporary files behind.
use strict;
use warnings;

use Test::More;
use Clock;
use Echoc;
use Files;
use Machine;
use Process;
use Server;

my $server = Server->start;
# By number, so that there is something to draw of a busy machine, too.
my @load = ('-n', 3000, '--warmup', 0, '-c', 3, '--interval', '50ms');
my $dir = Files::new_dir();

# fake(COMMANDS): a PATH with a gnuplot that takes copies of its script and
# of its data, says something, and then does these, for sh.
my $fakes = 0;

sub fake {
    my $commands = shift;
    my $bin = "$dir/bin" . $fakes++;
    mkdir $bin or die "$bin: $!\n";
    open my $fh, '>', "$bin/gnuplot" or die "$bin/gnuplot: $!\n";
    print $fh <<"END";
#!/bin/sh
test \$# -eq 1 || exit 3
cp "\$1" '$dir/seen.script' || exit 4
data=\$(sed -n "s/^plot '\\(.*\\)' index 0 .*/\\1/p" "\$1")
cp "\$data" '$dir/seen.data' || exit 5
output=\$(sed -n "s/^set output '\\(.*\\)'\$/\\1/p" "\$1")
echo this is from gnuplot
$commands
END
    close $fh or die "$bin/gnuplot: $!\n";
    chmod 0755, "$bin/gnuplot";
    return "$bin:$ENV{PATH}";
}

# folder(): an empty one for each picture; files(FOLDER): what is in there.
my $folders = 0;

sub folder {
    my $name = shift // 'folder ' . $folders++;
    mkdir "$dir/$name" or die "$dir/$name: $!\n";
    return "$dir/$name";
}

sub files {
    opendir my $dh, $_[0] or return;
    return sort grep { !/^\.\.?\z/ } readdir $dh;
}

sub plot {
    my ($path, $picture, @args) = @_;
    return Echoc::run(args => ['bench', @load, '--plot', $picture, @args,
            $server->target], env => { PATH => $path }, timeout => 20);
}

# title(): what stands above the picture, line by line.
sub title {
    my @lines = Files::slurp("$dir/seen.script") =~
        /^set label '((?:[^']|'')+)' at screen /mg;
    return join '', map { s/''/'/gr . "\n" } @lines;
}

# number(JSON): as gnuplot has it.
sub number { return defined $_[0] ? sprintf '%.3f', $_[0] : 'NaN' }

# aligned(): all panels have the same edges left and right.
sub aligned {
    my $script = Files::slurp("$dir/seen.script");
    my @left = $script =~ /^set lmargin at screen /mg;
    my @right = $script =~ /^set rmargin at screen /mg;
    my @plots = $script =~ /^plot /mg;
    my @panels = $script =~ /^set [tb]margin at screen /mg;
    is(join(' ', scalar @left, scalar @right), '1 1',
        'the panels have the same margins');
    is(scalar @panels, 2 * @plots, '... and each of them its place');
    return;
}

# marked(PERCENTILES): each that is known, with its value, and no other one.
sub marked {
    my $us = shift;
    my %mark = Files::slurp("$dir/seen.script") =~
        /^set x2tics add \('(p[\d.]+) +([\d.]+ [mun]?s)' /mg;
    my %unit = (ns => 1e-3, us => 1, ms => 1e3, s => 1e6);
    my @known = sort grep { defined $us->{$_} } keys %$us;
    is(join(' ', sort keys %mark), "@known", 'each percentile is marked');
    my @wrong = grep {
        my ($value, $unit) = split / /, $mark{$_} // '0 us';
        abs($value * $unit{$unit} - $us->{$_}) > 0.006 * $us->{$_} + 0.001;
    } @known;
    is("@wrong", '', '... with its value');
    return;
}

my $draws = 'echo "<svg></svg>" >"$output"';

# gnuplot is told what to draw, and nothing remains but the picture.
{
    my $to = folder();
    my $r = plot(fake($draws), "$to/picture.svg", '-j');
    Echoc::same($r, 'a picture', status => 0, stderr => qr/\A(?:this.*\n)?\z/);
    is_deeply([files($to)], ['picture.svg'], '... nothing else is left');
    my $json = Echoc::json($r->{stdout} =~ s/\Athis is from gnuplot\n//r);
    is(substr($r->{stdout}, 0, 2), "{\n", '... nor said but the document');
    is($json->{status}, 0, '... which says the same');

    my $script = Files::slurp("$dir/seen.script") // '';
    my ($host, $port) = ($server->host, $server->port);
    like($script, qr/^set terminal svg\b/m, 'the script: an SVG');
    like($script, qr/^set output '\Q$to\E\/picture\.svg'$/m,
        'the script: of that name');
    my $started = $json->{started} =~ s/T([\d:]+).*/ $1 UTC/r;
    my $echoed = $json->{messages}{echoed};
    like(title(), qr/(?<!\w)\Q$_\E(?!\w)/, "the title: $_")
        for "$host ($host) port $port", 'closed loop', '3 connections',
        '64 bytes', "$echoed echoed and 0 lost", (POSIX::uname())[1],
        $started;
    like($script, qr/^set xlabel 'percentile'$/m, 'the script: one axis');
    like($script, qr/^set label 'service time, [mun]?s' at /m,
        'the script: the other one, and its unit');
    # As in the report: there is only one time in a closed loop.
    unlike($script, qr/response/i, 'the script: and never another word');
    aligned();
    marked($json->{response_time}{percentiles_us});

    my ($nines, $time) = map { [map { [split] } split /\n/] }
        split /\n\n\n/, Files::slurp("$dir/seen.data") // '';
    cmp_ok(scalar @$nines, '>=', 20, 'the data: a curve of percentiles');
    my @down = grep { $nines->[$_][0] <= $nines->[$_ - 1][0]
        || $nines->[$_][1] < $nines->[$_ - 1][1] } 1 .. $#$nines;
    is(scalar @down, 0, 'the data: which always rises');
    my $times = $json->{response_time};
    is($nines->[0][1], sprintf('%.3f', $times->{min_us}),
        'the data: from the minimum');
    my ($tenth) = grep { abs($_->[0] - 10) < 1e-4 } @$nines;
    is($tenth->[1], sprintf('%.3f', $times->{percentiles_us}{p90}),
        'the data: by way of p90');
    my @intervals = @{ $json->{intervals} };
    is(scalar @$time, scalar @intervals, 'the data: and all intervals');
    my @other = grep {
        my ($row, $interval) = ($time->[$_], $intervals[$_]);
        my $end = ($interval->{begin_us} + $interval->{length_us}) / 1e6;
        abs($row->[0] - $interval->{begin_us} / 1e6) > 1e-5
            || abs($row->[1] - $end) > 1e-5
            || abs($row->[2] - $interval->{rate_per_s}) > 1
            || $row->[3] ne number($interval->{p50_us})
            || $row->[5] ne number($interval->{max_us})
    } 0 .. $#intervals;
    is(scalar @other, 0, 'the data: with their ends, rates and latencies');

    my $label = "it's \$HOME\nsystem 'touch $dir/wrong'\n" . 'x' x 200;
    $r = plot(fake($draws), "$to/open.svg", '-R', 500, '-n', 150, '--label',
        $label);
    Echoc::same($r, 'an open loop', status => 0,
        stdout => qr/\Aechoc bench.*^verified /ms);
    like(title(), qr/^open loop: .* 500 messages\/s/m,
        'an open loop: the title says so');
    like(title(), qr/^it's \$HOME\?system 'touch .*\.\.\.$/m,
        'an open loop: with as much of the label as there is room for');
    is(scalar(grep { /^system/ } split /\n/,
        Files::slurp("$dir/seen.script")), 0, '... which is no command');
    like(Files::slurp("$dir/seen.script"),
        qr/^set label 'response time, .* title 'service time'/ms,
        'an open loop: both times');
    aligned();
    is_deeply([files($to)], ['open.svg', 'picture.svg'],
        'an open loop: nothing else is left');
}

# left(NAME, FOLDER, PICTURE, RESULT): script and data are there, and the
# message has their names.
sub left {
    my ($name, $to, $picture, $r) = @_;
    my @left = grep { $_ ne $picture } files($to);
    is(scalar @left, 2, "$name: script and data stay") or diag("@left");
    for my $file (@left) {
        cmp_ok(-s "$to/$file", '>', 20, "$name: $file is not empty");
        like($r->{stderr}, qr/\Q$to\/$file\E(?![\w.])/,
            "$name: the message has the name of $file");
    }
    return;
}

# Without gnuplot, and with one that fails.
for (
    ['no PATH', ''], ['nothing in the PATH', "$dir/nowhere"],
    ['gnuplot fails', fake('echo no good >&2; exit 1')],
    ['gnuplot dies', fake('kill -9 $$')],
    ['gnuplot makes no picture', fake(':')],
    # Of a full disk it says nothing.
    ['gnuplot makes a part', fake('printf "<svg><g>" >"$output"')],
) {
    my ($name, $path) = @$_;
    for my $json ([], ['-j']) {
        my $to = folder();
        my $r = plot($path, "$to/p.svg", @$json);
        my $what = "$name @$json";
        is($r->{status}, 2, "$what: status 2");
        like($r->{stderr}, qr/^echoc: .*gnuplot.*\n\z/m,
            "$what: a line says why");
        left($what, $to, 'p.svg', $r);
        if (@$json) {
            my $document = Echoc::json($r->{stdout});
            is($document->{status}, 2, "$what: the document, too");
            like($document->{error}{message}, qr/gnuplot/, "$what: and why");
            cmp_ok($document->{messages}{echoed}, '>', 0,
                "$what: it has what was measured");
        } else {
            like($r->{stdout}, qr/^messages .*^verified /ms,
                "$what: the report is complete");
        }
    }
}

# Where nothing can be written.
{
    my $r = plot(fake($draws), "$dir/nowhere/p.svg");
    Echoc::same($r, 'no such folder', status => 2,
        stderr => qr/\Aechoc: .*nowhere.*No such file/);
}

# A bad load is what it is, drawn or not.
for (
    ['a mismatch', 6, fake('exit 1'), fault => 'flip', at => 640],
    ['a mismatch', 6, fake($draws), fault => 'flip', at => 640],
    ['errors', 1, fake($draws), fault => 'early', at => 645],
    ['silence', 5, fake($draws), fault => 'silent'],
) {
    my ($name, $status, $path, %fault) = @$_;
    my $to = folder();
    my $good = $server;
    $server = Server->start(%fault);
    # The others have to be served.
    my @wait = $fault{fault} eq 'silent' ? ('-W', 0.3 * Clock::scale()) : ();
    my $r = plot($path, "$to/p.svg", @wait);
    is($r->{status}, $status, "$name, and a picture of it: status $status")
        or diag($r->{stderr});
    $server = $good;
}

# Who interrupts it does not have to wait for gnuplot.
{
    my $to = folder();
    my $path = fake("echo \$\$ >'$dir/pid'; exec tail -f /dev/null");
    my $client = Echoc::start(args => ['bench', @load, '--plot',
            "$to/p.svg", $server->target], timeout => 20,
        env => { PATH => $path });
    ok(Clock::until(sub { (Files::slurp("$dir/pid") // '') =~ /\n/ }),
        'a gnuplot that hangs');
    my ($pid) = (Files::slurp("$dir/pid") // '') =~ /(\d+)/
        or die "gnuplot has not been run\n";
    # As from a terminal: all of them get it.
    Clock::until(sub {
        $client->signal('INT');
        kill INT => $pid;
        return !$client->is_running;
    });
    ok(!$client->is_running, '... is ended with the client');
    kill KILL => $pid if Process::is_alive($pid);
    $client->wait(5);
}

# The real one.
SKIP: {
    skip 'no gnuplot here', 1 unless Machine::has('gnuplot');
    my $to = folder("it's a folder");
    for (
        ['a name', 'picture.svg', []],
        ['an odd name', "it's \"one\" %d \\n \$x.svg", []],
        ['a dash in front', "-p.svg", []],
        ['an open loop', 'open.svg', ['-R', 500, '-n', 150]],
        ['no interval at all', 'short.svg', ['--interval', '1h']],
        ['two threads and all sizes', 'sizes.svg',
            ['-s', '64-4096', '-t', 2]],
    ) {
        my ($name, $file, $args) = @$_;
        my $r = plot($ENV{PATH}, "$to/$file", @$args);
        Echoc::same($r, "gnuplot, $name", status => 0, stderr => '');
        like(Files::slurp("$to/$file") // 'none', qr/<svg\b.*<\/svg>/s,
            "gnuplot, $name: it is an SVG");
        unlink "$to/$file";
        is_deeply([files($to)], [], "gnuplot, $name: nothing else is left");
    }
    # What begins with a dash is no option of gnuplot.
    chdir $to or die "$to: $!\n";
    for my $file ('-x.svg', '-persist.svg', '--version.svg') {
        my $r = plot($ENV{PATH}, $file);
        Echoc::same($r, "gnuplot, $file", status => 0, stderr => '');
        like(Files::slurp("$to/$file") // 'none', qr/<svg\b.*<\/svg>/s,
            "gnuplot, $file: it is an SVG");
        unlink "$to/$file";
        is_deeply([files($to)], [], "gnuplot, $file: nothing else is left");
    }
    chdir '/';
    # What gnuplot could not read is said before the load.
    my $wrong = plot($ENV{PATH}, "$to/a\nb.svg");
    Echoc::same($wrong, 'a line break in the name', status => 2,
        stderr => qr/\Aechoc: --plot: .*line break/, stdout => '');
    # So little that there is hardly anything to draw.
    for my $n (1, 2, 12, 100) {
        my $r = Echoc::run(args => ['bench', '-c', 1, '-n', $n, '--plot',
                "$to/$n.svg", $server->target], timeout => 20);
        Echoc::same($r, "gnuplot, $n messages", status => 0, stderr => '');
        my $picture = Files::slurp("$to/$n.svg") // '';
        is($picture =~ /by percentile/ ? 1 : 0, $n >= 20 ? 1 : 0,
            "gnuplot, $n messages: percentiles if there are some");
    }
    # Nothing at all.
    my $silent = Server->start(fault => 'silent');
    my $r = Echoc::run(args => ['bench', '-c', 1, '-W',
            0.3 * Clock::scale(), '--plot', "$to/none.svg",
            $silent->target], timeout => 20);
    Echoc::same($r, 'gnuplot, silence', status => 5,
        stderr => qr/\Aechoc: .*\n\z/);
}
done_testing;
