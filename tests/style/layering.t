# SPDX-License-Identifier: ISC
#
# If this fails, a file includes a header of a folder that it may not know, or
# two modules (a .c file with its .h file) need each other.
use strict;
use warnings;
use Test::More;
use Source;

# What a folder may include besides itself.  Longer rows are nearer to main().
my %may = (
    'common' => [],
    'config' => [qw(common)],
    'loader' => [qw(common config daemon/sandbox)],
    'daemon' => [qw(common config daemon/master daemon/log daemon/sandbox)],
    'daemon/sandbox' => [qw(common)],
    'daemon/log'     => [qw(common config daemon daemon/sandbox)],
    'daemon/worker'  => [qw(common config daemon daemon/log daemon/sandbox)],
    'daemon/master'  =>
        [qw(common config daemon daemon/log daemon/sandbox daemon/worker)],
    'client' => [qw(common client/core client/net)],
    'client/core' => [qw(common client)],
    'client/net'  => [qw(common client client/core)],
    'client/send' => [qw(common client client/core client/net)],
    'client/ping' => [qw(common client client/core client/net)],
    'client/bench' => [qw(common client client/core client/net client/bench/out)],
    'client/bench/out' => [qw(common client client/core client/net client/bench)],
);

my (%includes, %wrong);

for my $file (files('src', qr/\.[ch]$/)) {
    my ($folder) = $file =~ m{^src/(.*)/};
    my ($module) = $file =~ m{^src/(.*)\.};

    for my $header (slurp($file) =~ /^#include "([^"]+)"/mg) {
        my ($to) = $header =~ m{^(.*)/};

        $includes{$module}{$header =~ s/\.h$//r} = 1;
        $wrong{"$file: $header"} = 1
            if $to ne $folder && !grep { $_ eq $to } @{ $may{$folder} // [] };
    }
}
is_deeply [sort keys %wrong], [], 'every folder includes what it may know';

# What has nothing left to include is done with; circles stay.
delete $includes{$_}{$_} for keys %includes;
while (my @done = grep { !grep { $includes{$_} } keys %{ $includes{$_} } }
    keys %includes) {
    delete @includes{@done};
}
is_deeply [sort keys %includes], [], 'no modules include each other in a circle';

done_testing;
