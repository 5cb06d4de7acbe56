# SPDX-License-Identifier: ISC
#
# If this fails, a client that is slow, silent or one of many keeps others from
# an answer, by HTTP or by echo, or stays for ever.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Http;
use Machine;
use Process;

Machine::needs('nc');
Http::needs();

# Seconds that any answer may take, and that a client may.
use constant { AT_ONCE => 0.1, PATIENCE => 2 };

my $d = Echod->start(options => [Http::OPTIONS]);
my $port = Http::port($d);

# answers(WHAT): it answers, and quickly.  One second chance: this machine does
# other things as well.
sub answers {
    my ($what) = @_;
    my ($r, $seconds);
    for (1 .. 5) {
        $r = Http::get($port, '/metrics');
        $seconds = $r->{seconds} // 99;
        last if $seconds < AT_ONCE;
    }
    is $r->{status}, 200, "$what: it answers";
    cmp_ok $seconds, '<', AT_ONCE * Clock::scale(), "$what: at once";
    return;
}

# asks(TEXT): a client that sends this, and no more.
sub asks {
    my ($text) = @_;
    my $sock = Client::connect('127.0.0.1', $port) or die "connect: $@\n";
    syswrite $sock, $text;
    return $sock;
}

# is_over(SOCKET): whether the server has closed it.
sub is_over {
    my ($sock) = @_;
    return Client::readable($sock, 0) && !sysread $sock, my $more, 65536;
}

sub open_connections {
    my ($d) = @_;
    my $fds = Process::descriptors(Http::reporter($d));
    return scalar grep { $_ > 3 && $fds->{$_} =~ /^socket:/ } keys %$fds;
}

answers('nobody else');

# Half requests, far more than there are places.
my @half = map { asks("GET /metrics HTTP/1.1\r\nHost: x\r\n") } 1 .. 1000;
answers('1000 half requests');
cmp_ok open_connections($d), '<=', 16, 'at most 16 are open';
is((grep { !is_over($_) } @half[0 .. 900]), 0, 'the oldest have been let go');

# Byte by byte: as long as some come, the library itself would wait.
my $start = Clock::now();
my $dripping = asks('G');
Clock::until(sub {
    local $SIG{PIPE} = 'IGNORE';
    syswrite $dripping, 'E';
    return is_over($dripping);
}, 4 * PATIENCE);
my $took = Clock::now() - $start;
cmp_ok $took, '>', PATIENCE - 0.1, 'one that drips has two seconds';
Clock::soon($start, 'and no more', PATIENCE);
is((grep { !is_over($_) } @half), 0, 'the other halves had no more either');
ok Clock::until(sub { open_connections($d) == 0 }), 'none is left';
@half = ();

# The same by nc, which is in time.
my $nc = qx({ printf 'GET /healthz HTTP/1.1\\r\\n'; printf 'Host: x\\r\\n\\r\\n'; } | nc -w 5 127.0.0.1 $port);
like $nc, qr{^HTTP/1\.1 200 OK\r$}m, 'two pieces are one request';
my $sock = asks('');
for my $byte (split //, "GET /readyz HTTP/1.0\r\n\r\n") {
    syswrite $sock, $byte;
}
like Client::receive_all($sock), qr/\r\n\r\nserving\n\z/, 'bytes are, too';

# Those who do not read what they have asked for.
my @deaf = map { asks("GET / HTTP/1.1\r\nHost: x\r\n\r\n") } 1 .. 8;
answers('eight that do not read');
is Client::echo_once($d->port, 'hello'), 'hello', 'and an echo';
@deaf = ();

# Those who ask and go.
for (1 .. 100) {
    Client::reset(asks("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
}
answers('a hundred that went');

# Those who do nothing at all: the kernel keeps them.
my @silent = map { asks('') } 1 .. 40;
answers('forty that say nothing');
cmp_ok open_connections($d), '<=', 16, 'and no more than 16 are open';

ok defined Http::reporter($d), 'it is there';
is $d->count_log(qr/reporter/, from => 0), 0, 'and was all the time';
$d->finish;
done_testing;
