# SPDX-License-Identifier: ISC
#
# If this fails, a test is repeated, or left out, that would have shown an
# error, or a busy host makes tests fail that go by the clock.
use strict;
use warnings;

use File::Temp;
use Test::More;

use EchodSource;

my $dir = File::Temp->newdir;

sub write_file {
    my ($name, $text) = @_;
    open my $fh, '>', "$dir/$name" or die "$dir/$name: $!";
    print $fh $text;
    close $fh or die "$dir/$name: $!";
    return;
}

# attempts(PERL, STOLEN): run a test that executes PERL with the number of its
# try as $try, while as many hundredths of a second are stolen each time; undef:
# nobody counts them.
# Returns how often it ran, run-test's exit status, and what is left of its
# output when comments are gone.
sub attempts {
    my ($perl, $stolen) = @_;
    write_file('tries', '');
    write_file('stat', "cpu  9 9 9 9 9 9 9 0 9 9\ncpu0 9 9 9 9 9 9 9 5 9 9\n");
    write_file('some.t', <<"END");
open my \$fh, '>>', '$dir/tries' or die; print \$fh 'x'; close \$fh;
my \$try = -s '$dir/tries';
open \$fh, '>', '$dir/stat' or die;
printf \$fh "cpu 9 9 9 9 9 9 9 %d 9 9\\ncpu0 1 1 1 1 1 1 1 1 1 1\\n",
    @{[$stolen // 500]} * \$try;
close \$fh;
\$| = 1;
$perl
END
    local $ENV{ECHOD_TEST_STAT} = defined $stolen ? "$dir/stat" : "$dir/none";
    local $ENV{ECHOD_BUILDDIR} = $dir;
    my ($status, $text) = output('sh', top() . '/tests/run-test',
        "$dir/some.t");
    (my $plain = $text) =~ s/^#.*\n//mg;
    return (-s "$dir/tries", $status, $plain, $text);
}

my $always = 'print "1..1\nnot ok 1 - it\n"; exit 1;';
my $once = 'print "1..1\n", $try < 2 ? "not " : "", "ok 1 - try $try\n";'
    . 'exit($try < 2 ? 1 : 0);';

# [what, what the test does, time stolen, runs, exit status, output]
for (
    ['a good test', 'print "1..1\nok 1 - it\n";', 500, 1, 0,
        "1..1\nok 1 - it\n"],
    ['a failure on a machine of its own', $once, 0, 1, 0,
        "1..1\nnot ok 1 - try 1\n"],
    ['a failure, and nobody counts', $once, undef, 1, 0,
        "1..1\nnot ok 1 - try 1\n"],
    ['a failure, hardly robbed', $once, 19, 1, 0, "1..1\nnot ok 1 - try 1\n"],
    ['a failure, robbed', $once, 20, 2, 0, "1..1\nok 1 - try 2\n"],
    ['a failure each time', $always, 100, 3, 0, "1..1\nnot ok 1 - it\n"],
    ['death', 'print "1..1\n"; exit 3;', 100, 3, 3, "1..1\n"],
    ['an expected failure', 'print "1..1\nnot ok 1 - it # TODO later\n";',
        100, 1, 0, "1..1\nnot ok 1 - it # TODO later\n"],
    ['a finding', 'open my $r, ">", "$ENV{ECHOD_REPORTS}/asan.1" or die;'
            . 'print $r "leak\n"; close $r; print "1..1\nok 1 - it\n";',
        100, 1, 99, "1..1\nok 1 - it\n"],
) {
    my ($what, $perl, $stolen, @wanted) = @$_;
    my @is = attempts($perl, $stolen);
    is_deeply([@is[0 .. 2]], \@wanted, $what) or diag $is[3];
}

{
    local $ENV{ECHOD_TEST_TOGETHER} = 1;
    is((attempts('print "1..1\nok 1 - it\n";', 0))[0], 1,
        'a test that may run beside others does');
    is_deeply([(attempts("# run-test: alone\n$always", 0))[0, 1]], [0, 0],
        'one that needs the machine to itself is skipped');
}

my (undef, undef, undef, $text) =
    attempts("print STDERR qq(why\\n); $once", 33);
like $text, qr{^\#\ repeated:\ .*\ 330\ ms\ .*
    ^\#\|\ why\n\#\|\ 1\.\.1\n\#\|\ not\ ok\ 1\ -\ try\ 1\n
    why\n1\.\.1\nok\ 1\ -\ try\ 2\n\z}xms,
    'what the first one has said is kept';

done_testing;
