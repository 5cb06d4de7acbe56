# SPDX-License-Identifier: ISC
# rows: 42
#
# If this fails, echod assumes that recv() and send() always move all bytes and
# are never interrupted; when they are, bytes are lost or doubled.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Shim;

# A send moves less than was received, and every other call fails with EINTR.
my $shim = Shim->build;
$shim->on('short');
my $d = Echod->start(env => $shim->env, log => 'info');

for my $size (1, 2, 1000, 65_536, 70_000) {
    my $data = Client::seeded($size, $size);
    my $from = $d->mark;
    ok(Client::echo_once($d->port, $data, timeout => 30) eq $data,
        "$size bytes, a few at a time");
    is($Client::problem, '', 'and the end of the stream');
    ok($d->wait_log(
        qr/: connection ended .*in_bytes=$size out_bytes=$size .*reason=closed/,
        from => $from), 'counted right');
}

# Told to stop in the middle of it: what was received is sent.
my $s = $d->connect;
my $data = Client::seeded(7, 100_000);
is(Client::echo($s, substr $data, 0, 100), substr($data, 0, 100),
    'a connection');
$s->blocking(0);
syswrite $s, $data;
$d->signal('QUIT');
$s->blocking(1);
my $back = Client::receive_all($s);
is($Client::problem, '', 'QUIT in the middle: the stream ends in order');
ok($back eq substr($data, 0, length $back),
    'what came back is a beginning of what was sent');
note length($back), ' bytes';
close $s;
is($d->wait_end, 0, 'stopped');
my ($in, $out) = map { /in_bytes=(\d+) out_bytes=(\d+) .*reason=drained/
      ? ($1, $2) : () } $d->log_lines;
is($out, $in, 'everything received was sent');
is($out, 100 + length $back, 'and everything sent has arrived');
$d->finish;
done_testing;
