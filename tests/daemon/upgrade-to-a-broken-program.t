# SPDX-License-Identifier: ISC
# rows: 119
#
# If this fails, a new version that does not work takes the service with it: an
# upgrade to it must leave everything as it was, and say why in one line.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Shim;
use Upgrade;

my $shim = Shim->build;
my $programs = Upgrade->programs;
my $good = $programs->good;
my $pid_file = Files::new_name();
my $d = Echod->start(log => 'notice',
    options => ['-p', $pid_file, '-o', 'timeouts.probation=0.2']);
my $master = $d->pid;
$d->expect_log(qr/: error: upgrade (?:failed|undone)/,
    qr/: error: worker cannot start:|: error: worker died/);

# unchanged(NAME): the service is as before.
sub unchanged {
    my $name = shift;
    is($d->pid, $master, "$name: the same master");
    is(Files::slurp($pid_file), "$master\n", "$name: in the pid file");
    is(Client::echo_once($d->port, $name), $name, "$name: it serves");
    is_deeply([Upgrade::masters($d)], [$master], "$name: there is no other");
    return;
}

# refused(NAME, qr/REASON/, WHAT): the upgrade to what is installed by now, or to
# the script WHAT, fails.
sub refused {
    my ($name, $reason, $script) = @_;
    $programs->install($script) if defined $script;
    my $from = $d->log_lines;
    my $line = Upgrade::run($d);
    like($line, qr/: error: upgrade failed, nothing has changed: .*$reason/,
        "$name: the reason");
    is($d->count_log(qr/: (?:error|warning): /, from => $from), 1,
        "$name: in one line");
    unchanged($name);
    return;
}

my $echod = $programs->echod;
unlink $echod;
refused('missing', qr/\Q$echod\E: No such file or directory$/);
mkdir $echod;
refused('a directory', qr/\Q$echod\E is not a regular file$/);
rmdir $echod;
Files::spew($echod, "#!/bin/sh\nexit 0\n");
refused('not executable', qr/cannot execute \Q$echod\E: Permission denied$/);
unlink $echod;
refused('no interpreter', qr/cannot execute \Q$echod\E: No such file/,
    "#!/no/such/interpreter\n");
refused('no program', qr/cannot execute \Q$echod\E: Exec format error/,
    "\177ELF and nothing more\n");
refused('exits', qr/the new echod ended pid=\d+ status=1$/,
    "#!/bin/sh\nexit 1\n");
refused('exits in order', qr/the new echod ended pid=\d+ status=0$/,
    "#!/bin/sh\nexit 0\n");
refused('aborts', qr/the new echod ended pid=\d+ signal=SIGABRT/,
    "#!/bin/sh\nulimit -c 0\nkill -ABRT \$\$\n");
refused('does not know an option', qr/unknown option --no-such-option$/,
    "#!/bin/sh\nexec $good \"\$@\" --no-such-option\n");
refused('cannot read the configuration', qr{/no/such/file: No such file},
    "#!/bin/sh\nexec $good \"\$@\" -c /no/such/file\n");
refused('cannot bind', qr/cannot listen on 192\.0\.2\.1:7: Cannot assign/,
    "#!/bin/sh\nexec $good \"\$@\" -l 192.0.2.1:7\n");

# Who else could change it, decides what root executes.
Files::spew($echod, "#!/bin/sh\nexit 1\n");
chmod 0757, $echod;
refused('all may write to it', qr/\Q$echod\E can be written to by (?:everybody|others)/);
SKIP: {
    skip 'only root can give files to others', 12 if $> != 0;
    chmod 0755, $echod;
    chown 65534, -1, $echod;
    refused('of another user', qr/\Q$echod\E does not belong to root/);
    chown 0, -1, $echod;
    chmod 0777, $programs->dir;
    refused('in a folder of all', qr/\Q$echod\E can be replaced by others: /);
    chmod 0755, $programs->dir;
}

# A library that is preloaded does what no version ever should.
my %env = %{ $shim->env };
my $with_shim = "#!/bin/sh\n"
    . join('', map { "$_='$env{$_}'\nexport $_\n" } sort keys %env)
    . "exec $good \"\$@\" -o sandbox=off\n";
$shim->on('garble');
refused('echoes other bytes',
    qr/a worker of the new echod sent back other bytes than it was sent$/,
    $with_shim);
$shim->off('garble');

# It has the service, and dies.
$programs->restore;
my $kept = $d->connect;
is(Client::echo($kept, 'old'), 'old', 'a client of the old master');
my $from = Upgrade::begin($d);
like(Upgrade::outcome($d, $from), qr/upgrade done/, 'dies later: it is upgraded');
my $new = $d->pid;
my $client = $d->connect;
is(Client::echo($client, 'x'), 'x', 'dies later: it serves');
kill SEGV => $new;
like($d->wait_log(qr/: error: upgrade undone, .* pid=$new signal=SIGSEGV/,
        from => $from), qr/the old echod has the service again/, 'and undone');
$d->{pid} = $master;
unchanged('taken back');
is(Client::echo($client, 'y', eof => 1), 'y', 'the client of the dead one stays');
is(Client::echo($kept, 'young', eof => 1), 'young', 'and that of the old one');

# Nothing of that is in the way of one that works.
like(Upgrade::run($d), qr/upgrade done/, 'an upgrade to a good one');
$d->finish;
done_testing;
