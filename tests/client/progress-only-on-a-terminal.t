# SPDX-License-Identifier: ISC
# If this fails, files and pipes get control sequences of a terminal, a
# terminal gets output that was switched off, or the screen does not show the
# report at the end.
use strict;
use warnings;

use Encode ();
use List::Util qw(max);
use Test::More;

use Clock;
use Echoc;
use Server;

# So many clients at the same time: they only wait, most of the time.
use constant TOGETHER => 70;

# Some messages are lost, and that is what is coloured.
my $server = Server->start(fault => 'early', at => 645);
# As long as that, so that a busy machine has a moment to show progress in.
my @load = ('-c', 1, '-R', 30, '-d', Clock::is_slow() ? 3 : 1.5, '--warmup', 0,
    '--interval', 0.3, '--no-histogram');

# screen(BYTES): what a terminal shows after these, as lines; dies of what it
# would not know.
sub screen {
    my $bytes = shift;
    my ($line, $column, @lines) = ('', 0);
    while ($bytes ne '') {
        if ($bytes =~ s/\A\r//) {
            $column = 0;
        } elsif ($bytes =~ s/\A\n//) {
            push @lines, $line;
            ($line, $column) = ('', 0);
        } elsif ($bytes =~ s/\A\e\[0?K//) {
            $line = substr $line, 0, $column;
        } elsif ($bytes =~ s/\A\e\[[\d;]*m//) {
            next;
        } elsif ($bytes =~ s/\A([^\x00-\x1f\x7f]+)//) {
            my $text = $1;
            substr($line, $column, length $text, $text);
            $column += length $text;
        } else {
            die 'unknown to a terminal: ' . Echoc::shown($bytes) . "\n";
        }
    }
    return (@lines, $line eq '' ? () : $line);
}

my $colours = qr/\e\[[\d;]*m/;
my $progress = qr/\r[^\r\n]*(?:conn|connecting)\b[^\r\n]*\e\[0?K/;

# wanted(CASE): whether there is progress, lines of it, and colours.
sub wanted {
    my $case = shift;
    my ($env, @args) = ($case->{env}, @{ $case->{args} });
    my $given = " @args ";
    my %on = map { $_ => 1 } @{ $case->{on} };
    my $moves = ($env->{TERM} // 'dumb') !~ /^(?:dumb)?\z/;
    my $quiet = $given =~ / (?:-q|--quiet) /;
    my $forced = ($env->{CLICOLOR_FORCE} // '') !~ /^0?\z/;
    my $plain = $given =~ /--progress=plain/ && !$quiet;
    my $drawn = $on{stderr} && $moves && !$quiet
        && $given !~ /--no-progress|--progress/;
    my $coloured = $given =~ /--color=always/ ? 1
        : $given =~ /--no-color|--color=never/ ? 0
        : ($env->{NO_COLOR} // '') ne '' ? 0
        : $forced ? 1
        : $on{stdout} && $moves;
    return ($drawn ? 1 : 0, $plain ? 1 : 0, $coloured ? 1 : 0);
}

my @cases;
for my $on ([], ['stderr'], ['stdout'], ['stdout', 'stderr']) {
    for my $term (undef, 'dumb', 'xterm') {
        for my $no_color (undef, '', '1') {
            push @cases, { on => $on, args => [],
                env => { TERM => $term, NO_COLOR => $no_color } };
        }
    }
    for my $args (['-q'], ['--quiet'], ['--no-progress'], ['--progress=none'],
        ['--progress=plain'], ['--progress=plain', '-q'], ['--color=always'],
        ['--color=never'], ['--no-color'], ['-q', '--color=always']) {
        push @cases, { on => $on, args => $args, env => { TERM => 'xterm' } };
        push @cases, { on => $on, args => $args,
            env => { TERM => 'dumb', NO_COLOR => '1' } };
    }
    for my $env ({ CLICOLOR_FORCE => '1' }, { CLICOLOR_FORCE => '0' },
        { CLICOLOR_FORCE => '' }, { CLICOLOR_FORCE => '1', NO_COLOR => '1' },
        { CLICOLOR_FORCE => '1', NO_COLOR => '' }) {
        push @cases, { on => $on, args => [],
            env => { TERM => 'xterm', %$env } };
    }
}

# name(CASE): in a few words.
sub name {
    my $case = shift;
    my $env = $case->{env};
    return join ' ', 'terminal:', @{ $case->{on} } ? @{ $case->{on} } : 'none',
        map({ "$_=" . ($env->{$_} // 'unset') } sort keys %$env),
        @{ $case->{args} };
}

# has(TEXT, RE): 1 or 0.
sub has { return $_[0] =~ $_[1] ? 1 : 0 }

sub judge {
    my ($case, $r) = @_;
    my $name = name($case);
    my ($drawn, $plain, $coloured) = wanted($case);
    my %on = map { $_ => 1 } @{ $case->{on} };
    my %text = map { $_ => $on{$_} ? $r->{terminal} : $r->{$_} }
        qw(stdout stderr);

    is($r->{status}, 1, "$name: status 1");
    is(has($text{stderr}, $progress), $drawn, "$name: progress $drawn")
        or diag(Echoc::shown($text{stderr}));
    is(has($text{stderr}, qr/^[\d.]+ s  /m), $plain, "$name: lines $plain");
    is(has($text{stdout}, $colours), $coloured, "$name: colours $coloured");
    for my $stream (grep { !$on{$_} } qw(stdout stderr)) {
        my $bytes = $text{$stream};
        $bytes =~ s/$colours//g if $stream eq 'stdout' && $coloured;
        unlike($bytes, qr/[\x00-\x09\x0b-\x1f\x7f-\xff]/,
            "$name: nothing but text in a file for $stream");
    }
    unlike($r->{terminal}, qr/\r|\e/, "$name: nothing but text")
        if $r->{terminal} && !$drawn && !$coloured;

    # What stays is what it would be without progress.
    my @left = screen($text{stdout});
    my %lines = map { $_ => 1 } map { s/\s.*//r } @left;
    ok(!grep({ !$lines{$_} } qw(messages rate verified)),
        "$name: the report is there") or diag(@left);
    is(scalar(grep { /\bconn\b|connecting/ } screen($text{stderr})), 0,
        "$name: progress is gone");
    is(scalar(grep { /^echoc: / } screen($text{stderr})), 1,
        "$name: the error has a line of its own");
    return;
}

# ended(CLIENT...): the results of all of them.  A terminal that nobody reads
# makes its writer wait, so this looks at each until the last has ended.
sub ended {
    my @clients = @_;
    Clock::until(sub { !grep { $_->is_running } @clients }, 20);
    return map { $_->wait } @clients;
}

SKIP: {
    # Whether there are terminals is found out here.
    Echoc::start(args => ['--version'], terminal => ['stdout'])->wait;
    my $together = Clock::is_slow() ? 20 : TOGETHER;
    while (my @batch = splice @cases, 0, $together) {
        my @clients = map {
            my @on = @{ $_->{on} } ? (terminal => $_->{on}) : ();
            Echoc::start(args => ['bench', @load, @{ $_->{args} },
                    $server->target], env => $_->{env}, @on, timeout => 30);
        } @batch;
        my @results = ended(@clients);
        judge($_, shift @results) for @batch;
    }

    # While it connects, too; a line is no longer than the terminal is wide.
    my $silent = Server->start(fault => 'silent');
    my @columns = (20, 33, 80);
    my @connecting = map {
        Echoc::start(terminal => ['stderr'], columns => $_,
            args => ['bench', '-c', 3, '-W', 1.5 * Clock::scale(),
                $silent->target]);
    } @columns;
    my @loaded = map {
        Echoc::start(terminal => ['stderr'], columns => $_,
            args => ['bench', @load, $server->target]);
    } @columns;
    my $stream = Echoc::start(args => ['bench', @load, '--json-stream',
            '--interval', 0.1, $server->target],
        terminal => ['stdout', 'stderr'], columns => 60);
    my @results = ended(@connecting, @loaded, $stream);
    for my $i (0 .. $#columns) {
        my $columns = $columns[$i];
        my $bytes = $results[$i]{terminal};
        like($bytes, qr/\rconnecting 0\/3\e\[K/,
            "$columns columns: it shows that it connects");
        my ($error) = $bytes =~ /([^\r\n]*\n?)\z/;
        like($error, qr/\A(?:\e\[K)?echoc: .*\n\z/,
            "$columns columns: and then what is wrong");

        my $r = $results[@columns + $i];
        $bytes = $r->{terminal};
        my @widths = map { length } $bytes =~ /\r([^\r\n\e]*)\e\[K/g;
        cmp_ok(scalar(grep { $_ > 0 } @widths), '>=', 2,
            "$columns columns: it is drawn again");
        cmp_ok(max(0, @widths), '<', $columns,
            "$columns columns: and fits") or diag(Echoc::shown($bytes));
        # At most four times a second, from half a second on, and once more
        # to erase it.
        cmp_ok(scalar @widths, '<=', 4 * $r->{seconds} + 2,
            "$columns columns: not all the time");
    }

    # Lines of a stream between two drawings of it.
    my $r = $results[-1];
    like($r->{terminal}, $progress, 'a stream on the terminal: progress');
    my @lines = screen($r->{terminal});
    my @odd = grep { !/^\{.*\}\z|^echoc: / } @lines;
    is(scalar @odd, 0, 'a stream on the terminal: each line is one object')
        or diag(map { Echoc::shown($_) . "\n" } @odd);

    # The histogram is only for a report on a terminal.
    my $good = Server->start;
    my @short = ('-n', 3000, '-c', 3);
    my $bar = qr/^ *[\d.]+ [mun]?s +(?:#|[\x{2581}-\x{258f}])/m;
    my %row = ('#' => qr/#/, utf8 => qr/[\x{2588}-\x{258f}]/);
    for (
        ['stdout a file', [], [], {}, undef],
        ['stderr a terminal', ['stderr'], [], {}, undef],
        ['stdout a terminal', ['stdout'], [], {}, '#'],
        ['stdout a dumb terminal', ['stdout'], [], { TERM => 'dumb' }, '#'],
        ['UTF-8', ['stdout'], [], { LC_ALL => 'C.UTF-8' }, 'utf8'],
        ['--no-histogram', ['stdout'], ['--no-histogram'], {}, undef],
        ['--histogram, a file', [], ['--histogram'], {}, '#'],
        ['--histogram, a file, UTF-8', [], ['--histogram'],
            { LC_ALL => 'C.UTF-8' }, 'utf8'],
        ['--histogram -q', [], ['--histogram', '-q'], {}, '#'],
        ['-j', ['stdout'], ['-j'], {}, undef],
    ) {
        my ($name, $on, $args, $env, $kind) = @$_;
        my $r = Echoc::run(args => ['bench', @short, @$args, $good->target],
            env => $env, @$on ? (terminal => $on) : ());
        my $text = Encode::decode('UTF-8',
            grep({ $_ eq 'stdout' } @$on) ? $r->{terminal} : $r->{stdout});
        is(has($text, $bar), defined $kind ? 1 : 0,
            "$name: a histogram " . ($kind // 'is not there'))
            or diag($text);
        next unless defined $kind;
        my @rows = grep { /$bar/ } split /\r?\n/, $text;
        cmp_ok(scalar(@rows), '<=', 20, "$name: of twenty rows at most");
        is(scalar(grep { !/$row{$kind}/ } @rows), 0, "$name: of those bars");
        unlike($text, $row{ $kind eq '#' ? 'utf8' : '#' },
            "$name: and no others");
        my $total = 0;
        $total += $_ for map { /(\d+) +[\d.]+%$/ ? $1 : () }
            split /\r?\n/, $text;
        is($total, 3000, "$name: it has all messages");
    }
    for my $columns (50, 80, 131) {
        for my $locale ('C', 'C.UTF-8') {
            my $r = Echoc::run(args => ['bench', @short, $good->target],
                terminal => ['stdout'], columns => $columns,
                env => { LC_ALL => $locale });
            my @rows = grep { /%$/ && /$bar/ } split /\r?\n/,
                Encode::decode('UTF-8', $r->{terminal});
            my $widest = max(0, map { length } @rows);
            cmp_ok($widest, '<=', $columns,
                "$columns columns, $locale: it fits");
            cmp_ok($widest, '>=', $columns - 4,
                "$columns columns, $locale: and fills them")
                or diag(@rows);
        }
    }
    my $file = Echoc::run(args => ['bench', @short, '--histogram',
            $good->target], terminal => ['stderr'], columns => 131);
    my $widest = max(0, map { length } grep { /%$/ }
        split /\n/, $file->{stdout});
    cmp_ok($widest, '<=', 80, 'a file is as wide as it always is');
}
done_testing;
