# SPDX-License-Identifier: ISC
#
# If this fails, an echod that may bind low ports without being root, as a unit with
# AmbientCapabilities= lets it, has lost that right after an upgrade; or has more.
#
# root: becomes another user, and binds low ports in a network of its own
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Load;
use Machine;
use Namespace;
use Process;
use Upgrade;

Machine::needs('root', 'setpriv');
Namespace::needs_network();

sub config {
    return 'listen = ( ' . join(', ', map {
        qq({ address = "127.0.0.1"; port = $_; })
    } @_) . " );\n";
}

# The user must be able to make files there.
my $dir = Files::new_dir();
chmod 01777, "$dir";
my $user = 65534;
my $d = Echod->start(log => 'notice', config => config(7),
    options => [Upgrade::SOON, '-p', "$dir/pid"],
    prefix => ['setpriv', "--reuid=$user", "--regid=$user", '--clear-groups',
        '--inh-caps=+net_bind_service', '--ambient-caps=+net_bind_service',
        '--bounding-set=-all,+net_bind_service']);
my @rights = qw(Uid CapInh CapPrm CapEff CapBnd CapAmb);
my %before = map { $_ => Process::status($d->pid, $_) } @rights;
like($before{CapEff}, qr/^0*400$/, 'it has one capability');
my $inodes = Process::listeners($d->pid);

my $load = Load->start(port => 7, clients => 4);
my $worker = ($d->workers)[0];
my $of_worker = Process::status($worker, 'CapEff');
for my $n (1 .. 3) {
    like(Upgrade::run($d), qr/upgrade done/, "upgrade $n");
    is_deeply({ map { $_ => Process::status($d->pid, $_) } @rights }, \%before,
        'the new master has the same rights');
    is_deeply(Process::listeners($d->pid), $inodes, 'and the same listener');
    my ($new) = $d->workers;
    is(Process::status($new, 'CapEff'), $of_worker,
        'its workers have none that the others did not have');
}
is_deeply($load->stop->{errors}, [], 'nobody was refused or reset');

$d->rewrite(config(7, 1));
like($d->reload, qr/reload done .*listeners=2/, 'another low port is added');
is(Client::echo_once(1, 'x'), 'x', 'and serves');
$d->finish;
done_testing;
