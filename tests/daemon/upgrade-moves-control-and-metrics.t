# SPDX-License-Identifier: ISC
#
# If this fails, a program that watches echod during an upgrade is refused, is
# still answered by the old master afterwards, or sees counters fall.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Control;
use Echod;
use Files;
use Http;
use Process;
use Upgrade;

my $with_http = Http::has();
my $dir = Files::new_dir();
my $path = "$dir/control";
my $d = Echod->start(log => 'notice', options => [Upgrade::SOON,
    Control::option($path), $with_http
        ? ('-o', 'metrics.address=127.0.0.1', '-o', 'metrics.port=0') : () ]);
my $port = $with_http ? Http::port($d) : 0;

# told(): the pid, the accepted connections and the times of the starts, by the
# control socket.
sub told {
    my $text = join "\n", Control::ask($path, 'status');
    my ($pid) = $text =~ /^service .*\bpid=(\d+)/m;
    my ($accepted) = $text =~ /^connections .*\baccepted=(\d+)/m;
    my ($first) = $text =~ /^service .*\bfirst_started_at=(\d+)/m;
    return [$pid, $accepted, $first];
}

# Somebody who asks all the time, and what went wrong.
my $errors = Files::new_name();
Files::spew($errors, '');
my $asks = Process::child(sub {
    my ($stop, $last) = (0, 0);
    $SIG{TERM} = sub { $stop = 1 };
    open my $fh, '>>', $errors or die;
    $fh->autoflush(1);
    while (!$stop) {
        my @answer = Control::ask($path, 'status');
        print {$fh} "control: @answer\n" if ($answer[-1] // '') ne 'ok';
        my ($accepted) = "@answer" =~ /\baccepted=(\d+)/;
        print {$fh} "$last, then $accepted\n" if ($accepted // 0) < $last;
        $last = $accepted // $last;
        select undef, undef, undef, 0.01;
    }
});

Client::echo_once($d->port, 'x') for 1 .. 3;
ok(Clock::until(sub { told()->[1] == 3 }), 'three connections');
my $first = told()->[2];
for my $n (1 .. 3) {
    like(Upgrade::run($d), qr/upgrade done/, "upgrade $n");
    is_deeply(told(), [$d->pid, 3, $first],
        'the new master answers, and counts on from there');
    next if !$with_http;
    ok(Clock::until(sub { Http::status($port, '/readyz') eq '200' }),
        'the same port answers HTTP');
    my $body = Http::get($port, '/metrics')->{body};
    like($body, qr/^echod_upgrades_total\{result="done"\} $n$/m,
        'with the upgrades so far');
    like($body, qr/^echod_connections_accepted_total\S* 3$/m,
        'and the connections');
}
kill TERM => $asks;
is(Process::wait($asks), 0, 'who has asked all the time');
is(Files::slurp($errors), '', 'was always answered, and saw no counter fall');

# One that is undone.
$d->expect_log(qr/: error: upgrade undone/);
my $old = $d->pid;
my $stays = $d->connect;
is(Client::echo($stays, 'x'), 'x', 'a client keeps the old master');
like(Upgrade::outcome($d, Upgrade::begin($d)), qr/upgrade done/, 'once more');
kill KILL => $d->pid;
ok($d->wait_log(qr/upgrade undone/), 'the new one dies');
$d->{pid} = $old;
ok(Clock::until(sub { (told()->[0] // 0) == $old }),
    'the control socket is that of the old one again');
ok(!$with_http || Clock::until(sub { Http::status($port, '/readyz') eq '200' }),
    'and so is the port of HTTP');
close $stays;
$d->finish;
ok(!-e $path, 'it removes the control socket');
done_testing;
