# SPDX-License-Identifier: ISC
#
# If this fails, the manual of echoc does not describe everything that a user
# of echoc meets, or describes what echoc does not have: an option, a default,
# an exit status, a kind of error, a member of JSON, a column, a variable, a
# signal.
use strict;
use warnings;
use Test::More;
use Source;

my $page = slurp('man/echoc.1');
my @sources = files('src/client', qr/\.c$/);
my $all = join "\n", map { slurp($_) } @sources;

# The parts of the page by their headings, without comments.
my %part;
{
    my $heading = '';

    for (split /\n/, $page) {
        $heading = $1 if /^\.S[hs] (.*)/;
        $part{$heading} .= "$_\n";
    }
}

# says PART, PATTERN, NAME: like(), without the whole text when it fails.
sub says {
    my ($text, $pattern, $name) = @_;

    ok scalar(($text // '') =~ $pattern), $name;
}

# unknown FOUND, KNOWN, NAME: nothing is in the page that is not in the source.
sub unknown {
    my ($found, $known, $name) = @_;
    my %known = map { $_ => 1 } @$known;

    is_deeply [grep { !$known{$_} } @$found], [], $name;
}

# literals TEXT: its string literals, adjacent ones joined as C does.
sub literals {
    my ($text) = @_;
    my @found = $text =~ /((?:"(?:[^"\\\n]|\\.)*"\s*)+)/g;

    return map { join '', /"((?:[^"\\]|\\.)*)"/g } @found;
}

# entries PART: [the options of its .It lines, the text below them] of each.
sub entries {
    my ($text) = @_;
    my @entries;

    while (($text // '') =~ /((?:^\.It Fl .*\n)+)((?:(?!\.It Fl ).*\n)*)/mg) {
        my ($heads, $body) = ($1, $2);

        push @entries, [$heads, $body =~ s/^\.(?:Ar |Li )?//mgr =~ s/\s+/ /gr];
    }
    return @entries;
}

# Options: each row of the table, in the part of each mode that has it.
my %mode = (T => 'Transcript', S => 'send', P => 'ping', B => 'bench',
    W => 'wait');
my (%letters, %words, $rows);
my $table = slurp('src/client/flags.c');
while ($table =~ /\{\s([A-Z|\s]+),\s+(?:'(.)'|0),\s+"([\w-]+)",
    .*?(?:"((?:[^"\\]|\\.)*)"|NULL)\s\},$/gmsx) {
    my ($modes, $letter, $word, $help) = ($1, $2, $3, $4);
    my $all_modes = $modes =~ /ALL/;
    my $head = defined $letter ?
        qr/^\.It .*?Fl $letter\b.*? , Fl Fl \Q$word\E(?![\w-])/m :
        qr/^\.It .*?Fl Fl \Q$word\E(?![\w-])/m;
    my ($default) = ($help // '') =~ /\(([\d.,]+(?: \w+)?)\)/;

    $rows++;
    for my $m ($all_modes ? keys %mode : $modes =~ /[A-Z]/g) {
        my @found = grep { $_->[0] =~ $head }
            map { entries($part{$_}) } 'All modes', $mode{$m};

        push @{$words{$mode{$m}}}, $word;
        push @{$letters{$mode{$m}}}, $letter if defined $letter;
        next if $all_modes && $m ne 'T';
        is scalar(@found), 1, "--$word: is in echoc(1), $mode{$m}";
        says $found[0][1], qr/default is \Q$default\E(?!,?\d)/,
            "--$word: with its default" if defined $default;
    }
}
cmp_ok $rows // 0, '>=', 50, 'there are options';
for my $mode (sort values %mode) {
    my @heads = map { $_->[0] } entries($part{$mode});

    unknown [map { /Fl Fl ([\w-]+)/g } @heads], $words{$mode},
        "echoc(1) has no other long option of $mode";
    unknown [map { /Fl (\w)(?=[ ,]|$)/mg } @heads], $letters{$mode},
        "echoc(1) has no other short option of $mode";
}
unknown [$page =~ /Fl Fl ([\w-]+)/g], [map { @$_ } values %words],
    'nor does it speak of another anywhere';
says $page, qr/^\.Cm $_$/m, "$_: is in echoc(1)"
    for grep { $_ ne 'transcript' }
    literals(($all =~ /\bnames\[MODE_COUNT\] = \{(.*?)\}/s)[0] // '');

# Figures of --fail-if.
my @figures = literals(($all =~ /\bmetrics\[\] = \{(.*?)^\};/ms)[0] // '');
cmp_ok scalar(@figures), '>=', 6, 'there are figures for --fail-if';
says $part{bench}, qr/^\.It Cm (?:.*[ ,])?$_(?: |$)/m, "$_: is in echoc(1)"
    for @figures;

# Exit statuses, with their names in JSON.
my %status = slurp('src/client/core/failure.h') =~ /\b(OUTCOME_\w+) = (\d+)/g;
my %kind = slurp('src/client/core/failure.c') =~
    /\[(OUTCOME_\w+)\] = "(\w+)"/g;
is_deeply [sort keys %kind], [sort keys %status], 'each exit status has a name';
says $part{'EXIT STATUS'}, qr/^\.It $status{$_} Pq Li $kind{$_}$/m,
    "$_: is in echoc(1)" for sort keys %status;
unknown [($part{'EXIT STATUS'} // '') =~ /^\.It (\d+)/mg], [values %status],
    'echoc(1) has no other exit status';

# Kinds of errors.
my @faults = slurp('src/client/core/fault.c') =~
    /= \{ "(\w+)",\s"([^"]+)",\s+(OUTCOME_\w+) \}/g;
cmp_ok scalar(@faults), '>=', 3 * 10, 'there are kinds of errors';
while (my ($name, $words, $outcome) = splice @faults, 0, 3) {
    next if $name eq 'none';
    says $part{'Kinds of errors'},
        qr/^\.It Li $name Ta \Q$words\E.* Ta $status{$outcome}$/m,
        "$name: is in echoc(1)";
}

# JSON: members, and what a member can be.
my @members = $all =~ /\b(?:json_object_set_new|document_set)\(
    (?:\w+|json_object_get\(\w+,\s"\w+"\)),\s+"(\w+)"/gx;
push @members, grep { /^\w+$/ } literals($_)
    for $all =~ /\bjson_pack\((.*?);/gs,
    $all =~ /\b(?:counts|percentile_names)\[\] = \{(.*?)\};/gs;
cmp_ok scalar(@members), '>', 100, 'there are members of JSON';
my @documented = map { /\bLi (.*)/ ? split(/ , /, $1) : () }
    ($part{JSON} // '') =~ /^\.It (.*)/mg;
my %documented = map { $_ => 1 } map { split /\./ } @documented;
my %seen;
ok $documented{$_}, "$_: is in echoc(1)" for grep { !$seen{$_}++ } @members;
unknown [sort keys %documented], \@members,
    'echoc(1) has no other member of JSON';
for (map { literals($_) } $all =~ /\bjson_string\(([^()]*)\)/g) {
    says $part{JSON}, qr/^\.Qq $_(?: |$)/m, "\"$_\": is in echoc(1)"
        if /^\w+$/;
}

# Columns of CSV and of the log.
my @columns = grep { /^\w+(?:,\w+){3,}\\n$/ } literals($all);
is scalar(@columns), 2, 'there are two forms of CSV';
says $part{CSV}, qr/^(?:\.Dl )?\Q$_\E$/m, "$_: is in echoc(1)"
    for map { s/\\n$//r } @columns;
my ($log) = grep { /^\w+(?:\\t\w+)+\\n$/ } literals($all);
says $part{Files}, qr/^\.It Li (?:.* , )?$_(?: |$)/m, "$_: is in echoc(1)"
    for split /\\t/, ($log // 'no log') =~ s/\\n$//r;

# The environment; what a library reads is known here only.
my @variables = ($all . slurp('src/common/terminal.c')) =~
    /\b(?:getenv|has)\("(\w+)"\)/g;
cmp_ok scalar(@variables), '>=', 3, 'there are variables';
says $part{ENVIRONMENT}, qr/^\.It Ev (?:.* , )?$_(?: |$)/m,
    "$_: is in echoc(1)" for @variables;
unknown [map { split / , / } ($part{ENVIRONMENT} // '') =~ /^\.It Ev (.*)/mg],
    [@variables, qw(LANG LC_ALL LC_CTYPE PATH TZ)],
    'echoc(1) has no other variable';

# Signals.
$seen{$_} = 1 for code('src/client/core/signals.c') =~ /\b(SIG[A-Z]{3,})\b/g;
delete @seen{qw(SIG_BLOCK SIG_IGN SIG_UNBLOCK)};
my @signals = sort grep { /^SIG/ } keys %seen;
cmp_ok scalar(@signals), '>=', 4, 'there are signals';
says $part{SIGNALS}, qr/^\.It Dv (?:.* , )?$_(?: |$)/m, "$_: is in echoc(1)"
    for @signals;

done_testing;
