# SPDX-License-Identifier: ISC
#
# If this fails, the output of echod -T for a port with leading zeros loads as
# another port, because some versions of libconfig read a number with a leading
# 0 as octal.
use strict;
use warnings;

use Test::More;

use Echod;
use Files;

my $dir = Files::new_dir();

sub config {
    my ($text) = @_;
    open my $fh, '>', "$dir/echod.conf" or die "$dir/echod.conf: $!";
    print $fh $text;
    close $fh;
    return "$dir/echod.conf";
}

# The ports that echod would listen on.
sub ports {
    my ($what, @args) = @_;
    my ($status, $text, $error) = Echod->run(args => [ '-T', @args ]);
    is($status, 0, "$what: it is printed");
    is($error, '', 'without a complaint');
    # They load to the same.
    my ($again, $same) = Echod->run(args => [ '-T', '-c', config($text) ]);
    is($again, 0, 'and loads');
    is($same, $text, 'to the same');
    return $text =~ /; port = (.*?); }/g;
}

is_deeply([ ports('-l', '-c', config(''), '-l', '127.0.0.1:010000') ],
    [10000], 'a port is decimal');
is_deeply([ ports('two', '-c', config(''), '-l', '127.0.0.1:0',
    '-l', '127.0.0.1:08') ], [ 0, 8 ], 'each of them');
my $file = 'listen = ( { address = "127.0.0.1"; port = "00777"; } );';
is_deeply([ ports('a file', '-c', config($file)) ], [777],
    'in a file as well');
done_testing;
