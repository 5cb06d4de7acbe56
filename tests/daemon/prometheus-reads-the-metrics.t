# SPDX-License-Identifier: ISC
#
# If this fails, Prometheus refuses the metrics, warns of them, or reads other
# values than echod has written.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Machine;
use Snapshot;

my $dir = Files::new_dir();
my $d = Echod->start(log => 'notice', Snapshot::asked('-l', '127.0.0.1:0',
    '-l', '127.0.0.2:0'));
is(Client::echo_once($d->port, 'hello'), 'hello', 'a client');
my $text = Snapshot::metrics($d);
Files::spew("$dir/metrics", $text);
like($text, qr/\n\z/, 'the last line ends');

SKIP: {
    skip 'no promtool here', 1 if !Machine::has('promtool');
    is(qx(promtool check metrics <"$dir/metrics" 2>&1), '',
        'promtool has nothing to say');
}

# The parser of another project, which prints a line for each sample.
Files::spew("$dir/parse", <<'EOP');
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for s in family.samples:
        print(s.name, ",".join("%s=%s" % p for p in sorted(s.labels.items())),
            repr(s.value), family.type)
EOP
# The package is one of the system, and another Python may come first.
my ($python) = grep {
    system("$_ -c 'import prometheus_client' 2>/dev/null") == 0
} qw(python3 /usr/bin/python3);
SKIP: {
    skip 'no prometheus_client for Python here', 4 if !$python;
    my @samples = qx($python "$dir/parse" <"$dir/metrics" 2>&1);
    is($?, 0, 'python3-prometheus-client reads them') or diag @samples;
    is(scalar @samples, scalar(grep { !/^#/ } split /\n/, $text),
        'each is a sample');
    my $listener = 'listener=127.0.0.1:' . $d->port;
    ok((grep { $_ eq "echod_received_bytes_total $listener 5.0 counter\n" }
        @samples), 'with its label, value and type');
    ok((grep { /^echod_connection_duration_seconds_bucket le=\+Inf 1\.0 histogram$/ }
        @samples), 'and so is the histogram');
}
$d->finish;
done_testing;
