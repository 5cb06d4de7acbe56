# SPDX-License-Identifier: ISC
# rows: 67
#
# If this fails, a port or a number that was mistyped becomes another one:
# 4294967303 is 7 for some versions of libconfig.
use strict;
use warnings;

use Test::More;

use Echod;
use Files;

# Each: what stands in the file, and the port that it means, or how it is
# refused.
my @cases = (
    ['7', 7], ['"7"', 7], ['0', 0], ['65535', 65535], ['0x7', 7], ['7L', 7],
    ['-1', qr/-1/], ['65536', qr/65536/], ['4294967303', qr/4294967303/],
    ['99999999999', qr/99999999999/], ['18446744073709551623', qr/./],
    ['7.5', qr/./], ['true', qr/./], ['"65536"', qr/65536/],
    ['"-1"', qr/-1/], ['"4294967303"', qr/4294967303/], ['"7 "', qr/./],
    ['""', qr/./], ['0x100000007', qr/0x100000007/], ['4294967303L', qr/./],
    ['1e1', qr/./], ['[ 7 ]', qr/./], ['{ }', qr/./],
);

my $file = Files::new_name();
for (@cases) {
    my ($text, $wanted) = @$_;
    Files::spew($file,
        qq(listen = ( { address = "127.0.0.1"; port = $text; } );\n));
    my ($status, $out, $err) = Echod->run(args => ['-T', '-c', $file]);
    if (ref $wanted) {
        is($status, 78, "port = $text is refused");
        like($err, qr/^echod: \Q$file\E:1: .*$wanted/,
            'with its line, and the number as it stands there');
    } else {
        is($status, 0, "port = $text") or diag $err;
        like($out, qr/port = $wanted;/, "is $wanted");
    }
}

# The other integers of the file, by the same number.
for my $key (qw(backlog buffer_size workers.start workers.min_spare
    workers.max_spare workers.max workers.max_connections)) {
    my ($group, $name) = $key =~ /^(?:(\w+)\.)?(\w+)$/;
    my $text = "$name = 4294967303;";
    Files::spew($file, $group ? "$group = { $text };\n" : "$text\n");
    my ($status, $out, $err) = Echod->run(args => ['-T', '-c', $file]);
    is($status, 78, "$key = 4294967303 is refused");
    like($err, qr/\Q$file\E:1: .*4294967303/, 'with its line');
    ($status, $out, $err) =
        Echod->run(args => ['-T', '-l', ':1', '-o', "$key=4294967303"]);
    is($status, 64, "-o $key=4294967303, too");
    like($err, qr/\Q$key\E.*4294967303/, 'by its name');
}
done_testing;
