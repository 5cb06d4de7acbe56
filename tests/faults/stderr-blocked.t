# SPDX-License-Identifier: ISC
# rows: 88
#
# If this fails, a stopped terminal, or a supervisor that no longer reads
# standard error, blocks the service.
use strict;
use warnings;

use Fcntl;
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Load;

use constant { CLIENTS => 4, CONNECTIONS => 3500 };

my $dir  = Files::new_dir();
my $fifo = "$dir/stderr";
POSIX::mkfifo($fifo, 0666) or die "mkfifo: $!";
# Open both ends, so that no open() blocks and no reader sees the end.
sysopen my $pipe, $fifo, O_RDWR | O_NONBLOCK or die "$fifo: $!";

my $d = Echod->start(
    prefix => [ 'sh', '-c', 'exec "$@" 2>"$0"', $fifo ],
    log    => 'info',
    wait   => 0,
);
my $text = '';
ok(Clock::until(sub {
    sysread $pipe, $text, 65536, length $text;
    return $text =~ /: ready /;
}, Clock::START), 'echod is ready');
my ($port) = $text =~ /: listening on \S+ port (\d+)$/m;
ok(defined $port, 'and listens') or BAIL_OUT($text);

# From here on it is not read.  The pipe takes some 600 lines, the logger's queue
# some 10,000 more.
my $load = Load->start(port => $port, clients => CLIENTS, messages => 1,
    size => 100, connections => CONNECTIONS);
my $result = $load->wait;
is($result->{connections}, CLIENTS * CONNECTIONS, 'clients are served');
is_deeply($result->{errors}, [], 'every one of them');
cmp_ok($result->{slowest}, '<', Clock::SOON * Clock::scale(),
    'without a pause');
my ($logger) = grep { $d->role($_) eq 'logger' } $d->children;
ok($logger, 'while the logger waits for its reader');
$d->signal('HUP');
$d->signal('USR1');
is(Client::echo_once($port, 'x'), 'x', 'after HUP as well');

my $start = Clock::now();
$d->signal('TERM');
is($d->wait_end(20), 0, 'TERM ends echod');
# A logger that cannot write is given 4 s.
Clock::soon($start, 'within bounds', 4);
$d->finish;
done_testing;
