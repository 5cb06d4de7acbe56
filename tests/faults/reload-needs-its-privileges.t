# SPDX-License-Identifier: ISC
# rows: 79, 101
#
# If this fails, a root without the right to signal other users reloads to
# workers of another user: no later reload or stop reaches these workers.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Machine;
use Process;

Machine::needs('root');
Machine::needs('setpriv');
my @prefix = ('setpriv', '--bounding-set=-kill', '--inh-caps=-kill');
plan skip_all => 'setpriv is not allowed here'
  if system("@prefix true 2>/dev/null") != 0;
my $uid = getpwnam 'nobody';
plan skip_all => 'there is no nobody' if !$uid;

sub config {
    my ($user) = @_;
    return Echod::DEFAULT_CONFIG . qq(user = "$user";\n);
}

my $d = Echod->start(config => config('root'), prefix => \@prefix);
my @workers   = $d->workers;
my $listeners = Process::listeners($d->pid);

$d->rewrite(config('nobody'));
my $line = $d->reload // '';
like($line, qr/: error: reload failed, nothing has changed: /,
    'to another user a reload fails');
like($line, qr/: cannot signal workers of uid $uid$/, 'and the log says why');
is(Client::echo_once($d->port, 'x'), 'x', 'echod serves');
is_deeply([ grep { Process::is_alive($_) } @workers ], \@workers,
    'by the same workers');
is_deeply(Process::listeners($d->pid), $listeners, 'at the same socket');

$d->rewrite(config('root') . "access = { deny = [ \"127.0.0.1\" ]; };\n");
like($d->reload, qr/: reload done /, 'to the same user it is done');
ok(Clock::until(sub { !grep { Process::is_alive($_) } @workers }),
    'the old workers have heard of it');
isnt(Client::echo_once($d->port, 'x') // '', 'x', 'and what it says is obeyed');
$d->expect_log(qr/: error: reload failed, nothing has changed/);
$d->finish;
done_testing;
