# SPDX-License-Identifier: ISC
# rows: 109
#
# If this fails, a lack of memory in the loader is reported as a mistake in the
# file, or hangs or crashes the loader: the operator corrects a file that is
# correct, or a reload leaves a part of itself behind.
#
# slow: loads the configuration some 300 times
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;
use Shim;

plan(skip_all => 'sanitizers have an allocator of their own')
    if Machine::has_sanitizer();

my $shim = Shim->build;
my $reason = 'out of memory while the configuration was read';
my $text = qq(listen = ( { address = "localhost"; port = 0; } );
workers = { start = 1; min_spare = 1; max = 20; };
access = { allow = [ "127.0.0.0/8", "::1" ]; };
log = { ident = "e" "chod"; };\n);
my $dir = Files::new_dir();
my $file = "$dir/echod.conf";
Files::spew("$dir/more.conf", $text);
Files::spew($file, qq(\@include "more.conf"\n));

# sweep(STEP, ACTION): let an allocation of a load fail, and another one in the
# next: one of 41 each, and of the last ones, which are made for the file, each
# STEPth.  Returns how many have failed, and the numbers of those after which
# ACTION has not returned true.
sub sweep {
    my ($step, $action) = @_;
    my ($failed, @wrong) = (0);
    my $fails = sub {
        my ($n) = @_;

        $shim->on("malloc-$n");
        my $well = $action->();
        $shim->off("malloc-$n");
        my @entered = $shim->entered('malloc') or return 0;
        $shim->off("entered-malloc.$_") for @entered;
        $failed++;
        push @wrong, $n if !$well;
        return 1;
    };
    my $n = 1;

    $n += 41 while $fails->($n);
    $n = $n > 200 ? $n - 200 : 1;
    $n += $step while $fails->($n);
    return ($failed, \@wrong);
}

# -t, and so a start: a clear error, or a success without that memory.
my $ended = 0;
my ($n, $wrong) = sweep(1, sub {
    my ($status, undef, $said) = Echod->run(env => $shim->env,
        args => [ '-t', '-c', $file ]);

    $ended += $status == 71 && $said eq "echod: $reason\n";
    return $status == 71 ? $said eq "echod: $reason\n" : $status == 0;
});
cmp_ok($n, '>', 50, "-t: there are allocations ($n)");
is_deeply($wrong, [], '-t: each that fails ends in a clear error, if in any');
cmp_ok($ended, '>', 50, "-t: most of them do ($ended)");

# A start says the same.
$shim->on('malloc-20');
my ($status, undef, $said) = Echod->run(env => $shim->env, args => [ '-F', '-c', $file ]);
$shim->off('malloc-20');
is("$status $said", "71 echod: $reason\n", 'a start says so, too');

# A reload keeps what there is.
my $d = Echod->start(env => $shim->env, config => $text);
my $known = qr/: error: reload failed, nothing has changed: $reason$/;
$d->expect_log($known);
($n, $wrong) = sweep(7, sub { return $d->reload =~ /$known|: reload done/ });
cmp_ok($n, '>', 50, "a reload: there are allocations ($n)");
is_deeply($wrong, [], 'a reload: each that fails is said to be that, if anything');
like($d->reload, qr/: reload done/, 'and then one succeeds');
is(Client::echo_once($d->port_of('127.0.0.1'), 'there'), 'there',
    'and clients are served');

# A file that cannot be read is no mistake in it.
$shim->on('fail-read');
($status, undef, $said) = Echod->run(env => $shim->env, args => [ '-t', '-c', $file ]);
is("$status $said", "71 echod: $file: Input/output error\n", 'a disk with an error');
$d->expect_log(qr/: error: reload failed, nothing has changed: .*: Input\/output error$/);
like($d->reload, qr/: error: reload failed, nothing has changed: \S+: Input\/output error$/,
    'so is a reload from it');
$shim->off('fail-read');
$d->finish;
done_testing;
