# SPDX-License-Identifier: ISC
# rows: 71
#
# If this fails, HUPs that arrive faster than a reload takes are lost or queue
# up, or the last file is not in force afterwards, or processes and descriptors
# leak.
use strict;
use warnings;

use Test::More;
use Time::HiRes ();

use Client;
use Clock;
use Echod;
use Load;
use Process;

sub config {
    my ($ident) = @_;
    return qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { ident = "$ident"; };\n);
}

my $d = Echod->start(config => config('first'), log => 'notice');
my $listeners   = Process::listeners($d->pid);
my $descriptors = keys %{ Process::descriptors($d->pid) };
my $load = Load->start(port => $d->port, clients => 2, rate => 200);

for my $round (1 .. 4) {
    my $most = 0;
    for my $ms (1 .. 25) {
        $d->rewrite(config("round$round-$ms"));
        $d->signal('HUP');
        # The distance is the point of it.
        Time::HiRes::sleep($ms / 1000);
        my $n = () = $d->children;
        $most = $n if $n > $most;
    }
    # And some at once: the last of them comes while a reload is under way.
    for my $n (1 .. 10) {
        $d->rewrite(config("quick$round-$n"));
        $d->signal('HUP');
    }
    $d->rewrite(config("last$round"));
    $d->signal('HUP');
    ok($d->wait_log(qr/ last$round\[\d+\]: reload done/),
        "round $round: the last file wins");
    # Two generations, each of five and some for the clients, some being let
    # go, a logger, a loader; one generation a HUP would be more than 125.
    cmp_ok($most, '<=', 60, "round $round: no crowd of processes");
}
ok(Clock::until(sub {
    my $line = ($d->log_lines)[-1];
    return $line =~ / last4\[\d+\]: reload done/;
}), 'and nothing comes after it');

my $result = $load->stop;
is_deeply($result->{errors}, [], 'no client noticed anything');
is_deeply(Process::listeners($d->pid), $listeners, 'the same socket');
ok(Clock::until(sub { my @left = $d->children; @left <= 11 }, 20),
    'one generation and one logger are left')
  or diag join ' ', $d->children;
is(scalar keys %{ Process::descriptors($d->pid) }, $descriptors,
    'the master has as many descriptors as before');
is(Client::echo_once($d->port, 'x'), 'x', 'it answers');
$d->finish;
done_testing;
