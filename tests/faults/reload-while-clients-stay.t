# SPDX-License-Identifier: ISC
# rows: 73
#
# If this fails, clients that stay connected obstruct a reload: they take the
# places of new workers, accumulate with each generation, are cut off early, or
# are never cut off.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

use constant MAX => 3;

sub config {
    my ($drain) = @_;
    return qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        workers = { start = 1; min_spare = 1; max_spare = @{[ MAX ]};
        max = @{[ MAX ]}; };
        timeouts = { drain = $drain; };\n);
}

# As many clients as there can be workers, each of them served.
sub hold {
    my ($d, $name) = @_;
    my @clients = map { $d->connect } 1 .. MAX;
    my @echoed = grep { Client::echo($_, $name) eq $name } @clients;
    is(scalar @echoed, MAX, "$name: all workers have a client");
    return @clients;
}

my $d = Echod->start(config => config(30), log => 'info');
my @old     = hold($d, 'old');
my @workers = $d->workers;
is(scalar @workers, MAX, 'and that is all there may be');

my $start = Clock::now();
like($d->reload, qr/reload done/, 'a reload finds room beside them');
my $new = $d->connect;
is(Client::echo($new, 'new'), 'new', 'and serves a new client');
Clock::soon($start, 'soon');
cmp_ok(scalar $d->workers, '<=', 2 * MAX, 'with no more than twice max');
is(scalar(grep { Client::echo($_, 'still') eq 'still' } @old), MAX,
    'the old clients are served');
close $new;

# One more generation of clients that stay: now one has to go.
$d->expect_log(qr/: warning: workers (?:at max|leaving above)/);
my @young = hold($d, 'young');
like($d->reload, qr/reload done/, 'another reload');
is($d->count_log(qr/: warning: workers leaving above .*count=@{[ MAX ]}$/), 1,
    'the oldest are said to be cut off');
is(scalar(grep {
    my $back = Client::receive_all($_);
    close $_;
    $back eq '' && $Client::problem eq '';
} @old), MAX, 'and are, with a FIN');
ok($d->wait_log(qr/: connection ended .* reason=drained/, count => MAX),
    'for that reason');
is(scalar(grep { Client::echo($_, 'still') eq 'still' } @young), MAX,
    'the younger ones are served');
ok(Clock::until(sub { !grep { Process::is_alive($_) } @workers }),
    'their workers are gone');
cmp_ok(scalar $d->workers, '<=', 2 * MAX, 'no more than twice max');

# The end of patience: those that leave now have two seconds, in which we must
# have written what they are to find.  On a machine that stands still for so
# long, once more and with more time.
close $_ for @young;
my ($drain, $served);
for my $seconds (2, 10, 30) {
    $drain = $seconds * Clock::scale();
    $d->rewrite(config($drain));
    ok(Clock::until(sub { $d->workers <= MAX }), 'who was there has left');
    @old     = hold($d, 'last');
    @workers = $d->busy_workers;
    $start = Clock::now();
    like($d->reload, qr/reload done/, 'a reload with another timeouts.drain');
    $served = grep { Client::echo($_, 'x') eq 'x' } @old;
    syswrite $_, 'unread' for @old;
    last if Clock::now() - $start < 0.9 * $drain;
    close $_ for @old;
}
is($served, MAX, 'the old clients are served');
is(scalar(grep {
    Client::receive_all($_) eq 'unread' && $Client::problem eq ''
} @old), MAX, 'until they are cut off, with all of their echo and a FIN');
my $took = Clock::now() - $start;
cmp_ok($took, '>=', $drain - 0.1, 'not before their time');
Clock::soon($start, 'nor long after it', $drain);
close $_ for @old;
ok(Clock::until(sub { !grep { Process::is_alive($_) } @workers }),
    'their workers are gone');
is(Client::echo_once($d->port, 'x'), 'x', 'new clients are served');
$d->finish;
done_testing;
