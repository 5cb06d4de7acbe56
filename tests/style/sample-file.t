# SPDX-License-Identifier: ISC
#
# If this fails, the installed configuration file does not load, or its
# defaults are not those of echod.
use strict;
use warnings;
use Test::More;
use File::Temp qw(tempdir);
use Source;

my $echod = $ENV{ECHOD} // './echod';
my $dir = tempdir('echod-check.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $sample = slurp('etc/echod.conf');

# A setting of what this build cannot do is an error in any file.
my (undef, $build) = output($echod, '-V');
$sample =~ s/^#sandbox = .*\n//m if $build =~ /^seccomp: no$/m;
$sample =~ s/^metrics = \{\n(?:.*\n)*?\};\n//m
    if $build =~ /^libmicrohttpd: no$/m;

# check NAME TEXT: it is good; returns what -T prints of it.
sub check {
    my ($name, $text) = @_;
    my $file = "$dir/$name.conf";

    open my $fh, '>', $file or die "$file: $!\n";
    print $fh $text;
    close $fh or die "$file: $!\n";
    is_deeply [output($echod, '-t', '-c', $file)], [0, "$file: ok\n"],
        "$name: loads";
    my ($status, $printed) = output($echod, '-T', '-c', $file);
    is $status, 0, "$name: is printed";
    return $printed;
}

my $defaults = check('empty', '');
is check('as-it-is', $sample), $defaults, 'as it is, it changes nothing';

# A setting is "#key", a remark is "# text".
my $count = () = $sample =~ /^#[a-z]/mg;
cmp_ok $count, '>', 20, 'it has settings';
my $all = check('uncommented', $sample =~ s/^#(?=[a-z])//mgr);
# Where the pid file is, and the sandbox, was decided when this was built.
s/^(?:pid_file|sandbox) = .*$//mg for $all, $defaults;
is $all, $defaults, 'with everything in it, neither';

# One at a time, by its own.
while ($sample =~ /^#([a-z]\w*)/mg) {
    my ($key, $at) = ($1, $-[0]);
    my $one = $sample;

    substr($one, $at, 1) = '';
    open my $fh, '>', "$dir/one.conf" or die "$dir/one.conf: $!\n";
    print $fh $one;
    close $fh or die "$dir/one.conf: $!\n";
    is_deeply [output($echod, '-t', '-c', "$dir/one.conf")],
        [0, "$dir/one.conf: ok\n"], "$key alone: loads";
}

done_testing;
