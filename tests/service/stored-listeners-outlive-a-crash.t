# SPDX-License-Identifier: ISC
# rows: 120
#
# If this fails, clients are refused or lost when the master dies, although the
# service manager has been asked to keep its listeners.
#
# root: the manager has a control group and namespaces of its own
use strict;
use warnings;

use IO::Select;
use IO::Socket::IP;
use Test::More;

use Client;
use Clock;
use Manager;
use Process;

use constant { RATE => 100, SILENT => 0.3, BEFORE => 0.6, AFTER => 0.5 };

my $m = Manager->start;

# A name, and the text of a unit whose manager has a store, or not.
sub unit {
    my ($store) = @_;
    return "Type=notify\nRestart=on-failure\nRestartSec=500ms\n"
        . ($store ? "FileDescriptorStoreMax=16\n" : '');
}

# serve_all(PORT, EVENT, AGAIN): clients that come at a steady rate, and are
# silent at first; EVENT is called in the midst of them, and more come until
# AGAIN says that it is over.  How many there were, were refused, were served.
sub serve_all {
    my ($port, $event, $again) = @_;
    my ($start, $n, $refused, $served, $until) = (Clock::now(), 0, 0, 0);
    my (%client, @late);
    my $wait = IO::Select->new;
    my $deadline = $start + Clock::START * Clock::scale();
    while (Clock::now() < $deadline) {
        my $now = Clock::now();
        if ($event && $now >= $start + BEFORE) {
            $event->();
            undef $event;
        }
        $until //= $now + AFTER if !$event && $again->();
        if ((!defined $until || $now < $until)
            && $n < ($now - $start) * RATE) {
            $n++;
            my $s = Client::connect('127.0.0.1', $port, Timeout => 5);
            $refused++ if !$s;
            push @late, [$now + SILENT, $s] if $s;
        }
        while (@late && $late[0][0] <= $now) {
            my $s = (shift @late)->[1];
            syswrite $s, 'hello';
            $wait->add($s);
        }
        for my $s ($wait->can_read(0.002)) {
            $served += (sysread($s, my $data, 16) // 0) == 5;
            $wait->remove($s);
            close $s;
        }
        last if defined $until && $now >= $until && !@late && !$wait->count;
    }
    return ($n, $refused, $served);
}

# With a store.
my @options = ('-o', 'timeouts.drain=2', '-o', 'workers.start=4');
my $log = $m->service('kept', unit(1), '-l', '127.0.0.1:10007', @options);
is $m->systemctl('start', 'kept'), 0, 'it is started';
my $before = Process::listeners($m->main_pid('kept'));
my ($inode) = values %$before;
is $m->show('kept', 'NFileDescriptorStore'), 1, 'its listener is stored';

my $from = $log->mark;
my $old = $m->main_pid('kept');
my ($n, $refused, $served) = serve_all(10007, sub { kill KILL => $old },
    sub { $log->count_log(qr/: ready /, from => $from) });
cmp_ok $n, '>', RATE, "$n clients came before, in and after a crash";
is $refused, 0, 'none of them was refused';
is $served, $n, 'all of them were served';
is $log->count_log(qr/: listening on 127\.0\.0\.1 port 10007 \(kept\)$/,
    from => $from), 1, 'the log says that the listener was kept';
is_deeply Process::listeners($m->main_pid('kept')), $before,
    'it is the same socket';
is $m->show('kept', 'NRestarts'), 1, 'after one restart';

# The next restart keeps it too, and those who wait.
$from = $log->mark;
is $m->systemctl('restart', 'kept'), 0, 'it is restarted in order';
is_deeply Process::listeners($m->main_pid('kept')), $before,
    'it is the same socket again';
is Client::echo_once(10007, 'hello'), 'hello', 'which serves';

# A reload removes what is not wanted any more.
my $file = $m->dir . '/kept.conf';
my $entry = sub { qq({ address = "127.0.0.1"; port = $_[0]; }) };
Files::spew($file, 'listen = ( ' . join(', ', map { $entry->($_) } 10007, 10008)
    . " );\n");
my $two = $m->service('two', unit(1) . "ExecReload=kill -HUP \$MAINPID\n",
    '-c', $file, '-o', 'timeouts.drain=1');
is $m->systemctl('stop', 'kept'), 0, 'it is stopped';
is $m->show('kept', 'NFileDescriptorStore'), 0, 'which empties the store';
is $m->systemctl('start', 'two'), 0, 'another one with two addresses';
is $m->show('two', 'NFileDescriptorStore'), 2, 'both are stored';
Files::spew($file, 'listen = ( ' . $entry->(10008) . " );\n");
$m->systemctl('reload', 'two');
ok $two->wait_log(qr/: reload done /), 'a reload removes one';
is $m->wait_for('two', 'NFileDescriptorStore', qr/^1$/), 1,
    'it is not stored any more';
ok Clock::until(sub { !Client::connect('127.0.0.1', 10007) }),
    'and refuses clients';
Files::spew($file, 'listen = ( ' . $entry->(10009) . " );\n");
$from = $two->mark;
kill KILL => $m->main_pid('two');
ok $two->wait_log(qr/: ready /, from => $from), 'a restart with another file';
is $two->count_log(qr/: closing 127\.0\.0\.1:10008, not in `listen` origin=stored$/,
    from => $from), 1, 'closes what is stored and not wanted';
is $m->wait_for('two', 'NFileDescriptorStore', qr/^1$/), 1, 'only one is stored';
ok Clock::until(sub { !Client::connect('127.0.0.1', 10008) }),
    'and the other one refuses clients';
is Client::echo_once(10009, 'x'), 'x', 'the one that is wanted serves';

# What the manager is known to store outlives a restart in order as well.
$log = $m->service('sure', unit(1) . "Environment=FDSTORE=16\n", '-l',
    '127.0.0.1:10011', @options);
is $m->systemctl('start', 'sure'), 0, 'a unit that says that it has a store';
$from = $log->mark;
my $job;
($n, $refused, $served) = serve_all(10011,
    sub { ($job) = $m->launch('systemctl', '--user', 'restart', 'sure') },
    sub { $log->count_log(qr/: ready /, from => $from) });
is Process::wait($job), 0, 'is restarted';
is $refused, 0, 'none of the clients was refused';
is $served, $n, 'all of them were served';

# A stop serves those who wait.
$log = $m->service('queue', unit(1) . "Environment=FDSTORE=16\n", '-l',
    '127.0.0.1:10012', '-o', 'timeouts.defer_accept=0',
    map { ('-o', "workers.$_=4") } qw(start min_spare max_spare max));
$log->expect_log(qr/workers at max/);
is $m->systemctl('start', 'queue'), 0, 'a unit with four workers';
my @busy = map { Client::connect('127.0.0.1', 10012) } 1 .. 4;
is_deeply [map { Client::echo($_, 'x') } @busy], [('x') x 4],
    'all of which have a client';
my @queued = map { Client::connect('127.0.0.1', 10012) } 1 .. 4;
syswrite $_, 'hello' for @queued;
($job) = $m->launch('systemctl', '--user', 'stop', 'queue');
is_deeply [map { Client::receive($_, 5) } @queued], [('hello') x 4],
    'at a stop those who wait are served';
close $_ for @busy, @queued;
is Process::wait($job), 0, 'it is stopped';

# Without a store nothing is different, and nothing is said.
my $plain = $m->service('plain', unit(0), '-l', '127.0.0.1:10010');
is $m->systemctl('start', 'plain'), 0, 'a unit without a store';
is $m->show('plain', 'NFileDescriptorStore'), 0, 'has stored nothing';
is $m->systemctl('restart', 'plain'), 0, 'is restarted';
is $plain->count_log(qr/: listening on 127\.0\.0\.1 port 10010$/), 2,
    'and opens its listener again';
$m->finish;
done_testing;
