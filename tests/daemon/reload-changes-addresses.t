# SPDX-License-Identifier: ISC
#
# If this fails, addresses cannot be added, removed or changed without a
# restart, or doing so disturbs clients of addresses that stay.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;

# The ports are the kernel's choice: by position in the list, each address of
# 127.0.0.0/8 being another one.
sub config {
    my (@addresses) = @_;
    return 'listen = ( '
      . join(', ', map { qq({ address = "$_"; port = 0; }) } @addresses)
      . " );\n";
}

sub listener {
    my ($d, $address) = @_;
    my $all = Process::listeners($d->pid);
    my ($name) = grep { /^\Q$address\E:/ } keys %$all;
    return defined $name ? ($name =~ /:(\d+)$/, $all->{$name}) : ();
}

# A port of 127.0.0.0/8 without a listener refuses at once.
sub refused {
    my ($address, $port) = @_;
    my $s = Client::connect($address, $port);
    return 1 if !$s && $!{ECONNREFUSED};
    # The last worker may be checking whether a client waits.
    close $s if $s;
    return 0;
}

my $d = Echod->start(config => config('127.0.0.1', '127.0.0.2'),
    log => 'notice');
my ($port1, $inode1) = listener($d, '127.0.0.1');
my ($port2, $inode2) = listener($d, '127.0.0.2');
my $stays   = Client::connect('127.0.0.1', $port1);
my $removed = Client::connect('127.0.0.2', $port2);
is(Client::echo($stays, 'one'),   'one', 'a client of an address that stays');
is(Client::echo($removed, 'two'), 'two', 'a client of one to be removed');

# Add one.
$d->rewrite(config('127.0.0.1', '127.0.0.2', '127.0.0.3'));
like($d->reload, qr/reload done .*listeners=3/, 'an address is added');
my ($port3) = listener($d, '127.0.0.3');
is(Client::echo_once($port3, 'three', host => '127.0.0.3'), 'three',
    'and answers');
is_deeply([ (listener($d, '127.0.0.1'))[1], (listener($d, '127.0.0.2'))[1] ],
    [ $inode1, $inode2 ], 'the others are the same sockets');
is(Client::echo($_, 'again'), 'again', 'a client from before goes on')
  for $stays, $removed;

# Remove one.
$d->rewrite(config('127.0.0.1', '127.0.0.3'));
like($d->reload, qr/reload done .*listeners=2/, 'an address is removed');
is($d->count_log(qr/: closing 127\.0\.0\.2:$port2$/), 1, 'the log says so');
ok(Clock::until(sub { refused('127.0.0.2', $port2) }),
    'and refuses afterwards');
is(Client::echo($removed, 'still here'), 'still here',
    'a client that it had finishes');
shutdown $removed, 1;
is(Client::receive_all($removed), '', 'to its end');
is($Client::problem, '', 'with a FIN');
is(Client::echo($stays, 'still here'), 'still here',
    'as does one of the address that stayed');

# Change one: the port of 127.0.0.3, from any to a certain one, which is the
# one that has just become free.
$d->rewrite(qq(listen = ( { address = "127.0.0.1"; port = 0; },
    { address = "127.0.0.3"; port = $port2; } );\n));
like($d->reload, qr/reload done .*listeners=2/, 'a port is changed');
is_deeply([ listener($d, '127.0.0.3') ]->[0], $port2, 'to the new one');
is(Client::echo_once($port2, 'three', host => '127.0.0.3'), 'three',
    'which answers');
ok($port2 == $port3
      || Clock::until(sub { refused('127.0.0.3', $port3) }),
    'and the old one refuses');
is((listener($d, '127.0.0.1'))[1], $inode1,
    'the unchanged address is the first socket still');
is(Client::echo($stays, 'last'), 'last', 'and its first client is served');
close $stays;
$d->finish;
done_testing;
