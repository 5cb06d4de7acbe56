# SPDX-License-Identifier: ISC
#
# If this fails, the alerts or the dashboard that are shipped ask for metrics
# that echod does not have, and so show nothing, for ever; or cannot be read.
use strict;
use warnings;

use JSON::PP;
use Test::More;

use Files;
use Machine;
use Source;

my %metric;
for (slurp('src/snapshot/metrics.c') =~ /^\t\{ "(\w+)", "\w+"/mg) {
    $metric{"echod_$_"} = 1;
}
$metric{"echod_connection_duration_seconds_$_"} = 1 for qw(bucket sum count);
cmp_ok(scalar(keys %metric), '>', 40, 'there are metrics');

# unknown(TEXT): the metrics in it that do not exist.
sub unknown { return grep { !$metric{$_} } $_[0] =~ /\b(echod_\w+)/g }

my $rules = slurp('etc/prometheus/echod.rules.yml');
my $tests = slurp('etc/prometheus/echod.rules.test.yml');
is(join(' ', unknown($rules)), '', 'alerts are about metrics that there are');
is(join(' ', unknown($tests)), '', 'and so are their tests');
my @alerts = $rules =~ /alert: (\w+)/g;
for my $alert (@alerts) {
    like($tests, qr/alertname(?:: |=")$alert\b/, "$alert is tested");
}

my $board = decode_json(slurp('etc/grafana/echod.json'));
my @panels = grep { $_->{type} ne 'row' } @{ $board->{panels} };
my @queries = map { $_->{expr} } map { @{ $_->{targets} } } @panels;
cmp_ok(scalar @queries, '>', 20, 'the dashboard has queries');
is(join(' ', map { unknown($_) } @queries,
    map({ $_->{expr} } @{ $board->{annotations}{list} }),
    map({ $_->{query}{query} } grep { ref $_->{query} }
        @{ $board->{templating}{list} })),
    '', 'about metrics that there are');
my %id;
$id{ $_->{id} }++ for @{ $board->{panels} };
is(join(' ', grep { $id{$_} > 1 } keys %id), '', 'each panel has its number');

# Two panels in one place hide each other.
my (%taken, @twice);
for my $panel (@{ $board->{panels} }) {
    my ($x, $y, $w, $h) = @{ $panel->{gridPos} }{qw(x y w h)};
    push @twice, $panel->{title} if $x + $w > 24;
    for my $at (map { my $col = $_; map { "$col $_" } $y .. $y + $h - 1 }
        $x .. $x + $w - 1) {
        push @twice, $panel->{title} if $taken{$at}++;
    }
}
is("@twice", '', 'and its place');

SKIP: {
    skip 'no promtool here', 3 if !Machine::has('promtool');
    my $dir = Files::new_dir();
    my $top = top() . '/etc/prometheus';
    like(qx(promtool check rules "$top/echod.rules.yml" 2>&1),
        qr/SUCCESS: ${\ scalar @alerts} rules found/, 'promtool reads the alerts');
    my $said = qx(promtool test rules "$top/echod.rules.test.yml" 2>&1);
    is($?, 0, 'each comes when it is to come, and not before') or diag $said;
    # Queries of the dashboard, as rules, with what Grafana puts in.
    my $n = 0;
    Files::spew("$dir/rules.yml", "groups:\n- name: dashboard\n  rules:\n" .
        join '', map {
            my $query = s/\$__rate_interval/1m/gr =~ s/\$instance/.*/gr;
            $n++;
            "  - record: query:$n\n    expr: '$query'\n";
        } @queries);
    like(qx(promtool check rules "$dir/rules.yml" 2>&1),
        qr/SUCCESS: $n rules found/, 'and it reads the queries of the dashboard');
}

done_testing;
