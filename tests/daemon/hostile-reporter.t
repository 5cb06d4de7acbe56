# SPDX-License-Identifier: ISC
#
# If this fails, whoever takes over the process that answers HTTP can reach other
# processes and hosts, take its listeners from others, or burden the master with
# descriptors; or the service suffers from its end.
use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Hostile;
use Http;
use Machine;
use Upgrade;

Machine::needs('root');
Http::needs();
plan skip_all => 'a sanitizer makes calls of its own'
    if Machine::has_sanitizer();
plan skip_all => 'this echod was built without libseccomp'
    if (Echod->run(args => ['-V']))[1] !~ /^seccomp: yes$/m;
my $hostile = Hostile->build;

# A reporter that obeys whoever sends "hostile ...".  echod gives it no
# environment, so a script adds the library.
my $real = dirname($Machine::ECHOD) . '/echod-report';
my $programs = Upgrade->programs;
my $script = $programs->dir . '/echod-report';
Files::spew($script, "#!/bin/sh\nLD_PRELOAD='$hostile->{preload}' "
    . "exec $real \"\$@\"\n");
chmod 0755, $script;

my $d = Echod->start(options => [Http::OPTIONS, '-o', 'sandbox=required']);
my $port = Http::port($d);
$d->expect_log(qr/: error: reporter died pid=/);

# order(CALL): have it make this call.
sub order {
    my ($call) = @_;
    my $sock = Client::connect('127.0.0.1', $port) or return;
    syswrite $sock, "hostile call $call";
    Client::receive_all($sock, timeout => 5);
    return;
}

is Http::status($port, '/readyz'), 200, 'it answers';
my $old = Http::reporter($d);
order('openat -100 0 0');
is Http::status($port, '/readyz'), 200, 'to open a file is refused';
is Http::reporter($d), $old, 'as the C library may try it';

# Descriptor 0 is the socket to the master, 3 its listener.
my %forbidden = ('socket 2 1 0' => 'connect to others',
    "kill $$ 9" => 'signal others',
    'sendmsg 0 0 0' => 'send descriptors to the master',
    'shutdown 3 2' => 'shut down its listener');
for my $call (sort keys %forbidden) {
    my $from = $d->mark;
    $old = Http::reporter($d);
    order($call);
    ok $d->wait_log(qr/: error: reporter died pid=$old signal=SIGSYS /,
        from => $from), "it cannot $forbidden{$call}";
    is Http::status($port, '/readyz'), 200, 'and has a successor';
}
is Client::echo_once($d->port, 'hello'), 'hello', 'the service goes on';
$d->finish;
done_testing;
