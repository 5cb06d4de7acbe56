# SPDX-License-Identifier: ISC
# If this fails, ping prints 0 or 100 percent of loss that is not exactly that,
# or prints a number with an exponent in its text.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocPing;
use Files;
use Peer;

# One answer, and then none: what comes after it is lost at its time-out.
my $many = 21000;
my $peer = Peer->new;
my $json = Files::new_name();
my $client = EchocPing::start(args => ['-q', '-i', '10us', '-c', $many, '-W',
    '0.5', '-o', $json, $peer->target], timeout => 30);
my $c = $peer->accept;
$c->take(56);
$c->give(56);
ok(Clock::until(sub { $client->signal('QUIT'); !$client->is_running }, 30),
    'it ends');
my $r = EchocPing::end($client);
my ($sum) = EchocPing::typed('summary',
    EchocPing::records(Files::slurp($json)));
SKIP: {
    skip 'the answer came too late', 4 unless $sum->{received} == 1;
    is($sum->{lost}, $many - 1, 'all but one are lost');
    cmp_ok($sum->{loss_percent}, '<', 100, '... which are not all');
    cmp_ok(abs($sum->{loss_percent} - 100 * ($many - 1) / $many), '<', 1e-9,
        '... but so many exactly');
    is($r->{summary}{loss}, '99.995', '... in the text as well');
}
unlike($r->{stderr}, qr/\d[eE][-+]\d/, 'interim figures have no exponent');
unlike($r->{stdout}, qr/\d[eE][-+]\d/, 'nor has the summary');
done_testing;
