# SPDX-License-Identifier: ISC
#
# If this fails, there is a control socket where nobody asked for one, or others
# can connect to it; or a file of somebody else is removed, or an echod that
# cannot make its socket does not serve.
use strict;
use warnings;

use IO::Socket::UNIX;
use Socket qw(SOCK_STREAM);
use Test::More;

use Client;
use Control;
use Echod;
use Files;

my $dir  = Files::new_dir();
my $path = "$dir/control";

# A config file with that path and these settings.
my $listen = qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n);

sub control {
    my ($where, $more) = @_;
    return $listen . qq(control = { path = "$where"; ) . ($more // '') . "};\n";
}

sub mode_of { return sprintf '%04o', (stat $_[0])[2] & 07777 }

# Off unless asked for.
my $d = Echod->start;
is($d->count_log(qr/control socket/), 0, 'by default there is none');
$d->finish;

# Where the service manager has made room for it.
$d = Echod->start(env => { RUNTIME_DIRECTORY => "$dir" });
ok(-S $path, 'in the runtime directory of the service manager');
is(mode_of($path), '0600', 'its owner alone may connect');
is((Control::ask($path, 'version'))[-1], 'ok', 'who is answered');
$d->finish;
ok(!-e $path, 'it goes with echod');

$d = Echod->start(env => { RUNTIME_DIRECTORY => "$dir" },
    options => [Control::option('')]);
ok(!-e $path, 'unless the configuration wants none');
$d->finish;

# One that was left behind by an echod that was killed.
$d = Echod->start(options => [Control::option($path)]);
kill KILL => $d->pid;
$d->wait_end;
ok(-S $path, 'a killed echod leaves its socket behind');
$d = Echod->start(options => [Control::option($path)]);
is((Control::ask($path, 'version'))[-1], 'ok', 'which the next one replaces');

# Another echod does not take it away.
my $e = Echod->start(options => [Control::option($path)]);
$e->expect_log(qr/: cannot make the control socket: \Q$path\E is in use by another process$/);
is($e->count_log(qr/: warning: cannot make the control socket: /), 1,
    'a second echod is told that it is in use, once');
ok(Client::echo_once($e->port, 'x') eq 'x', 'and serves');
$e->finish;
my ($status) = grep { /^service / } Control::ask($path, 'status');
is(($status =~ / pid=(\d+) /)[0], $d->pid, 'the first one still has it');
$d->finish;

# What is no socket of ours stays as it is, at a start and at a reload, which looks
# again.  Root may write anywhere but into /proc.
$d = Echod->start(options => [Control::option('/proc/control')]);
$d->expect_log(qr/: cannot make the control socket: /);
is($d->count_log(qr/: warning: cannot make the control socket: /), 1,
    'a folder that takes no files costs a warning');
ok(Client::echo_once($d->port, 'x') eq 'x', 'and nothing else');
$d->finish;

Files::spew($path, 'precious');
$d = Echod->start(config => control($path));
$d->expect_log(qr/: cannot make the control socket: /);
for my $case (['a file', undef, 'is no socket'],
    ['a folder', sub { mkdir $path or die "$path: $!" }, 'is no socket'],
    ['a symbolic link', sub { symlink '/nowhere', $path }, 'is no socket'],
    ['the socket of another user', sub {
        IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 1);
        chown 65534, 65534, $path or die "$path: $!";
    }, 'belongs to uid 65534', 'root'])
{
    my ($what, $make, $why, $root) = @$case;
    next if $root && $> != 0;
    my $from = $make ? $d->mark : 0;
    $make->() if $make;
    my @before = lstat $path;
    like($d->reload, qr/: reload done/, "$what: a reload is done") if $make;
    is($d->count_log(qr/: cannot make the control socket: \Q$path\E .*\Q$why\E$/,
        from => $from), 1, "$what is named in a warning");
    is((lstat $path)[1], $before[1], '  it is still there');
    -d $path && !-l $path ? rmdir $path : unlink $path;
}
$d->mark;
$d->reload;
is((Control::ask($path, 'version'))[-1], 'ok', 'when the way is free, it is made');
$d->finish;

# A reload moves it, and gives it to a group.
my $group = getgrgid((split ' ', $))[0]);
$d = Echod->start(config => control($path));
my $old = Control::open($path);
$d->rewrite(control("$dir/other", qq(group = "$group";)));
like($d->reload, qr/: reload done/, 'a reload with another path');
ok(!-e $path, 'the old one is gone');
is(mode_of("$dir/other"), '0660', 'the new one is for the group, too');
Control::say($old, 'version');
is((Control::answer($old))[-1], 'ok', 'who had connected is answered');
close $old;
my $inode = (stat "$dir/other")[1];
like($d->reload, qr/: reload done/, 'a reload that changes nothing');
is((stat "$dir/other")[1], $inode, 'leaves it alone');
unlink "$dir/other";
$d->reload;
ok(-S "$dir/other", 'one that was removed is made again');
Files::spew("$dir/taken", 'x');
$d->rewrite(control("$dir/taken"));
$d->expect_log(qr/: cannot make the control socket: .*taken exists/);
like($d->reload, qr/: reload done/, 'a reload to a path that is taken');
is((Control::ask("$dir/other", 'version'))[-1], 'ok', 'leaves the old one');
$d->rewrite(control(''));
$d->reload;
ok(!-e "$dir/other", 'a reload removes it');

# If somebody has put another in its place, that one stays.
$d->rewrite(control($path));
$d->reload;
unlink $path;
Files::spew($path, 'mine');
$d->finish;
is(Files::slurp($path), 'mine', 'what has replaced it is not removed');

done_testing;
