# SPDX-License-Identifier: ISC
#
# If this fails, tests/harness hides a failure, leaves a test out, or blames
# echod for what the host of this machine did.
use strict;
use warnings;

use File::Temp;
use Test::More;

use Source;

my $dir = File::Temp->newdir;
mkdir "$dir/tests" or die "$dir/tests: $!";
my $log = "$dir/log";
local $ENV{ECHOD_TEST_STAT} = "$dir/stat";
delete $ENV{V};

sub write_file {
    my ($name, $text) = @_;
    open my $fh, '>', "$dir/$name" or die "$dir/$name: $!";
    print $fh $text;
    close $fh or die "$dir/$name: $!";
    return "$dir/$name";
}

sub read_file {
    open my $fh, '<', shift or return '';
    local $/;
    return scalar(<$fh>) // '';
}

# harness(ARGUMENT...): exit status and output of a run.
sub harness {
    return output($^X, top() . '/tests/harness', '-l', $log, @_);
}

# What ends each output, with the numbers of results.
sub total {
    return (shift =~ /^(\d+ passed, \d+ failed, \d+ skipped)\n\z/m)[0];
}

# Tests that a host robs -----------------------------------------------------

# attempts(PERL, STOLEN): run a test that executes PERL with the number of its
# try as $try, while as many hundredths of a second are stolen each time; undef:
# nobody counts them.
# Returns how often it ran, and the harness' exit status, total and output.
sub attempts {
    my ($perl, $stolen) = @_;
    write_file('tries', '');
    write_file('stat', "cpu  9 9 9 9 9 9 9 0 9 9\ncpu0 9 9 9 9 9 9 9 5 9 9\n");
    my $test = write_file('some.t', <<"END");
open my \$fh, '>>', '$dir/tries' or die; print \$fh 'x'; close \$fh;
my \$try = -s '$dir/tries';
open \$fh, '>', '$dir/stat' or die;
printf \$fh "cpu 9 9 9 9 9 9 9 %d 9 9\\ncpu0 1 1 1 1 1 1 1 1 1 1\\n",
    @{[$stolen // 500]} * \$try;
close \$fh;
\$| = 1;
$perl
END
    unlink "$dir/stat" unless defined $stolen;
    local $ENV{ECHOD_TEST_STAT} = defined $stolen ? "$dir/stat" : "$dir/none";
    my ($status, $text) = harness($test);
    return (-s "$dir/tries", $status, total($text), $text);
}

my $always = 'print "1..1\nnot ok 1 - it\n"; exit 1;';
my $once = 'print "1..1\n", $try < 2 ? "not " : "", "ok 1 - try $try\n";'
    . 'exit($try < 2 ? 1 : 0);';
my ($good, $bad) = ('1 passed, 0 failed, 0 skipped',
    '0 passed, 1 failed, 0 skipped');

# [what, what the test does, time stolen, runs, exit status, total]
for (
    ['a good test', 'print "1..1\nok 1 - it\n";', 500, 1, 0, $good],
    ['a failure on a machine of its own', $once, 0, 1, 1, $bad],
    ['a failure, and nobody counts', $once, undef, 1, 1, $bad],
    ['a failure, hardly robbed', $once, 19, 1, 1, $bad],
    ['a failure, robbed', $once, 20, 2, 0, $good],
    ['a failure each time', $always, 100, 3, 1, $bad],
    ['death', 'print "1..1\n"; exit 3;', 100, 3, 1, $bad],
    ['death after all results', 'print "1..1\nok 1 - it\n"; exit 3;', 0, 1, 1,
        '1 passed, 1 failed, 0 skipped'],
    ['an end that comes too early', 'print "1..2\nok 1 - it\n";', 0, 1, 1,
        '1 passed, 1 failed, 0 skipped'],
    ['an expected failure', 'print "1..1\nnot ok 1 - it # TODO later\n";',
        100, 1, 0, $good],
    ['a part that is skipped',
        'print "1..2\nok 1 - it\nok 2 # SKIP not here\n";', 0, 1, 0,
        '1 passed, 0 failed, 1 skipped'],
    ['all of it skipped', 'print "1..0 # SKIP not here\n";', 0, 1, 0,
        '0 passed, 0 failed, 1 skipped'],
    ['a finding', 'open my $r, ">", "$ENV{ECHOD_REPORTS}/asan.1" or die;'
            . 'print $r "leak\n"; close $r; print "1..1\nok 1 - it\n";',
        100, 1, 1, '1 passed, 1 failed, 0 skipped'],
) {
    my ($what, $perl, $stolen, @wanted) = @$_;
    my @is = attempts($perl, $stolen);
    is_deeply([@is[0 .. 2]], \@wanted, $what) or diag $is[3];
}

attempts("print STDERR qq(why\\n); $once", 33);
like read_file($log), qr{^why\n1\.\.1\nnot\ ok\ 1\ -\ try\ 1\n
    .*^\#\ repeated:\ .*\ 330\ ms\ .*
    ^why\n1\.\.1\nok\ 1\ -\ try\ 2\n}xms,
    'what the first run has said is kept';

# Tiers and output -----------------------------------------------------------

# Each test writes a line when it begins and one when it ends.
my $order = "$dir/order";

sub tagged {
    my ($name, $tag) = @_;
    return write_file("tests/$name.t", <<"END");
# A test.
#
$tag
use Time::HiRes;
sub say_it { open my \$fh, '>>', '$order'; syswrite \$fh, "\$_[0] $name\\n" }
say_it('begin');
# Others are given the time to begin.
Time::HiRes::sleep(\$_) for 0.02;
say_it('end');
print "1..1\\nok 1 - a result\\n";
END
}

my $quick = tagged('quick', '# nothing special');
my $slow = tagged('slow', '# slow: waits for a clock');
my @alone = map { tagged("alone$_", '# alone: measures a time') } 1, 2;
my $root = tagged('root', '# root: has a network of its own');
my $soak = tagged('soak', '# soak: goes on for minutes');

# ran(ARGUMENT...): the names of the tests that begin and end, in order.
sub ran {
    unlink $order;
    my ($status, $text) =
        harness(@_, $quick, $alone[0], $slow, $root, $soak, $alone[1]);
    is $status, 0, "harness @_" or diag $text;
    return split /\n/, read_file($order);
}

is_deeply [ran('-t', 'check')], ['begin quick', 'end quick'],
    'the first tier is what has no tag';
my @alone_last = map { ("begin alone$_", "end alone$_") } 1, 2;
is_deeply [ran('-t', 'slow')], ['begin slow', 'end slow', @alone_last],
    'the second one has what is slow; what must be alone is';
is_deeply [ran('-t', 'root')], ['begin root', 'end root'],
    'the third one has what needs root';
is_deeply [ran('-t', 'soak')], ['begin soak', 'end soak'],
    'the fourth one has what takes minutes';
my @all = ran('-j', 2);
is_deeply [sort @all[0 .. 7]],
    [map({ "begin $_" } qw(quick root slow soak)),
        map { "end $_" } qw(quick root slow soak)],
    'without a tier all of them run, others first';
is_deeply [@all[8 .. $#all]], \@alone_last, 'and these alone';

my $fails = write_file('tests/fails.t',
    "print qq(1..2\nok 1 - good one\nnot ok 2 - bad one\n# the reason\n);\n");
my (undef, $text) = harness($quick, $fails);
like $text, qr{^ok\s+[\d.]+\ s\s+1\ \ \S+/quick\.t$}mx,
    'a line for a test has its time and its number of results';
like $text, qr{^FAIL\s+[\d.]+\ s\s+1\ of\ 2\ failed\ \ \S+/fails\.t$}mx,
    'and whether some have failed';
unlike $text, qr/good one|a result/, 'but not each result';
like $text, qr{\n==== \S+/fails.t\n1\.\.2\nnot ok 2 - bad one\n# the reason\n},
    'what has failed is shown once more';
like $text, qr{^2 files in \d+ s, \d+ s of processor time; .* \Q$log\E$}m,
    'the times of all, and where the log is';
like read_file($log), qr/ok 1 - good one\n/, 'which has each result';

my $long = write_file('tests/long.t', 'print "1..1\nnot ok 1 - first\n";'
    . 'print "# line $_ of many\n" for 1 .. 1000; print "# the last one\n";');
(undef, $text) = harness($long);
like $text, qr{
    ^not\ ok\ 1\ -\ first\n .* ^\#\ line\ 9\ of .*
    ^\[\.\.\.\ \d+\ more\ lines\ .* ^\#\ line\ 992\ of .*
    ^\#\ the\ last\ one\n }xms, 'of very much, begin and end are shown';
cmp_ok scalar(() = $text =~ /\n/g), '<', 150, 'and not all';

like((harness('-v', $quick))[1], qr/^ok 1 - a result$/m, '-v shows each result');

my $hangs = write_file('tests/hangs.t', "use Process;\n\$| = 1;\n"
    . "print qq(ok 1 - good one\n);\nPOSIX::pause();\n");
{
    local $ENV{ECHOD_TEST_TIMEOUT} = 4;
    (undef, $text) = harness($hangs);
}
like $text, qr{^\# ended by SIGTERM\n\#   at \S+/hangs\.t line \d\n}m,
    'a test that hangs says where';
like $text, qr{^\# killed after 4 s\n}m, 'and why it ended';

my $interrupts = write_file('tests/interrupts.t', <<'END');
# It looks for the harness among the processes above it.
my $pid = $$;
my $line = '';
until ($line =~ m{tests/harness\0}) {
    open my $fh, '<', "/proc/$pid/stat" or die "$pid: $!";
    ($pid) = <$fh> =~ /^.*\) \S (\d+)/;
    open $fh, '<', "/proc/$pid/cmdline" or die "$pid: $!";
    $line = <$fh>;
}
kill INT => $pid;
END
(my $status, $text) = harness('-j', 1, $fails, $interrupts, $quick);
is $status, 130, 'an interrupt ends it';
like $text, qr{^interrupted;.*^not ok 2 - bad one\n.*^1 files }ms,
    'what has failed until then is shown';
is total($text), '1 passed, 1 failed, 0 skipped', 'and counted';

# Mistakes -------------------------------------------------------------------

is((harness('-t', 'fast', $quick))[0], 2, 'a tier that does not exist');
is((harness())[0], 2, 'no test');
is((harness('-t', 'slow', $quick))[0], 2, 'no test in the tier');
for my $name ('nowhere.t', 'without-an-ending') {
    my ($status, $said) = harness($quick, "$dir/$name");
    is $status, 2, 'a test that does not exist';
    is $said, "harness: there is no test $dir/$name\n", 'is named, and no more';
}

# Tags in this tree ----------------------------------------------------------

my %tag;
for my $file (files('tests', qr{^tests/(?:unit/.*\.c|\w+/.*\.t)$})) {
    my @head;
    for (lines($file)) {
        last unless m{^(?:#| \*|/\*)};
        push @head, $_;
    }
    my @tags = grep { m{^(?:#| \*)\s*(?:slow|alone|root|soak|run-test)\b.*:} } @head;
    next unless @tags;
    ok @tags == 1 && $tags[0] =~ /^(?:#| \*) (?:slow|alone|root|soak): \w.*\w$/,
        "$file has one tag, with its reason";
    $tag{$file} = 1;
}
cmp_ok scalar keys %tag, '>', 5, 'some tests have one';

done_testing;
