# SPDX-License-Identifier: ISC
# slow: Prometheus takes some seconds to start and to scrape
#
# If this fails, a real Prometheus takes echod for down, refuses what it says, or
# has other figures than clients have made; or promtool or the parser of the
# Python client find fault with the text.
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
use Namespace;
use Process;

Http::needs();

my $d = Echod->start(options => [Http::OPTIONS]);
my $port = Http::port($d);
my $text = Files::new_name();

# Clients, so that there is something to count.
my $data = Client::seeded(1, 10_000);
is((grep { Client::echo_once($d->port, $data) eq $data } 1 .. 7), 7, 'clients');

# checks(NAME, TEXT, COMMAND): that a program finds no fault with the text.
sub checks {
    my ($name, $file, @command) = @_;
    my $said = Files::new_name();
    my $pid = Process::launch(\@command, stdin => $file, stdout => $said,
        stderr => $said);
    is Process::wait($pid, 30), 0, $name or diag Files::slurp($said);
    return Files::slurp($said);
}

Files::spew($text, Http::get($port, '/metrics')->{body});
SKIP: {
    skip 'no promtool here', 2 if !Machine::has('promtool');
    is checks('promtool takes it', $text, qw(promtool check metrics)), '',
        'and has nothing to say';
}
SKIP: {
    my $module = 'from prometheus_client.parser import '
        . 'text_string_to_metric_families as parse';
    # The first one may be another than that of the system.
    my ($python) = grep {
        Namespace::quietly($_, '-c', $module)
    } 'python3', '/usr/bin/python3';
    skip 'no prometheus_client for Python here', 2 if !defined $python;
    my $sums = checks('the Python client takes it', $text, $python, '-c',
        "import sys\n$module\nfor f in parse(sys.stdin.read()):\n"
        . " for s in f.samples: print(s.name, s.labels, s.value)\n");
    like $sums, qr/^echod_received_bytes_total \{.*\} 70000\.0$/m,
        'and has the right sum';
}

SKIP: {
    skip 'no prometheus here', 4 if !Machine::has('prometheus');
    my $dir = Files::new_dir();
    Files::spew("$dir/prometheus.yml", <<"END");
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: echod
    static_configs: [ { targets: [ "127.0.0.1:$port" ] } ]
END
    my $pid = Process::launch(['prometheus',
            "--config.file=$dir/prometheus.yml",
            "--storage.tsdb.path=$dir/data",
            '--web.listen-address=127.0.0.1:0', '--log.level=warn'],
        stdout => "$dir/log", stderr => "$dir/log");
    my ($api) = Clock::until(sub {
        (keys %{ Process::listeners($pid) })[0];
    }, 30) =~ /:(\d+)$/;
    ok defined $api, 'Prometheus runs' or diag Files::slurp("$dir/log");

    # value(QUERY): what it answers; undef: nothing.
    my $value = sub {
        my ($query) = @_;
        my $r = Http::get($api, "/api/v1/query?query=$query",
            head => "Connection: close\r\n");
        return undef if ($r->{status} // 0) != 200;
        my $result = JSON::PP::decode_json($r->{body})->{data}{result};
        return $result->[0] && $result->[0]{value}[1];
    };
    ok Clock::until(sub { ($value->('up') // 0) == 1 }, 30),
        'echod is up for it' or diag Files::slurp("$dir/log");
    is $value->('sum(echod_received_bytes_total)'), 70_000,
        'and it has the right sum';
    is $value->('echod_service_state{state="serving"}'), 1, 'and the state';
    Process::end($pid, 'TERM');
}
$d->finish;
done_testing;
