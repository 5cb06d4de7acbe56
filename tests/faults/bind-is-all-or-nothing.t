# SPDX-License-Identifier: ISC
# rows: 61, 113
#
# If this fails, an echod that cannot bind all of its addresses serves some of
# them, at the start or after a reload, and the missing one goes unnoticed.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Process;

# Three addresses, of which the last is taken; the others must not even be
# bound for long, so the start that fails is one that could have them.
my $other = IO::Socket::IP->new(LocalHost => '127.0.0.3', LocalPort => 0,
    Listen => 1);
my $taken = $other->sockport;
my @free  = map {
    my $s = IO::Socket::IP->new(LocalHost => $_, LocalPort => 0,
        Listen => 1);
    my $port = $s->sockport;
    close $s;
    [ $_, $port ];
} '127.0.0.1', '127.0.0.2';

sub config {
    return 'listen = ( ' . join(', ', map {
        qq({ address = "$_->[0]"; port = $_->[1]; })
    } @_) . " );\n";
}
my $all = config(@free, [ '127.0.0.3', $taken ]);

# At the start.
my $dir = Files::new_dir();
open my $fh, '>', "$dir/conf" or die "conf: $!";
print {$fh} $all;
close $fh;
my ($status, undef, $text) = Echod->run(args => [ '-F', '-c', "$dir/conf" ]);
is($status, 69, 'one of three addresses is taken: status 69');
like($text, qr/127\.0\.0\.3\S*$taken.*Address already in use/, 'it is named');
unlike($text, qr/: ready /, 'nothing was ready');
for my $address (@free) {
    my $s = Client::connect(@$address);
    ok(!$s && $!{ECONNREFUSED}, "$address->[0] is not bound");
}

# At a reload.
my $d = Echod->start(
    config => config([ '127.0.0.4', 0 ]), log => 'notice');
my $before = Process::listeners($d->pid);
$d->rewrite(config([ '127.0.0.4', 0 ], @free, [ '127.0.0.3', $taken ]));
$d->expect_log(qr/: error: reload failed/);
like($d->reload,
    qr/: error: reload failed.*127\.0\.0\.3\S*$taken.*Address already in use/,
    'at a reload: it fails, and says why');
is_deeply(Process::listeners($d->pid), $before, 'nothing else is bound');
for my $address (@free) {
    my $s = Client::connect(@$address);
    ok(!$s && $!{ECONNREFUSED}, "$address->[0] is not bound");
}
is(Client::echo_once($d->port, 'x', host => '127.0.0.4'), 'x',
    'the old address serves');

# The cause is gone.
close $other;
like($d->reload, qr/: reload done .*listeners=4/,
    'when the address is free, the same reload is done');
is(Client::echo_once($_->[1], 'x', host => $_->[0]), 'x', "$_->[0] answers")
  for @free, [ '127.0.0.3', $taken ];
is_deeply([ grep { !Process::listeners($d->pid)->{$_} } keys %$before ],
    [], 'the old address is there');
$d->finish(slack => 4);
done_testing;
