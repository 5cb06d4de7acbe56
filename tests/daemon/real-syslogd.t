# SPDX-License-Identifier: ISC
#
# If this fails, echod does not work as installed: started in the background
# from its configuration file, with a pid file and a real log daemon.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Namespace;

Machine::needs('busybox');
Namespace::needs_dev();

my $dir  = Files::new_dir();
my $file = "$dir/messages";
my $pid  = fork // die "fork: $!";
if ($pid == 0) {
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
    exec 'busybox', 'syslogd', '-n', '-S', '-O', $file
      or POSIX::_exit(127);
}
END {
    if ($pid) {
        local $?;
        kill 'KILL', $pid;
        waitpid $pid, 0;
    }
}
if (!Clock::until(
    sub { -S '/dev/log' || waitpid($pid, POSIX::WNOHANG()) != 0 }, 10)
    || !-S '/dev/log') {
    plan skip_all => 'busybox has no syslogd that works';
}

my $messages = sub { return Files::slurp($file) // '' };
my $logged = sub {
    my ($re, $what) = @_;
    return ok(Clock::until(sub { $messages->() =~ $re }), $what)
      || diag $messages->();
};

my $d = Echod->start(
    mode   => 'background',
    config => qq(listen = ( { address = "localhost"; port = 0; } );
        log = { ident = "echod"; facility = "daemon"; };\n),
);
is($d->{start_status}, 0, 'started');
my $master = $d->pid;
is(Files::slurp($d->pid_file), "$master\n", 'its pid is in the pid file');
$logged->(qr/ echod\[$master\]: started version=/, 'the file has: started');
$logged->(qr/ echod\[$master\]: listening on 127\.0\.0\.1 port \d+$/m,
    'listening on');
$logged->(qr/ echod\[$master\]: ready /, 'ready');
my ($port) = $messages->() =~ /: listening on 127\.0\.0\.1 port (\d+)$/m;
ok($port, 'its port') or BAIL_OUT('no port in the log');

is(Client::echo_once($port, "from perl\n"), "from perl\n", 'echo to Perl');
my $python = <<'END';
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
while True:
    data = s.recv(65536)
    if not data:
        break
    sys.stdout.buffer.write(data)
END
for my $client (
    [ 'nc',      "nc -N 127.0.0.1 $port" ],
    [ 'socat',   "socat -t 5 - TCP:127.0.0.1:$port" ],
    [ 'python3', "python3 -c '$python' $port" ],
  ) {
    my ($program, $command) = @$client;
    SKIP: {
        skip "no $program here", 2 if !Machine::has($program);
        skip 'this nc has no -N', 2
          if $program eq 'nc' && `nc -h 2>&1` !~ /-N/;
        my $text = "from $program\n";
        my $back = `printf 'from $program\\n' | timeout 20 $command`;
        is($back, $text, "echo to $program");
        my $n = length $text;
        $logged->(qr/: connection ended .*in_bytes=$n out_bytes=$n .*reason=closed$/m,
            'and its line');
    }
}
$d->signal('HUP');
$logged->(qr/ echod\[$master\]: reload done generation=2 /, 'HUP: reload done');
is(Client::echo_once($port, 'x'), 'x', 'it answers');

$d->signal('TERM');
is($d->wait_end, 0, 'TERM stops it');
$logged->(qr/ echod\[$master\]: stopped status=0$/m, 'stopped');
ok(!-e $d->pid_file, 'the pid file is gone');
ok(!Client::echo_once($port, 'x'), 'nobody listens');
$d->finish;
done_testing;
