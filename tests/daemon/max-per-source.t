# SPDX-License-Identifier: ISC
#
# If this fails, a client network gets more connections than it may have, or
# fewer; what a killed worker or a reload leaves behind is counted wrongly; or
# nobody can tell who was refused.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

use constant MAX => 4;

my $d = Echod->start(config => config(max_per_source => MAX), log => 'info');
$d->expect_log(qr/: warning: refused reason=max_per_source /,
    qr/: warning: worker died pid=\d+ signal=SIGKILL/);

# served(ADDRESS, N): the connections, of N that are made, that are served; the
# others are ended at once.
sub served {
    my ($from, $n) = @_;
    my (@good, @bad);
    for (1 .. $n) {
        my $sock = $d->connect(0, LocalHost => $from) or next;
        my $back = Client::echo($sock, 'x');
        push @{ $back eq 'x' ? \@good : \@bad }, $sock;
        isnt($Client::problem, 'timeout', 'an answer at once')
            if $back ne 'x';
    }
    close $_ for @bad;
    return @good;
}

sub let_go {
    close $_ for @_;
    return ok(Clock::until(sub { !$d->busy_workers }), 'all are gone');
}

my @held = served('127.0.0.1', MAX + 3);
is(scalar @held, MAX, 'as many connections as it may have');
my @other = served('127.0.0.2', MAX + 1);
is(scalar @other, MAX, 'another address has as many of its own');
close pop @held;
ok(Clock::until(sub { $d->count_log(qr/: connection ended peer=127.0.0.1/) }),
    'one is over');
push @held, served('127.0.0.1', 2);
is(scalar @held, MAX, 'so one more is served, and no second');

# A client that comes again as soon as it has seen the end is no second one.
let_go(@held, @other);
$d->rewrite(config(max_per_source => 1));
like($d->reload, qr/: reload done/, 'one at a time');
is(scalar(grep { (Client::echo_once($d->port, $_) // '') eq $_ } 1 .. 50), 50,
    'one after the other');

# Workers that are killed leave nothing behind, however they are killed.
$d->rewrite(config(max_per_source => MAX));
like($d->reload, qr/: reload done/, 'four again');
for my $round (1 .. 5) {
    @held = served('127.0.0.1', MAX);
    is(scalar @held, MAX, "round $round: all that it may have");
    my @killed = $d->busy_workers;
    @killed = @killed[0 .. $round % MAX];
    kill KILL => @killed;
    ok(Clock::until(sub { !grep { defined Process::state($_) } @killed }),
        'some of their workers are killed, and reaped');
    my @more = served('127.0.0.1', MAX);
    is(scalar @more, scalar @killed, 'exactly so many are served again');
    let_go(@held, @more);
}

# The limit of a reload holds for what is there.
@held = served('127.0.0.1', MAX);
$d->rewrite(config(max_per_source => MAX + 2));
like($d->reload, qr/: reload done/, 'two more');
push @held, served('127.0.0.1', MAX);
is(scalar @held, MAX + 2, 'may come beside those from before');
$d->rewrite(config(max_per_source => 2));
like($d->reload, qr/: reload done/, 'fewer than there are');
is(scalar served('127.0.0.1', 1), 0, 'none is served');
is(scalar(grep { Client::echo($_, 'y') eq 'y' } @held), MAX + 2,
    'but none of those that are there is ended');
let_go(@held);

# The network is as wide as the settings say.
$d->rewrite(config(max_per_source => 2, source_prefix4 => 24));
like($d->reload, qr/: reload done/, 'a network of 256 addresses');
@held = map { served("127.0.0.$_", 1) } 1 .. 4;
is(scalar @held, 2, 'all of which have two');
push @held, served('127.0.1.1', 2);
is(scalar @held, 4, 'and so has the next one');
$d->rewrite(config());
like($d->reload, qr/: reload done/, 'without a limit');
push @held, served('127.0.0.1', 10);
is(scalar @held, 14, 'everybody is served');
let_go(@held);

my $first = ': warning: refused reason=max_per_source connections=1 '
    . 'peer=127\.0\.0\.1';
ok($d->wait_log(qr/$first:\d+$/, from => 0), 'the first refusal is told at once, with the address');
$d->finish;
done_testing;

sub config {
    my %access = @_;
    my $text = join '', map { "$_ = $access{$_}; " } sort keys %access;
    return <<"EOT";
listen = ( { address = "127.0.0.1"; port = 0; } );
timeouts = { defer_accept = 0; };
workers = { max_spare = 50; };
access = { $text };
EOT
}
