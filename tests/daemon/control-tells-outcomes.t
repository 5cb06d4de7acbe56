# SPDX-License-Identifier: ISC
#
# If this fails, a caller that asks for a reload or a stop on the control socket
# is not told how it ended, or is told something else than the log, or is told
# too early; or somebody who may only read can change something.
use strict;
use warnings;

use POSIX ();
use Test::More;

use Client;
use Clock;
use Control;
use Echod;
use Files;
use Machine;
use Process;

my $dir    = Files::new_dir();
my $path   = "$dir/control";
my $listen = qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);
my $nobody = 65534;
my $pid    = $$;
my $group  = $> == 0 ? getgrgid($nobody) : undef;

sub config {
    return $listen . qq(control = { path = "$path"; )
        . (defined $group ? qq(group = "$group"; ) : '') . "};\n" . ($_[0] // '');
}

sub logged { my ($d, $re) = @_; return ($d->wait_log($re))[0] =~ s/^.*?\]: //r }

my $d = Echod->start(config => config());

# Reload, well and badly.
is_deeply([Control::ask($path, 'reload')],
    [logged($d, qr/: reload done generation=2 /), 'ok'],
    'a reload that is done ends with the line of the log');
like(($d->log_lines)[-3], qr/: control request=reload uid=$> pid=$pid$/,
    'which says who has asked');
$d->expect_log(qr/: reload failed, /);
$d->rewrite(config("backlog = 0;\n"));
my ($answer) = Control::ask($path, 'reload');
is($answer =~ s/^error 78 /error: /r, logged($d, qr/: reload failed, /),
    'one that fails, too, and has the status of the failure');
like($answer, qr/echod\.conf:3: backlog: /, 'which names the line');

# One that comes while another is under way must not get the outcome of that.
$d->rewrite(config());
my @s = map { Control::open($path) } 1 .. 2;
$d->signal('STOP');
Control::say($_, 'reload') for @s;
$d->signal('CONT');
my @told = map { [Control::answer($_)]->[0] } @s;
is_deeply([sort map { /^reload done generation=(\d+) / } @told], [3, 4],
    'two that ask at once get an outcome each');
close $_ for @s;
$d->wait_log(qr/: reload done generation=4 /);

# Who may read, and nothing else.
SKIP: {
    skip 'only root can become another user', 9 if !defined $group;
    $d->mark;
    open my $out, '>', "$dir/answers" or die "$dir/answers: $!";
    Process::wait(Process::child(sub {
        $( = $) = "$nobody $nobody";
        POSIX::setuid($nobody);
        print {$out} map { join('|', Control::ask($path, $_)), "\n" }
            qw(version status config reload drain stop);
        close $out;
        return 0;
    }));
    my @answers = split /\n/, Files::slurp("$dir/answers");
    like($answers[$_], qr/\|ok$/, 'a member of the group may read')
        for 0 .. 2;
    is($answers[$_], 'error 77 this takes root or the user who runs echod',
        'but not change anything') for 3 .. 5;
    ok($d->wait_log(qr/: control refused request=\w+ uid=$nobody pid=\d+$/,
        count => 3), 'which the log says');
    is($d->count_log(qr/: (?:reload|stopping)/), 0, 'and nothing happens');

    # Anybody else does not get that far.
    my $status = Process::wait(Process::child(sub {
        $( = $) = '65533 65533';
        POSIX::setuid(65533);
        exec $Machine::ECHODCTL, '-s', $path, 'status';
    }));
    is($status, 77, 'who is not of the group may not even connect');
}

# Drain: waits for the clients, and whoever asks twice waits twice.
my $client = $d->connect;
is(Client::echo($client, 'x'), 'x', 'a client is served');
my @drain = map { Control::open($path) } 1 .. 2;
Control::say($_, 'drain') for @drain;
ok($d->wait_log(qr/: stopping gracefully /), 'drain stops gracefully');
like((Control::ask($path, 'status'))[1], qr/^service state=stopping /,
    'status is answered meanwhile');
is_deeply([Control::ask($path, 'reload')],
    ['error 75 reload refused: stopping'], 'a reload is refused');
is(Client::echo($client, 'y'), 'y', 'the client is still served');
is(scalar(grep { Client::readable($_, 0) } @drain), 0, 'nobody is told yet');
close $client;
my $stopped = logged($d, qr/: stopped status=0$/);
is_deeply([Control::answer($_)], [$stopped, 'ok'],
    'then they get the last line of the log') for @drain;
ok(!sysread($drain[0], my $byte, 1), 'and the end');
$d->wait_end;
$d->finish;

# Stop: now.
$d = Echod->start(config => config());
$client = $d->connect;
is(Client::echo($client, 'x'), 'x', 'a client is served');
my $s = Control::open($path);
Control::say($s, 'drain');
ok($d->wait_log(qr/: stopping gracefully /), 'which holds up a drain');
my $stop = Control::open($path);
Control::say($stop, 'stop');
ok($d->wait_log(qr/: stopping now /), 'but no stop');
is(Client::readable($client, Clock::SOON) && sysread($client, my $more, 1), 0,
    'which ends its connection');
close $client;
is_deeply([Control::answer($stop)], ['stopped status=0', 'ok'],
    'and is answered at the end');
is_deeply([Control::answer($s)], ['stopped status=0', 'ok'],
    'which is the end of the drain, too');
$d->wait_end;
$d->finish;

# A reload that is cut short by a stop.
$d = Echod->start(config => config());
$d->signal('STOP');
$s = Control::open($path);
Control::say($s, 'reload');
my $t = Control::open($path);
Control::say($t, 'stop');
$d->signal('CONT');
is_deeply([Control::answer($s)], ['error 75 reload abandoned: stopping'],
    'a reload that a stop has ended');
is((Control::answer($t))[-1], 'ok', 'which is done');
$d->wait_end;
$d->finish;
done_testing;
