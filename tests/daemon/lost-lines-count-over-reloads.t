# SPDX-License-Identifier: ISC
#
# If this fails, a reload resets log_lines_lost of the status report, so that
# an operator takes a log with gaps for a complete one.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Tracer;

Tracer::needs();

use constant BYTES => 25_000;    # two lines each: more than wait for a logger

sub config {
    my ($ident) = @_;
    return qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        buffer_size = 1;
        log = { ident = "$ident"; level = "debug"; };\n);
}

my $d = Echod->start(config => config('first'));
$d->expect_log(qr/: warning: log lines lost count=\d+$/);

# The logger does not run for a while.
sub lose_lines {
    my ($what) = @_;
    my $data   = 'x' x BYTES;
    my $logger = $d->logger;
    my $from   = $d->mark;
    my $hold = Tracer->hold($logger);
    ok(Client::echo_once($d->port, $data) eq $data, $what);
    $hold->detach;
    ok($d->wait_log(qr/: warning: log lines lost count=/, from => $from,
        timeout => 20), 'as the log says');
    return;
}

# What the master says of it, in the name of this ident.
sub lost {
    my ($ident) = @_;
    my $from = $d->mark;
    $d->signal('USR1');
    my (undef, $lost) = $d->wait_log(
        qr/ $ident\[\d+\]: status .*log_lines_lost=(\d+)$/, from => $from);
    return $lost // -1;
}

is(lost('first'), 0, 'nothing is lost at first');
lose_lines('then lines are lost');
my $first = lost('first');
cmp_ok($first, '>', 0, 'they are counted');

$d->rewrite(config('second'));
like($d->reload, qr/ second\[.*: reload done /, 'a reload with another name');
is(lost('second'), $first, 'they are still counted');

lose_lines('more lines are lost');
my $second = lost('second');
cmp_ok($second, '>', $first, 'they are added');

$d->rewrite(config('first'));
like($d->reload, qr/ first\[.*: reload done /, 'a reload to the first name');
is(lost('first'), $second, 'nothing is forgotten');
$d->finish;
done_testing;
