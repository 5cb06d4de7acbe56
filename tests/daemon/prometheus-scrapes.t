# SPDX-License-Identifier: ISC
# slow: Prometheus takes some seconds to start and to scrape
#
# If this fails, a real Prometheus takes echod for down, refuses its metrics, or
# stores other figures than the clients have caused.
# prometheus-reads-the-metrics.t looks at the text itself.
use strict;
use warnings;

use JSON::PP ();
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Http;
use Machine;
use Process;

Machine::needs('prometheus');
Http::needs();

my $d = Echod->start(options => [Http::OPTIONS]);
my $port = Http::port($d);

# Clients, so that there is something to count.
my $data = Client::seeded(1, 10_000);
is((grep { Client::echo_once($d->port, $data) eq $data } 1 .. 7), 7, 'clients');

my $dir = Files::new_dir();
Files::spew("$dir/prometheus.yml", <<"END");
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: echod
    static_configs: [ { targets: [ "127.0.0.1:$port" ] } ]
END
my $prometheus = Process::launch(['prometheus',
        "--config.file=$dir/prometheus.yml",
        "--storage.tsdb.path=$dir/data",
        '--web.listen-address=127.0.0.1:0', '--log.level=warn'],
    stdout => "$dir/log", stderr => "$dir/log");
my $at = Clock::until(sub {
    (keys %{ Process::listeners($prometheus) })[0];
}, 30);
my ($api) = ($at // '') =~ /:(\d+)$/;
ok defined $api, 'Prometheus runs' or diag Files::slurp("$dir/log");

# value(QUERY): what it answers; undef: nothing.
sub value {
    my ($query) = @_;
    my $r = Http::get($api, "/api/v1/query?query=$query",
        head => "Connection: close\r\n");
    return undef if ($r->{status} // 0) != 200;
    my $result = JSON::PP::decode_json($r->{body})->{data}{result};
    return $result->[0] && $result->[0]{value}[1];
}

ok Clock::until(sub { (value('up') // 0) == 1 }, 30), 'echod is up for it'
    or diag Files::slurp("$dir/log");
is value('sum(echod_received_bytes_total)'), 70_000, 'it has the right sum';
is value('echod_service_state{state="serving"}'), 1, 'and the state';
Process::end($prometheus, 'TERM');
$d->finish;
done_testing;
