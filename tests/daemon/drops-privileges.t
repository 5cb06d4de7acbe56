# SPDX-License-Identifier: ISC
# rows: 95
#
# If this fails, an attacker who takes over a worker or the logger is root, or
# can become root again.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Namespace;
use Process;

Machine::needs('root');

# With supplementary groups to drop: those of the user who starts it.
my @prefix =
  Machine::has('setpriv') ? ('setpriv', '--groups', '0,1,2,3') : ();

sub check {
    my ($d, $uid, $gid, $what) = @_;
    my @pids = ($d->workers, $d->logger);
    # The last step of a new worker: until then it is root.
    Clock::until(sub {
        !grep { (Process::status($_, 'NoNewPrivs') // '') ne '1' } @pids;
    });
    cmp_ok(scalar @pids, '>=', 6, "$what: workers and logger");
    my %wanted = (
        Uid        => join("\t", ($uid) x 4),
        Gid        => join("\t", ($gid) x 4),
        Groups     => '',
        NoNewPrivs => 1,
        CapEff     => '0000000000000000',
        CapPrm     => '0000000000000000',
        CapAmb     => '0000000000000000',
    );
    for my $key (sort keys %wanted) {
        my @wrong = map {
            my $value = Process::status($_, $key) // 'none';
            $value eq $wanted{$key} ? () : "pid $_: $value"
        } @pids;
        is_deeply(\@wrong, [], "$what: $key of all");
    }
    return;
}

my ($uid, $gid) = (getpwnam 'nobody')[ 2, 3 ];
my $d = Echod->start(prefix => \@prefix);
check($d, $uid, $gid, 'by default');
is(Process::status($d->pid, 'Uid'), "0\t0\t0\t0", 'the master stays root');

# Workers that are forked later too.
kill 'KILL', ($d->workers)[0];
$d->expect_log(qr/: warning: (?:worker died |.* before (?:it|they) served? anybody)/);
ok($d->wait_log(qr/: warning: worker died /), 'a worker dies');
ok(Clock::until(sub { $d->workers >= 5 }), 'and is replaced');
check($d, $uid, $gid, 'a replacement');

# Another user after a reload.
my @other = grep { $_->[1] && $_->[1] != $uid }
  map { [ (getpwnam $_)[ 0, 2, 3 ] ] } grep { defined getpwnam $_ }
  qw(daemon www-data mail);
SKIP: {
    skip 'no other user here', 9 if !@other;
    my ($name, $other_uid) = @{ $other[0] };
    my ($group, $other_gid) = (getgrgid $other[-1][2])[ 0, 2 ];
    my @old = $d->workers;
    $d->rewrite(Echod::DEFAULT_CONFIG
          . qq(user = "$name"; group = "$group";\n));
    like($d->reload, qr/: reload done /, 'another user and group');
    ok(Clock::until(sub { !grep { Process::is_alive($_) } @old }),
        'the old workers have left');
    ok(Clock::until(sub {
        my @loggers = grep { $d->role($_) eq 'logger' } $d->children;
        return @loggers == 1;
    }), 'and the old logger');
    check($d, $other_uid, $other_gid, 'the others');
}
$d->finish;

# Root under its own name is meant.
$d = Echod->start(options => [ '-o', 'user=root' ]);
my @uids = map { Process::status($_, 'Uid') } $d->workers;
is_deeply(\@uids, [ ("0\t0\t0\t0") x 5 ], 'user = "root" is obeyed');
is_deeply([ map { Process::status($_, 'Groups') } $d->workers ],
    [ ('') x 5 ], 'without further groups');
$d->finish;

# So is its group, which is no way back to it.
$d = Echod->start(options => [ '-o', 'group=root' ]);
check($d, $uid, 0, 'group = "root"');
is(Client::echo_once($d->port, 'x'), 'x', 'group = "root" serves');
$d->finish;

# In a user namespace that does not have one of its groups, which looks there
# like the group of nobody (kernel.overflowgid).
SKIP: {
    my $map = "0 0 1000\n$uid $uid 1\n";
    my @mapped = ('setpriv', '--groups', '1234', $^X, "-I$INC[0]", '-MFiles',
        '-MNamespace', '-e', <<'EOF', $map);
my $map = shift;
pipe my $in, my $out or die "pipe: $!";
my $pid = fork // die "fork: $!";
if (!$pid) {
    close $out;
    my $end = <$in>;
    Files::spew("/proc/${\ getppid}/$_", $map) for qw(uid_map gid_map);
    exit;
}
Namespace::go(Namespace::USER) or die "unshare: $!";
close $out;
waitpid $pid, 0;
exec { $ARGV[0] } @ARGV if $? == 0;
exit 1;
EOF
    skip 'no such user namespace here', 7
        if $uid != $gid || system("@mapped[0 .. 2] true") != 0
        || !Namespace::quietly(@mapped, 'true');
    $d = Echod->start(prefix => \@mapped);
    check($d, $uid, $gid, 'a group of elsewhere');
    $d->finish;
}

# Who cannot be.
my ($status, undef, $text) =
  Echod->run(args => [ '-F', '-l', '127.0.0.1:0', '-o', 'user=no-such-user' ]);
is($status, 78, 'a user who does not exist: status 78');
like($text, qr/no-such-user/, 'is named');
($status, undef, $text) =
  Echod->run(args => [ '-F', '-l', '127.0.0.1:0', '-o', 'group=no-such-group' ]);
is($status, 78, 'a group that does not exist: status 78');
like($text, qr/no-such-group/, 'is named');

# Root under another name, in a user database of our own.
SKIP: {
    skip 'no private mount namespace here', 2
      if !Machine::has('unshare')
      || system('unshare -m true >/dev/null 2>&1') != 0;
    my $dir = Files::new_dir();
    open my $fh, '>', "$dir/passwd" or die "passwd: $!";
    print {$fh} Files::slurp('/etc/passwd'), "toor:x:0:0::/root:/bin/sh\n";
    close $fh;
    chmod 0644, "$dir/passwd";
    ($status, undef, $text) = Echod->run(
        prefix => [ 'unshare', '-m', 'sh', '-c',
            'mount --bind "$0" /etc/passwd && exec "$@"', "$dir/passwd" ],
        args => [ '-F', '-l', '127.0.0.1:0', '-o', 'user=toor' ]);
    is($status, 78, 'root under another name: status 78');
    like($text, qr/"toor" is root/, 'is found out');
}
done_testing;
