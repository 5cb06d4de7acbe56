# SPDX-License-Identifier: ISC
# If this fails, echoc does not know localhost in a root directory without
# /etc/hosts, as in minimal images.
use strict;
use warnings;

use Test::More;
use Echoc;
use Files;
use Machine;
use Server;

Machine::needs('unshare');

# A root directory whose name service knows no host and asks no server.
my $dir = Files::new_dir();
for (["$dir/hosts", ''], ["$dir/nsswitch.conf", "hosts: files\n"]) {
    my ($path, $text) = @$_;
    open my $fh, '>', $path or die "$path: $!\n";
    print $fh $text;
    close $fh;
}
my @bare = ('unshare', $> == 0 ? '-m' : '-rm', 'sh', '-c',
    'mount --bind "$0/hosts" /etc/hosts &&'
        . ' mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf && exec "$@"',
    $dir);
system("@bare[0, 1] sh -c '" . $bare[4]
        . "' $dir true >/dev/null 2>&1") == 0
    or plan(skip_all => 'no mounts of our own here');

my $server = Server->start;
my $port = $server->port;

for (['localhost'], ['LOCALHOST.'], ['a.b.localhost'], ['localhost', '-4']) {
    my ($host, @args) = @$_;
    Echoc::same(Echoc::run(prefix => \@bare,
            args => ['send', '-m', 'x', @args, $host, $port]),
        "$host @args", status => 0, stdout => 'x', stderr => '');
}
Echoc::same(Echoc::run(prefix => \@bare, args => ['wait', "localhost:$port"]),
    'wait does, too', status => 0, stdout => '', stderr => '');

# What is no localhost is as unknown as before.
for ('xlocalhost', 'localhost.example') {
    Echoc::same(Echoc::run(prefix => \@bare,
            args => ['send', '-m', 'x', $_, $port]),
        $_, status => 3, stdout => '',
        stderr => qr/^echoc: \Q$_\E port $port: does not resolve: /);
}
done_testing;
