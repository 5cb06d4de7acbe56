# SPDX-License-Identifier: ISC
# rows: 77
#
# If this fails, a setting that is changed in the file does not take effect at
# a reload, or a removed setting keeps its value instead of returning to the
# default.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;

my $listen = qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);
my $d      = Echod->start(config => $listen);
my $port   = $d->port;

# Reload with these settings added.
sub with {
    my ($what, $settings) = @_;
    $d->rewrite($listen . $settings);
    like($d->reload, qr/: reload done/, "$what: reloaded");
    return;
}

# The lines of one connection that sends this.
sub lines_of {
    my ($data) = @_;
    my $from = $d->mark;
    is(Client::echo_once($port, $data), $data, '  echoed');
    $d->wait_log(qr/: connection ended /, from => $from);
    my @lines = $d->log_lines;
    return @lines[ $from .. $#lines ];
}

# How a connection ends to which nothing more is said, and after how long.
sub end_of {
    my ($data, $seconds) = @_;
    my $from  = $d->mark;
    my $start = Clock::now();
    my $s     = Client::connect('127.0.0.1', $port);
    my $back  = Client::echo($s, $data, timeout => $seconds,
        bytes => length($data) + 1);
    my $took = Clock::now() - $start;
    # Or it would be waited for.
    close $s;
    my ($line, $reason) = $d->wait_log(
        qr/: connection ended .* reason=(\S+)/, from => $from);
    return ($reason, $took, $back);
}

# log.level
is(scalar(grep { /: connection from / } lines_of('x')), 0,
    'level info by default: nothing of the story');
with('log.level', qq(log = { level = "debug"; };\n));
is(scalar(grep { /: connection from / } lines_of('x')), 1,
    'level debug: the story');
with('log.level', qq(log = { level = "notice"; };\n));
my $from = $d->mark;
Client::echo_once($port, 'x');
with('log.level removed', '');
is($d->count_log(qr/: connection ended /, from => $from), 0,
    'level notice: nothing of that connection');
is(scalar(grep { /: connection (?:ended|from) / } lines_of('x')), 1,
    'level info again');

# log.ident
with('log.ident', qq(log = { ident = "another"; };\n));
is(scalar(grep { / another\[\d+\]: connection ended / } lines_of('x')), 1,
    'another name in front of lines');
like(($d->log_lines)[-1], qr/^\S+ another\[/, 'of every line');
with('log.ident removed', '');
is(scalar(grep { / echod\[\d+\]: connection ended / } lines_of('x')), 1,
    'the default name again');

# buffer_size
with('buffer_size', qq(buffer_size = 16; log = { level = "debug"; };\n));
is(scalar(grep { /: received / } lines_of('x' x 40)), 3,
    '40 bytes are received in chunks of 16');
with('buffer_size removed', qq(log = { level = "debug"; };\n));
is(scalar(grep { /: received / } lines_of('x' x 40)), 1,
    'in one, without the setting');

# workers
my $count = sub {
    my ($n) = @_;
    return Clock::until(sub { $d->workers == $n });
};
with('workers', qq(workers = { start = 2; min_spare = 2; max_spare = 3; };\n));
ok($count->(2), 'two workers') or diag join ' ', $d->workers;
with('workers', qq(workers = { start = 9; min_spare = 8; max_spare = 12; };\n));
ok($count->(9), 'nine workers') or diag join ' ', $d->workers;
with('workers', qq(workers = { max = 1; };\n));
ok($count->(1), 'one worker, with a smaller max') or diag join ' ', $d->workers;
my $first = Client::connect('127.0.0.1', $port);
is(Client::echo($first, 'first'), 'first', 'it serves a client');
my $second = Client::connect('127.0.0.1', $port);
syswrite $second, 'second';
$d->expect_log(qr/: warning: workers at max /);
ok($d->wait_log(qr/: warning: workers at max /), 'the next one has to wait');
with('workers removed', '');
is(Client::receive($second, 6), 'second',
    'until a reload allows more workers');
is(Client::echo($first, 'again'), 'again', 'the first client goes on');
close $_ for $first, $second;
ok(Clock::until(sub { my $n = $d->workers; $n >= 5 && $n <= 10 }),
    'five workers and some spare by default')
  or diag join ' ', $d->workers;

# timeouts
with('timeouts.idle', qq(timeouts = { idle = 0.4; };\n));
my ($reason, $took, $back) = end_of('x', 8);
is($reason, 'idle', 'an idle connection is closed');
cmp_ok($took // 0, '>=', 0.39, 'not too early');
cmp_ok($took // 99, '<', 0.4 + Clock::SOON * Clock::scale(),
    'nor long after it');
with('timeouts.lifetime', qq(timeouts = { lifetime = 0.4; };\n));
($reason) = end_of('x', 8);
is($reason, 'lifetime', 'a connection does not live for ever');
with('timeouts removed', '');

my $accepted = sub {
    my ($seconds) = @_;
    my $s = Client::connect('127.0.0.1', $port);
    return Clock::until(sub { $d->busy_workers > 0 }, $seconds);
};
ok(Clock::until(sub { $d->busy_workers == 0 }), 'nobody is busy');
with('timeouts.defer_accept', qq(timeouts = { defer_accept = 0; };\n));
ok($accepted->(10), 'a silent client is accepted without defer_accept');
with('timeouts.defer_accept', qq(timeouts = { defer_accept = 30; };\n));
ok(Clock::until(sub { $d->busy_workers == 0 }), 'nobody is busy');
my $silent = Client::connect('127.0.0.1', $port);
lines_of('x');
ok(Clock::until(sub { $d->busy_workers == 0 }),
    'with it he waits in the kernel, while another one is served');
close $silent;

# Neither idle nor lifetime is in force any more: it is looked at again later.
my $stays = Client::connect('127.0.0.1', $port);
is(Client::echo($stays, 'stays'), 'stays', 'a client who stays');
my $since = Clock::now();

# backlog
with('backlog', qq(backlog = 7;\n));
$from = $d->mark;
$d->signal('USR1');
ok($d->wait_log(qr/: status listener=\S+ waiting=\d+ backlog=7 /,
    from => $from), 'another backlog');
with('backlog removed', '');
$from = $d->mark;
$d->signal('USR1');
ok($d->wait_log(qr/: status listener=\S+ waiting=\d+ backlog=(?!7 )\d+ /,
    from => $from), 'the default one');

# access
with('access', qq(access = { deny = [ "127.0.0.0/8" ]; };\n));
$from = $d->mark;
$back = Client::echo($d->connect, 'x');
ok($d->wait_log(qr/: refused reason=access /, from => $from),
    'a client that is denied');
is($back, '', 'gets nothing');
with('access', qq(access = { deny = [ "127.0.0.0/8" ];
    allow = [ "127.0.0.1" ]; };\n));
lines_of('x');
with('access removed', '');
lines_of('x');

Clock::until(sub { Clock::now() - $since >= 0.5 });
is(Client::echo($stays, 'still'), 'still', 'by default a client may stay');
close $stays;

$d->expect_log(qr/: warning: workers leaving above /);
$d->finish;

# pid_file, which can only be left to the file without -F and -p.
my $dir  = Files::new_dir();
my $conf = sub {
    my ($name) = @_;
    open my $fh, '>', "$dir/conf" or die "conf: $!";
    print {$fh} $listen, qq(log = { to = "stderr"; };\n),
      qq(pid_file = "$dir/$name";\n);
    close $fh;
    return;
};
$conf->('first.pid');
my $pid = Process::launch(
    [ @Machine::WRAPPER, $Machine::ECHOD, Echod::unconfined(), '-c',
        "$dir/conf" ],
    stderr => "$dir/log");
is(Process::wait($pid, Clock::START), 0, 'pid_file: started');
chomp(my $master = Files::slurp("$dir/first.pid") // '');
like($master, qr/^\d+$/, 'the pid file of the file is written');
$conf->('second.pid');
kill 'HUP', $master;
ok(Clock::until(sub { Files::slurp("$dir/log") =~ /: reload done / }, 10),
    'another pid_file is no error');
like(Files::slurp("$dir/log"), qr/: warning: pid_file .*restart/,
    'but takes a restart, as the log says');
ok(-e "$dir/first.pid" && !-e "$dir/second.pid", 'the first one is kept');
kill 'TERM', $master;
is(Process::wait($master, Clock::DEADLINE), 0, 'stopped');
ok(!-e "$dir/first.pid", 'and removed at the end');
done_testing;
