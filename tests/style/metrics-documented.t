# SPDX-License-Identifier: ISC
#
# If this fails, a metric is in the code and not in METRICS of echod(8), or the
# other way round; or its labels are others.  Rules and dashboards are written
# by the manual.
use strict;
use warnings;
use Test::More;
use Source;

# What the code has: name, labels.
my %label_of = (METRIC_LISTENER => 'listener', METRIC_BUILD => 'version',
    METRIC_ORIGIN => 'listener name origin');
my (%code, @odd);
my ($table) = slurp('src/snapshot/metrics.c') =~ /metrics\[\] = \{(.*?)^\};/ms;
for my $row (split /^\t\},?$|(?<=\}),$/m, $table) {
    my ($name, $type) = $row =~ /\{ "(\w+)", "(\w+)"/ or next;
    my ($source) = $row =~ /\b(METRIC_[A-Z]+)\b/;
    my ($label) = $row =~ /BY\([^"]*"(\w+)"/;

    $code{"echod_$name"} = $label // $label_of{$source} // '';
    # promtool says the same, where there is one.
    push @odd, $name if ($name =~ /_total$/) != ($type eq 'counter');
}
cmp_ok(scalar(keys %code), '>', 40, 'the table is read');
is "@odd", '', 'what ends in _total is a counter, and nothing else is';

my %manual;
my ($section) = slurp('man/echod.8') =~ /^\.Sh METRICS\n(.*?)^\.Sh /ms;
while ($section =~ /^\.It Li (echod_\w+)(?: Ns Brq Li (.*))?$/mg) {
    $manual{$1} = join ' ', split /\s*,\s*/, $2 // '';
}
is_deeply \%manual, \%code, 'each metric is in echod(8), with its labels';

done_testing;
