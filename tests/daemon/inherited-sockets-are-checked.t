# SPDX-License-Identifier: ISC
#
# If this fails, echod serves, or hangs on, something that is no listener; or it
# does not say what is wrong with a socket unit.
use strict;
use warnings;

use IO::Socket::UNIX;
use Test::More;

use Activation;
use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Namespace;

my $dir = Files::new_dir();
Files::spew("$dir/empty.conf", '');
chmod 0755, "$dir";
my $good = Activation::listener('127.0.0.1');
my $port = $good->sockport;
my @args = ('-F', '-c', "$dir/empty.conf", '-o', 'listen=');

# What is no listener, as the second of two descriptors.
pipe my $pipe, my $writer or die "pipe: $!\n";
my $datagram = IO::Socket::IP->new(LocalHost => '127.0.0.1', Proto => 'udp');
my $client = Client::connect('127.0.0.1', $port);
my $bound = IO::Socket::IP->new(LocalHost => '127.0.0.1', Type => 1);
my $local = IO::Socket::UNIX->new(Local => "$dir/socket", Listen => 1);
for (
    ['a pipe', $pipe, 'is not a socket'],
    ['a socket for datagrams', $datagram, 'is not of TCP'],
    ['a connection', $client, 'does not listen'],
    ['a socket that is only bound', $bound, 'does not listen'],
    ['a local socket', $local, 'is not of an Internet family'],
) {
    my ($what, $handle, $reason) = @$_;
    my ($status, undef, $err) = Echod->run(args => \@args,
        Activation::pass([$good, $handle], names => "good:b\nd"));
    is($status, 69, "$what: the start fails");
    is($err, qq(echod: descriptor 4 "b?d", passed by the service manager, )
        . "$reason\n", "$what: with its number, its name and the reason");
}
my ($status, undef, $err) = Echod->run(args => \@args,
    Activation::pass([$pipe]));
is($err, "echod: descriptor 3, passed by the service manager, is not a socket\n",
    'without a name the number is enough');
($status, undef, $err) = Echod->run(args => \@args,
    Activation::pass([$good], count => 129));
is($status, 69, 'more than can be served: the start fails');
is($err, "echod: LISTEN_FDS is 129: expected at most 128\n", 'and says so');
($status, undef, $err) = Echod->run(args => \@args);
is($status, 69, 'an empty list and no socket: the start fails');
is($err, 'echod: cannot listen: `listen` is empty, and no socket unit has '
    . "passed a socket\n", 'and says so');

# They are for another process.
my $d = Echod->start(Activation::pass([$good], pid => 1), log => 'notice');
is($d->count_log(
    qr/: descriptors were passed to another process, and are not used listen_pid=1$/),
    1, 'what is for another process is not used, with one line');
is($d->count_log(qr/inherited/), 0, 'and not served');
$d->finish;

# In the background the pid is another one than that which was passed them.
my $log = "$dir/log";
$d = Echod->start(Activation::pass([$good], names => 'echo'),
    mode => 'background', config => "listen = [];\n",
    options => ['-o', 'log.to=stderr']);
is(Client::echo_once($port, 'x'), 'x', 'in the background they are served');
is($d->count_log(
    qr/: listening on 127\.0\.0\.1 port $port \(inherited as "echo"\)$/),
    1, 'as the log says');
undef $good;
undef $client;
$d->finish;

# An address that cannot be had, for lack of privileges or of a network.
SKIP: {
    skip 'only root can be somebody else', 2 if $> != 0;
    my $other = Activation::listener('127.0.0.1');
    my $low = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
    skip 'low ports are free here', 2
        if !-e $low || Files::slurp($low) <= 7;
    my %pass = Activation::pass([$other]);
    my $command = 'exec setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"';
    ($status, undef, $err) = Echod->run(Activation::pass([$other]),
        prefix => ['sh', '-c', $command, 'sh'],
        args => ['-F', '-c', "$dir/empty.conf", '-l', '127.0.0.1:7']);
    is($status, 69, 'a low port of its own without root');
    is($err, "echod: cannot listen on 127.0.0.1:7: Permission denied; the "
        . "socket unit that passes the others may open it\n",
        'the socket unit is named as the place for it');
}

done_testing;
