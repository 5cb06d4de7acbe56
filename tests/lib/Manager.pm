# SPDX-License-Identifier: ISC
#
# Manager: a real service manager, systemd as it is for a user, with a network,
# processes, mounts, a /run and a control group that nobody else is in.
#
#	my $m = Manager->start;
#	my $log = $m->service('echod', "Type=notify\n", '-l', '127.0.0.1:10007');
#	is $m->systemctl('start', 'echod'), 0, 'it is up';
#	is $m->show('echod', 'StatusText'), '...';
#	$m->finish;
#
# The test itself is in that network and has the same /run, so that it can be a
# client.  It sees the processes of the units, under pids of its own: main_pid()
# and processes() return those, and the property MainPID is another number.
package Manager;

use strict;
use warnings;

use File::Spec;
use Test::More ();

use Clock;
use Echod;
use Files;
use Log;
use Machine;
use Namespace;
use Process;

use constant { SETUP => '/run/user/0', READY => 't.target' };

# The first process in the namespaces.  The manager moves every process of its
# root control group, so only ours may be there, and the one that executed us,
# which is outside and so has no pid here.
use constant SCRIPT => <<'END';
set -e
mount --make-rprivate /
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
found=
while read -r pid; do
	found="$found $pid"
done </sys/fs/cgroup/cgroup.procs
if [ "$found" != " 0 $$" ]; then
	echo "these processes are in the control group:$found" >&2
	exit 1
fi
# What the manager says is for the test, and not for the machine.
[ ! -e /dev/kmsg ] || mount --bind "$1" /dev/kmsg
shift
"$@" &
wait
END

my @started;
my $owner = $$;

# start(): a manager that runs; where there cannot be one the test is skipped.
sub start {
    my ($class) = @_;
    Machine::needs('root', 'systemctl', 'nsenter', 'unshare', 'mount');
    my ($systemd) = grep { -x } qw(/lib/systemd/systemd /usr/lib/systemd/systemd)
        or Test::More::plan(skip_all => 'no systemd here');
    my $groups = unified() // Test::More::plan(skip_all =>
        'no control groups of the second kind here');
    Namespace::needs_network();
    remove_stale($groups);
    my $group = "$groups/echod-test-$$";
    Namespace::quietly('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', '/run')
        && (mkdir $group)
        or Test::More::plan(skip_all => 'no control group of our own here');
    # That of the first says: booted with systemd.
    mkdir $_ for '/run/systemd', '/run/systemd/system', '/run/user';
    mkdir SETUP, 0700;

    my $dir = Files::new_dir();
    my $self = bless { dir => $dir, group => $group, logs => {}, calls => 0 },
        $class;
    push @started, $self;
    $self->unit(READY, '');
    Files::spew("$dir/manager.log", '');
    $self->{pid} = Process::launch(
        [qw(unshare --cgroup --mount --pid --fork --kill-child --mount-proc),
            'sh', '-c', SCRIPT, 'sh', "$dir/manager.log", $systemd, '--user',
            '--unit=' . READY, '--log-level=info', '--log-target=kmsg'],
        stdout => "$dir/manager.log", stderr => "$dir/manager.log",
        env    => $self->environment,
        before => sub { Files::spew("$group/cgroup.procs", "0\n") });
    Clock::until(sub {
        !Process::is_alive($self->{pid})
            || $self->inside && $self->systemctl('is-active', READY) == 0;
    }, Clock::START);
    # What InaccessiblePaths= and its like put in the place of other files is made
    # at boot, for every manager.
    Namespace::quietly('cp', '-a', SETUP . '/systemd/inaccessible',
        '/run/systemd/');
    return $self if Process::is_alive($self->{pid});
    Test::More::diag($self->manager_log);
    die "no service manager\n";
}

# unified(): where control groups of the second kind are mounted; undef: nowhere.
sub unified {
    my @mounts = split /\n/, Files::slurp('/proc/self/mounts') // '';
    return (map { /^\S+ (\S+) cgroup2 / && -w $1 ? $1 : () } @mounts)[0];
}

# A test that was killed has left its groups.
sub remove_stale {
    my $groups = shift;
    for my $group (glob "$groups/echod-test-*") {
        remove_groups($group) if $group =~ /-(\d+)$/ && !-e "/proc/$1";
    }
    return;
}

# remove_groups(PATH): a control group and all below it, which have no process.
sub remove_groups {
    my $group = shift;
    remove_groups($_) for grep { -d } glob "$group/*";
    return rmdir $group;
}

# dir: a folder that goes when the test ends.
sub dir { return "$_[0]{dir}" }

# What processes in the namespaces have in their environment.
sub environment {
    my $self = shift;
    return {
        (map { $_ => undef } grep { /^(?:DBUS|SYSTEMD|NOTIFY)_/ } keys %ENV),
        XDG_RUNTIME_DIR   => SETUP,
        SYSTEMD_UNIT_PATH => "$self->{dir}",
        SYSTEMD_COLORS    => 0,
        SYSTEMD_PAGER     => '',
        LANG              => 'C',
    };
}

# inside: the pid of the first process in the namespaces; undef: not yet.
sub inside {
    my $self = shift;
    my ($pid) = Process::children($self->{pid});
    # Until it has executed the shell it may have the mounts of the test.
    return $self->{inside} //= defined $pid
        && (Files::slurp("/proc/$pid/comm") // '') eq "sh\n" ? $pid : undef;
}

# Units ------------------------------------------------------------------------

# unit(NAME, TEXT): write this file of a unit, or a drop-in (echod.service.d/x.conf),
# and have the manager read it.
sub unit {
    my ($self, $name, $text) = @_;
    my $file = "$self->{dir}/$name";
    my ($folder) = $file =~ m{^(.*)/};
    mkdir $folder;
    $text = "[Unit]\nDefaultDependencies=no\n$text" if $name !~ m{/};
    Files::spew($file, $text);
    # Two versions of a file may have the same time.
    $self->systemctl('daemon-reload') if $self->{inside};
    return $file;
}

# service(NAME, TEXT, ARGUMENT...): the unit NAME.service that runs echod in the
# foreground with these arguments and this TEXT in [Service].  Returns its Log.
sub service {
    my ($self, $name, $text, @arguments) = @_;
    my $log = "$self->{dir}/$name.log";
    my @command = (@Machine::WRAPPER,
        File::Spec->rel2abs($Machine::ECHOD), '-F', @arguments,
        Echod::unconfined(undef, @arguments));
    my @reports = map { qq(Environment="$_=) . escape($ENV{$_}) . '"' }
        grep { defined $ENV{$_} } 'ECHOD_REPORTS',
        map { "${_}_OPTIONS" } qw(ASAN LSAN TSAN UBSAN);
    # The last one of two settings counts.
    $self->unit("$name.service", join "\n", '[Service]',
        'ExecStart=' . join(' ', map { '"' . escape($_) . '"' } @command),
        "StandardError=append:$log", @reports, $text, '');
    return $self->{logs}{$name} //= Log->new($log);
}

# escape(TEXT): for the double quotes of a unit file.
sub escape { return $_[0] =~ s/(["\\])/\\$1/gr =~ s/([%\$])/$1$1/gr }

# Commands -----------------------------------------------------------------------

# launch(COMMAND...): begin to execute it in the namespaces; its pid, for
# Process::wait(), and the file with its output.
sub launch {
    my ($self, @command) = @_;
    my $file = "$self->{dir}/output." . ++$self->{calls};
    my $pid = Process::launch(
        ['nsenter', '--target', $self->inside,
            qw(--pid --mount --cgroup --), @command],
        stdout => $file, stderr => $file, env => $self->environment);
    return ($pid, $file);
}

# run(COMMAND...): the exit status of a command in the namespaces, undef if it
# takes too long; in list context followed by its output, errors included.
sub run {
    my ($self, @command) = @_;
    my ($pid, $file) = $self->launch(@command);
    my $status = Process::wait($pid, Clock::START);
    Process::end($pid) unless defined $status;
    my $output = Files::slurp($file);
    unlink $file;
    return wantarray ? ($status, $output) : $status;
}

sub systemctl {
    my ($self, @arguments) = @_;
    return $self->run('systemctl', '--user', @arguments);
}

# show(UNIT, PROPERTY): its value.
sub show {
    my ($self, $unit, $property) = @_;
    my (undef, $text) = $self->systemctl('show', '--value', '-p', $property,
        $unit);
    chomp $text;
    return $text;
}

# wait_for(UNIT, PROPERTY, qr/RE/): its value as soon as it matches, or the last
# one that was seen.
sub wait_for {
    my ($self, $unit, $property, $re) = @_;
    my $value;
    Clock::until(sub {
        $value = $self->show($unit, $property);
        return $value =~ $re;
    });
    return $value;
}

# journal(): the manager has a journal from now on, for units with
# StandardError=journal; false where there is none.
sub journal {
    my $self = shift;
    my ($journald) = grep { -x } map { "$_/lib/systemd/systemd-journald" }
        '', '/usr' or return 0;
    mkdir '/run/systemd/journald.conf.d';
    Files::spew('/run/systemd/journald.conf.d/test.conf',
        "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n");
    $self->launch($journald);
    return Clock::until(sub { -S '/run/systemd/journal/stdout' });
}

# Processes ----------------------------------------------------------------------

# processes(NAME): the pids of all processes of NAME.service.
sub processes {
    my ($self, $name) = @_;
    my $list = "$self->{group}/app.slice/$name.service/cgroup.procs";
    return split ' ', Files::slurp($list) // '';
}

# main_pid(NAME): that of its main process, undef if there is none.
sub main_pid {
    my ($self, $name) = @_;
    my $inner = $self->show($name, 'MainPID');
    return (grep {
        (Process::status($_, 'NSpid') // '') =~ /\s\Q$inner\E$/
    } $self->processes($name))[0];
}

# The end ------------------------------------------------------------------------

sub manager_log {
    return (Files::slurp("$_[0]{dir}/manager.log") // '') =~ s/^<\d+>//gmr;
}

# finish(): asserts that all units can be stopped, that no process of theirs is
# left, and that no log has a line that nobody expected.
sub finish {
    my $self = shift;
    my @names = sort keys %{ $self->{logs} };
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $self->systemctl('stop', '*.socket', '*.service');
    my %left = map { $_ => scalar $self->processes($_) } @names;
    Test::More::is_deeply([grep { $left{$_} } @names], [],
        'no process of a unit is left');
    Test::More::is(join("\n", map { $_->alarms } values %{ $self->{logs} }), '',
        'no unexpected warning or error in the log');
    $self->end;
    return;
}

# end: the manager and all that it has started are gone, and so is the group.
sub end {
    my $self = shift;
    my $pid = delete $self->{pid} // return;
    Process::end($pid);
    Clock::until(sub { remove_groups($self->{group}) });
    return;
}

END {
    my $bad = $? != 0 || !Test::More->builder->is_passing;
    local $?;
    for my $m ($$ == $owner ? @started : ()) {
        if ($bad) {
            $_->show_log for values %{ $m->{logs} };
            Test::More::diag("the manager says:\n" . $m->manager_log);
        }
        $m->end;
    }
}

1;
