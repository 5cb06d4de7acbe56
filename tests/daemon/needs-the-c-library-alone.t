# SPDX-License-Identifier: ISC
#
# If this fails, the parser of the configuration or a name service is in the
# address space of the master, which is root, or of a worker; or a daemon that
# was linked statically needs shared libraries.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Machine;

plan(skip_all => 'a wrapper maps what it likes') if @Machine::WRAPPER;

# libraries(PID): what it maps by that name, without folder and version.
sub libraries {
    my ($pid) = @_;
    my %seen = map { $_ => 1 } (Files::slurp("/proc/$pid/maps") // '')
        =~ m{/([\w+-]+)\.so[\d.]*$}mg;
    return sort keys %seen;
}

for my $echod ($Machine::ECHOD, $Machine::ECHOD_DYNAMIC) {
    local $Machine::ECHOD = $echod;
    # A load by name, and one more.
    my $d = Echod->start(config =>
        qq(listen = ( { address = "localhost"; port = 0; } );\n));
    like($d->reload, qr/: reload done /, "$echod reloads");
    my $client = $d->connect;
    is(Client::echo($client, 'x'), 'x', 'and serves');
    my @pids = ($d->pid, $d->logger, $d->workers);
    cmp_ok(scalar @pids, '>=', 7, 'its processes are there');
    my %mapped = map { $_ => 1 } map { libraries($_) } @pids;
    is_deeply([ grep { /config|nss|resolv/ } sort keys %mapped ], [],
        'none maps the parser or a name service');
    my $static = (`readelf -lW '$echod' 2>&1` // '') !~ /INTERP/;
    is_deeply([ sort keys %mapped ], [], 'nor any library')
        if $static && Machine::has('readelf');
    close $client;
    $d->finish;
}

SKIP: {
    skip 'echod is not linked statically here', 1
        if $Machine::ECHOD eq $Machine::ECHOD_DYNAMIC;
    Machine::has('readelf') or skip 'no readelf', 1;
    unlike(`readelf -lW '$Machine::ECHOD'`, qr/INTERP/,
        'the static one needs no dynamic linker');
}
done_testing;
