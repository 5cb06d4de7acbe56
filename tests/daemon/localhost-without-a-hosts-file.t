# SPDX-License-Identifier: ISC
# rows: 69
#
# If this fails, echod does not start with its defaults in a root directory
# without /etc/hosts, as in minimal images; or the error about a service that
# is not in /etc/services blames the host name.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Machine;
use Process;

Machine::needs('unshare');

# A root directory whose name service knows no host and asks no server.
my $dir = Files::new_dir();
for (["$dir/hosts", ''], ["$dir/services", ''],
    ["$dir/nsswitch.conf", "hosts: files\nservices: files\n"]) {
    my ($path, $text) = @$_;
    open my $fh, '>', $path or die "$path: $!\n";
    print $fh $text;
    close $fh;
}
my @bare = ('unshare', $> == 0 ? '-m' : '-rm', 'sh', '-c',
    'for f in hosts services nsswitch.conf; do mount --bind "$0/$f" "/etc/$f" '
        . '|| exit; done; exec "$@"', $dir);
plan(skip_all => 'no mounts of our own here')
    if system("@bare[0, 1] sh -c '$bare[4]' $dir true >/dev/null 2>&1") != 0;

for my $name ('localhost', 'LOCALHOST.', 'a.b.localhost') {
    my $d = Echod->start(prefix => \@bare, config =>
        qq(listen = ( { address = "$name"; port = 0; } );\nuser = "root";\n));
    my %at = map { s/:\d+$//r => 1 } keys %{ Process::listeners($d->pid) };
    ok(delete $at{'127.0.0.1'}, "$name is the loopback address");
    delete $at{'[::1]'};
    is_deeply([ keys %at ], [], 'and no other');
    is(Client::echo_once($d->port_of('127.0.0.1'), 'x'), 'x', 'it answers');
    $d->finish;
}

# What is no localhost is as unknown as before, and so are services.
my $unknown = qr/^echod: -l: "xlocalhost" port 7: \w/;
for (['xlocalhost:7', $unknown, '-t'], ['xlocalhost:7', $unknown, '-F'],
    ['127.0.0.1:echo', qr/^echod: -l: .*: there is no TCP service echo$/, '-t'],
    ['localhost:echo', qr/^echod: -l: .*: there is no TCP service echo$/, '-t']) {
    my ($where, $reason, $mode) = @$_;
    my ($status, undef, $text) = Echod->run(prefix => \@bare,
        args => [ $mode, '-l', $where ]);
    like($status, qr/^(?:69|78)$/, "$mode -l $where: it fails");
    like($text, $reason, 'and says why');
}
done_testing;
