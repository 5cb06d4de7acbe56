# SPDX-License-Identifier: ISC
# If this fails, a byte was lost, added, changed or reordered on its way back,
# which an echo server must never do (RFC 862).
use strict;
use warnings;

use Test::More;
use Client;
use Echod;
use Machine;

my $every_byte = join '', map { chr } 0 .. 255;
my $python_client = <<'END';
import socket, sys, threading
data = sys.stdin.buffer.read()
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
def send():
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
t = threading.Thread(target=send)
t.start()
while True:
    piece = s.recv(65536)
    if not piece:
        break
    sys.stdout.buffer.write(piece)
t.join()
END

my @sizes = (0, 1, 15, 16, 17, 65535, 65536, 65537);

# A buffer of one byte costs two system calls a byte, so less of it there.
my %largest = (1 => 70_000, 16 => 1_000_000, 65536 => 10_000_000);

for my $buffer (sort { $a <=> $b } keys %largest) {
    my $d = Echod->start(options => ['-o', "buffer_size=$buffer"]);

    ok(Client::echo_once($d->port, $every_byte) eq $every_byte,
        "buffer_size=$buffer: each value of a byte");

    my @wrong = grep { !same($d, Client::seeded($_, $_)) } @sizes;
    is("@wrong", '', "buffer_size=$buffer: each size up to 65537");

    my $much = Client::seeded($buffer, $largest{$buffer});
    ok(same($d, $much), "buffer_size=$buffer: $largest{$buffer} bytes");

    # In random pieces, on a connection that stays open in between.
    my $seed = time ^ $$;
    srand $seed;
    my $sock = $d->connect;
    my $good = 1;
    for my $turn (1 .. 20) {
        my $data = Client::seeded("$seed $turn", 1 + int rand 20_000);
        my $back = Client::echo($sock, $data,
            chunk => sub { 1 + int rand 3000 });
        $good &&= $back eq $data;
    }
    ok($good, "buffer_size=$buffer: in random pieces")
        or diag("seed $seed: $Client::problem");
    close $sock;

    ok(through($d, $_), "buffer_size=$buffer: through $_")
        for grep { Machine::has($_) } qw(nc socat python3);
    $d->finish;
}
done_testing;

sub same {
    my ($d, $data) = @_;
    my $back = Client::echo_once($d->port, $data, timeout => 30);
    return 1 if defined $back && $back eq $data;
    diag(length($data) . ' bytes sent, ' . length($back // '')
        . " came back: $Client::problem");
    return 0;
}

# What other people's clients make of it.
sub through {
    my ($d, $client) = @_;
    my $port = $d->port;
    my %command = (
        nc      => "nc -N 127.0.0.1 $port",
        socat   => "socat -t 10 - TCP4:127.0.0.1:$port",
        python3 => "python3 -c '$python_client' $port",
    );
    my $data = $every_byte x 200;
    my $in = $d->dir . '/in';
    open my $fh, '>:raw', $in or die "$in: $!";
    print $fh $data;
    close $fh or die "$in: $!";
    my $back = `timeout 60 $command{$client} <$in`;
    return 1 if $? == 0 && $back eq $data;
    diag("$client: status $?, " . length($back) . ' bytes came back');
    return 0;
}
