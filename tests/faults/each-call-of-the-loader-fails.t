# SPDX-License-Identifier: ISC
# rows: 62
#
# If this fails, an error in the program that reads the configuration, which no
# other test thought of, hangs a start, ends it without a word, or lets it take
# another configuration for the one in the file.
#
# slow: starts echod two hundred times
use strict;
use warnings;

use File::Basename qw(dirname);
use File::Copy;
use Test::More;

use Echod;
use Files;
use Machine;
use Sweep;
use Tracer;

Tracer::needs();
Machine::needs('sh');

# An echod whose loader is a script: echod looks beside itself first.
my $dir = Files::new_dir();
my $real = dirname($Machine::ECHOD) . '/echod-load';
copy($Machine::ECHOD, "$dir/echod") or die "$dir/echod: $!";
Files::spew("$dir/echod-load", <<"END");
#!/bin/sh
exec \$ECHOD_TEST_STRACE $real "\$@"
END
chmod 0755, "$dir/echod", "$dir/echod-load";
$Machine::ECHOD = "$dir/echod";

# The address is a name, and the file includes another.
Files::spew("$dir/more.conf", "workers = { start = 5; };\n");

# start(FILE, POINT): an echod of which the loader is traced.
sub start {
    return Echod->start(wait => 0, config => <<"END",
listen = ( { address = "localhost"; port = 0; } );
log = { level = "notice"; ident = "from-the-file"; };
\@include "$dir/more.conf"
END
        env => { ECHOD_TEST_STRACE => join ' ', Sweep::strace(@_) });
}

# judge(ECHOD): whether it has the configuration or says that it has not.
sub judge {
    my $d = shift;
    my $fault = Sweep::judge($d);
    return $fault if $fault ne '';
    return $d->count_log(qr/: ready /)
        && $d->count_log(qr/^(?!.* from-the-file\[)/)
        ? 'it serves without its configuration' : '';
}

my $trace = Files::new_name();
is(judge(start($trace)), '', 'without a fault it serves, and ends');
my @points = Sweep::points($trace);
Sweep::has(\@points, qw(openat read setresuid write));

Sweep::every(\@points, sub { start('/dev/null', $_[0]) },
    sub { judge($_[1]) }, 'a call of the loader fails');
done_testing;
