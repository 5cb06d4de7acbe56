# SPDX-License-Identifier: ISC
#
# If this fails, the manual does not describe everything that an operator
# meets: a setting, an option, a signal, an exit status, a reason, a line in
# the log.
use strict;
use warnings;
use Test::More;
use Source;

my $echod = $ENV{ECHOD} // './echod';
my $man8 = slurp('man/echod.8');
my $man5 = slurp('man/echod.conf.5');
my $sample = slurp('etc/echod.conf');

# plain PAGE: the words of a page without its macros, on one line.
sub plain {
    my ($text) = @_;

    $text =~ s/^\.\\".*\n//mg;
    $text =~ s/^\.(?:Pp|Xo|Xc|Bl|El|Bd|Ed|Sh|Ss).*\n/ /mg;
    $text =~ s/^\.//mg;
    $text =~ s/\\&//g;
    $text =~ s/\\\(dq/"/g;
    $text =~ s/\\\(en|\\-/-/g;
    # Ns: without a blank; the others only mark a word.
    $text =~ s/\s+Ns\s+//g;
    $text =~ s/(?<!\S)(?:It|Li|Ar|Op|Oo|Oc|Qq|Dv|Sy|Em|Ic|No|Pa|Ta)(?!\S)//g;
    $text =~ s/\s+/ /g;
    $text =~ s/ ([,:;.])/$1/g;
    return $text;
}

# says PAGE, PATTERN, NAME: like(), without the whole page when it fails.
sub says {
    my ($page, $pattern, $name) = @_;

    ok scalar($page =~ $pattern), $name;
}

# A log that is opened without O_APPEND fills with NULs when it is truncated.
ok $man8 !~ /2>[^>&\\]/, 'no example overwrites a log';

# Settings: -T knows them all, as it walks the table.
my (@settings, $group);
{
    my ($status, $text) = output($echod, '-T', '-c',
        top() . '/tests/data/good-empty.conf');

    is $status, 0, 'the settings are listed' or diag $text;
    for (split /\n/, $text) {
        if (/^(\w+) = \{/) {
            $group = $1;
        } elsif (/^\};/) {
            undef $group;
        } elsif (/^\t?(\w+) = (.*?);?(?:\t# (.*))?$/) {
            push @settings, [$group, $1, $2];
        }
    }
}
cmp_ok scalar(@settings), '>', 20, 'and there are many';
for my $setting (@settings) {
    my ($in, $key, $value) = @$setting;
    my $path = defined $in ? "$in.$key" : $key;

    says $man5, qr/^\.It Ic \Q$path\E\b/m, "$path: is in echod.conf(5)";
    my $part = $sample;
    ($part) = $sample =~ /^\Q$in\E = \{\n(.*?)^\};/ms if defined $in;
    says $part // '', qr/^#\Q$key\E = /m, "$path: is in the sample file";
    # A value that a machine or a build may have otherwise is only in the page.
    says $part // '', qr/^#\Q$key\E = \Q$value\E;$/m,
        "$path: with its default"
        if $key ne 'pid_file' && $key ne 'listen' && $path ne 'sandbox';
}
# And nothing that is no setting.
{
    my %known = map { ($_->[0] // '') . '.' . $_->[1] => 1 } @settings;
    my ($in, @unknown) = ('');

    for (split /\n/, $sample) {
        if (/^(\w+) = \{/) {
            $in = $1;
        } elsif (/^\};/) {
            $in = '';
        } elsif (/^#(\w+) = /) {
            push @unknown, "$in.$1" if !$known{"$in.$1"};
        }
    }
    is_deeply \@unknown, [], 'the sample file has no other';
    my %in_page = map { $_ => 1 } $man5 =~ /^\.It Ic (\w+(?:\.\w+)?) /mg;
    delete $in_page{$_->[0] ? "$_->[0].$_->[1]" : $_->[1]} for @settings;
    is_deeply [sort keys %in_page], [], 'nor has echod.conf(5)';
}

# Options.
my $options = slurp('src/config/options.c');
my @long = $options =~ /\{ "([a-z-]+)", \w+, NULL, '(\w)' \}/g;
cmp_ok scalar(@long), '>=', 20, 'there are options';
while (my ($long, $short) = splice @long, 0, 2) {
    says $man8, qr/^\.It Fl $short\b.*, Fl Fl \Q$long\E\b/m,
        "-$short, --$long: is in echod(8)";
}
for ($options =~ /\{ "([a-z-]+)", \w+, NULL, [A-Z]/g) {
    says $man8, qr/^\.It Fl Fl \Q$_\E\b/m, "--$_: is in echod(8)";
}

# Signals: those that the master reads and a worker handles.
my $signals = slurp('src/daemon/signals.c');
my ($tables) = $signals =~ /master_signals\[\] = \{(.*?)left_alone/s;
my %signals = map { $_ => 1 } ($tables // '') =~ /\b(SIG[A-Z0-9]+)\b/g;
cmp_ok scalar(keys %signals), '>=', 6, 'there are signals';
says $man8, qr/\bDv $_\b/, "$_: is in echod(8)" for sort keys %signals;

# Exit statuses.
my %number = (EX_OK => 0, EX_USAGE => 64, EX_UNAVAILABLE => 69,
    EX_SOFTWARE => 70, EX_OSERR => 71, EX_OSFILE => 72, EX_CANTCREAT => 73,
    EX_IOERR => 74, EX_TEMPFAIL => 75, EX_PROTOCOL => 76, EX_NOPERM => 77, EX_CONFIG => 78);
my (%statuses, %by_ctl);
for my $file (files('src', qr/\.c$/)) {
    ($file =~ m{^src/control/} ? \%by_ctl : \%statuses)->{$_} = 1
        for code($file) =~ /\b(EX_[A-Z]+)\b/g;
}
for (sort keys %statuses) {
    ok defined $number{$_}, "$_: is known" or next;
    says $man8, $_ eq 'EX_OK' ? qr/^\.It 0$/m :
        qr/^\.It $number{$_} Pq Dv $_$/m, "$_: is in echod(8)";
}
my $ctl = slurp('man/echodctl.8');
for (grep { $_ ne 'EX_OK' } sort keys %by_ctl) {
    ok defined $number{$_}, "$_: is known" or next;
    says $ctl, qr/^\.It $number{$_} Pq Dv $_$/m, "$_: is in echodctl(8)";
}

# What one can ask echodctl for, and the master.
my @commands = slurp('src/control/arguments.c') =~ /\{ "(\w+)", "\w+", SHOW_/g;
cmp_ok scalar(@commands), '==', 10, 'echodctl has commands';
says $ctl, qr/^\.It Cm $_$/m, "$_: is in echodctl(8)" for @commands;
my @ctl_options = slurp('src/control/arguments.c')
    =~ /\{ "([a-z-]+)", \w+_argument,/g;
cmp_ok scalar(@ctl_options), '>=', 7, 'and options';
says $ctl, qr/^\.It .*Fl Fl \Q$_\E\b/m, "--$_: is in echodctl(8)"
    for @ctl_options;
my @requests = slurp('src/daemon/control/verb.c') =~ /\{ "(\w+)", VERB_/g;
cmp_ok scalar(@requests), '>=', 9, 'the master knows requests';
my ($socket) = $man8 =~ /^\.Sh CONTROL SOCKET\n(.*?)^\.Sh /ms;
says $socket, qr/^\.It Ic $_$/m, "$_: is in echod(8)" for @requests;

# Reasons for the end of a connection.
my ($names) = slurp('src/daemon/worker/echo.c') =~ /names\[ECHO_ENDS\] = \{(.*?)\}/s;
my @reasons = grep { $_ ne 'open' } ($names // '') =~ /"([^"]+)"/g;
cmp_ok scalar(@reasons), '>=', 7, 'there are reasons';
says $man8, qr/^\.It Li \Q$_\E$/m, "$_: is in echod(8)" for @reasons;

# Log lines: each fixed piece of each one.
my $text = plain($man8);
my $lines = 0;
for my $file (files('src/daemon', qr/\.c$/)) {
    my $source = slurp($file);

    while ($source =~ /\b(?:log_(?:err|warning|notice|info|debug|write)|class_log|tell_outcome)\s*
        \([^"();]*((?:"(?:[^"\\]|\\.)*"|PRI\w+|\s)+)/gx) {
        my $format = join '', map {
            /^"(.*)"$/s ? $1 : /PRI/ ? 'd' : ''
        } $1 =~ /("(?:[^"\\]|\\.)*"|PRI\w+)/g;
        # What stands around the values.
        my @pieces = grep { /[a-z]{3}/ }
            map { s/^[\s,:;]+|[\s,:;]+$//gr }
            split /%[-0-9.]*l*(?:[a-z])/, $format;
        next if !@pieces;
        # The page explains a report by its keys, not by its lines.
        @pieces = "@pieces" =~ /(\w+)/g if $format =~ /^status /;
        $lines++;
        is_deeply [grep { index($text, $_) < 0 } @pieces], [],
            "$file: \"$format\": is in echod(8)";
    }
}
cmp_ok $lines, '>', 30, 'there are log lines';

# Classes of lines that repeat.
my @classes = slurp('src/daemon/log/class.c') =~ /\[CLASS_\w+\] = \{ "([a-z-]+)"/g;
cmp_ok scalar(@classes), '>=', 12, 'there are classes of lines';
says $man8, qr/^\.It Li \Q$_\E$/m, "$_: is in echod(8)" for @classes;
done_testing;
