# SPDX-License-Identifier: ISC
#
# If this fails, s6 takes echod for ready when it is not, or never.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Files;
use Log;
use Machine;
use Process;

Machine::needs(qw(s6-svscan s6-svwait s6-svc s6-svscanctl));

my $dir = Files::new_dir();
my $service = "$dir/echod";
mkdir $service or die "$service: $!\n";
Files::spew("$service/notification-fd", "3\n");
Files::spew("$service/run", "#!/bin/sh\n"
    . "exec @Machine::WRAPPER $Machine::ECHOD -F --ready-fd 3"
    . " -l 127.0.0.1:0 -o sandbox=off 2>>$dir/log\n");
chmod 0755, "$service/run";

my $log = Log->new("$dir/log");
my $scan = Process::launch(['s6-svscan', "$dir"], stderr => "$dir/s6.log");
# wait_until(STATE): whether s6 says so, in time.
sub wait_until {
    my $state = shift;
    return Process::wait(Process::launch(
        ['s6-svwait', $state, '-t', 1000 * Clock::START * Clock::scale(),
            $service], stderr => "$dir/s6.log"), Clock::START) // 'none';
}
Clock::until(sub { -p "$service/supervise/control" });

is wait_until('-U'), 0, 's6 sees that it is ready';
my ($line, $port) = $log->wait_log(qr/: listening on \S+ port (\d+)$/);
ok $log->count_log(qr/: ready /), 'not before it is';
is Client::echo_once($port, 'hello'), 'hello', 'it serves';

is system('s6-svc', '-d', $service), 0, 'it is told to stop';
is wait_until('-d'), 0, 'and does';
ok $log->count_log(qr/: stopped status=0$/), 'in order';
is_deeply [$log->alarms], [], 'the log has no alarm';

system 's6-svscanctl', '-t', "$dir";
is Process::wait($scan), 0, 's6 ends';
undef $scan;
done_testing;

# Whoever kills s6-svscan leaves its other processes, and echod, for ever.
END {
    my $status = $?;
    if ($scan) {
        system 's6-svscanctl', '-t', "$dir";
        Process::wait($scan);
    }
    $? = $status;
}
