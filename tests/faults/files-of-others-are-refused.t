# SPDX-License-Identifier: ISC
#
# rows: 103
#
# If this fails, root obeys somebody else: another user who can change a file
# that echod reads, or put another one in its place, decides as which user the
# workers run, which files the master makes and removes, and where it listens.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Machine;
use Process;

Machine::needs('root');

use constant NOBODY => 65534;

my $dir = Files::new_dir();
my $way = "$dir/way";
our $file = "$way/echod.conf";
my $part = "$way/part/more.conf";
my ($text, $pid) = (qq(\@include "$part"\n), "$way/part/echod.pid");
my $config = "listen = ( { address = \"127.0.0.1\"; port = 0; } );\n";

# Everything as it should be.
sub good {
    mkdir $_ for $way, "$way/part", "$way/jail";
    chmod 0755, $_ for $way, "$way/part", "$way/jail";
    chown 0, 0, $way, "$way/part";
    unlink $part, $pid;
    Files::spew("$way/echod.conf", $text . $config);
    Files::spew("$dir/plain.conf", $config);
    Files::spew($part, "backlog = 5;\n");
    chown 0, 0, "$way/echod.conf", $part;
}

# check(ARGUMENTS): the status of echod -t, and what it says.
sub check {
    my ($status, undef, $said) = Echod->run(args => [ '-t', '-c', $file, @_ ]);

    return ($status, $said);
}

sub refused {
    my ($what, $reason, @arguments) = @_;
    my ($status, $said) = check(@arguments);

    is($status, 78, "$what: status 78");
    is($said, "echod: $reason\n", "$what: why, and what to do");
    good();
}

sub accepted {
    my ($what, @arguments) = @_;

    is_deeply([ check(@arguments) ], [ 0, '' ], "$what: is accepted");
    good();
}

# share(PATH): nobody may write to it, by an access control list, and no group.
sub share {
    my $none = 0xffffffff;
    # The owner, nobody, the group, the most that these two may, others.
    my @entries = ([1, 7, $none], [2, 7, NOBODY], [4, 5, $none], [16, 7, $none],
        [32, 5, $none]);
    my ($path, $name, $list) = (shift, 'system.posix_acl_access', pack 'V', 2);

    $list .= pack 'vvV', @$_ for @entries;
    return Machine::kernel('setxattr', $path, $name, $list, length $list, 0);
}

good();
accepted('what is only of root');

# A file itself.
for ([ $file, $file ], [ $part, "$file:1: $part" ]) {
    my ($path, $named) = @$_;
    my $name = $path eq $file ? 'the file' : 'an included file';

    chmod 0646, $path;
    refused("$name, writable by all", "$named can be written to by others than "
        . "root (uid 0, gid 0, mode 0646); chmod go-w $path");
    chmod 0664, $path;
    chown 0, 5, $path;
    refused("$name, writable by a group", "$named can be written to by others "
        . "than root (uid 0, gid 5, mode 0664); chmod go-w $path");
    chown NOBODY, 0, $path;
    refused("$name of another user", "$named does not belong to root "
        . "(uid 65534, gid 0, mode 0644); chown root $path");

    # The group of root: with a warning.
    chmod 0664, $path;
    is_deeply([ check() ], [ 0, "echod: warning: $path can be written to by "
        . "each member of group 0 (mode 0664); chmod g-w $path\n" ],
        "$name, writable by group 0: is accepted, but not without a word");
    good();
}

# A list of further users makes the mode of root's group that of the list.
SKIP: {
    skip 'no access control lists here', 5 if !share("$part");
    refused('a file, writable by another user', "$file:1: $part has an access "
        . "control list by which others than root can write to it (uid 0, gid 0, "
        . "mode 0775); setfacl -b $part");
    share("$way");
    refused('a directory, writable by another user', "$file can be replaced by "
        . "others: $way has an access control list by which others than root can "
        . "write to it (uid 0, gid 0, mode 0775); setfacl -b $way");
    share("$way");
    chmod 0755, $way;
    accepted('a list by which nobody can write');
}

# A directory on the way.
my $replaced = 'can be replaced by others:';
chown NOBODY, 0, "$way/part";
refused('a directory of another user', "$file:1: $part $replaced $way/part does "
    . "not belong to root (uid 65534, gid 0, mode 0755); chown root $way/part");
chmod 0757, $way;
refused('a directory that all can write to', "$file $replaced $way can be written "
    . "to by others than root (uid 0, gid 0, mode 0757); chmod go-w $way");
chmod 01777, $way, "$way/part";
accepted('a directory where others can make files, but not replace them');
chmod 0775, "$way/part";
chown 0, 5, "$way/part";
refused('a directory that a group can write to', "$file:1: $part $replaced "
    . "$way/part can be written to by others than root (uid 0, gid 5, mode 0775); "
    . "chmod go-w $way/part");

# A link.
my $link = "$way/link.conf";
symlink 'part/more.conf', $link;
{
    local $file = $link;

    accepted('a link of root');
    chmod 01777, $way;
    accepted('a link of root, where others can make files');
    system 'chown', '-h', NOBODY, $link;
    accepted('a link of another user, where he cannot replace it');
    chmod 01777, $way;
    refused('a link of another user, where he can', "$link $replaced $link is a "
        . "link of another user (uid 65534, gid 0, mode 0777); chown -h root $link");
    chmod 0646, $part;
    refused('a link to a file that all can write to', "$part can be written to by "
        . "others than root (uid 0, gid 0, mode 0646); chmod go-w $part");
}
symlink 'way', "$dir/round";
{
    local $file = "$dir/round/part/more.conf";

    accepted('a link to a directory');
    chown NOBODY, 0, $way;
    refused('a link to a directory of another user', "$file $replaced $way does not "
        . "belong to root (uid 65534, gid 0, mode 0755); chown root $way");
}

# The directory to lock workers into, and the place of the pid file.
{
    my @jail = ('-o', "chroot=$way/jail");
    my @pid = ('-p', $pid);
    local $file = "$dir/plain.conf";

    accepted('a chroot', @jail);
    chmod 0777, $way;
    refused('a chroot that others can replace', "-o chroot: $way/jail $replaced $way "
        . "can be written to by others than root (uid 0, gid 0, mode 0777); "
        . "chmod go-w $way", @jail);
    accepted('a pid file that is not there yet', @pid);
    chmod 0777, "$way/part";
    refused('a pid file that others can replace', "pid_file: $pid $replaced $way/part "
        . "can be written to by others than root (uid 0, gid 0, mode 0777); "
        . "chmod go-w $way/part", @pid);
    Files::spew($pid, '');
    chown NOBODY, 0, $pid;
    refused('a pid file of another user', "pid_file: $pid does not belong to root "
        . "(uid 65534, gid 0, mode 0644); chown root $pid", @pid);
    chmod 01777, "$way/part";
    accepted('a pid file where others can make files', @pid);
}

# Another user than root may read what he likes.
SKIP: {
    my @nobody = qw(setpriv --reuid=65534 --regid=65534 --clear-groups);
    skip 'nobody cannot run it here', 1
        if (Echod->run(prefix => \@nobody, args => ['-V']))[0] != 0;
    chmod 0646, $file, $part;
    is((Echod->run(prefix => \@nobody, args => [ '-t', '-c', $file ]))[0], 0,
        'without root nothing is asked of the files');
    good();
}

# In a user namespace that has no id for the owner, he is one of the host.
SKIP: {
    my @alone = qw(unshare --user --map-root-user);
    skip 'no user namespace here', 3
        if (Echod->run(prefix => \@alone, args => ['-V']))[0] != 0;
    chown 1, 1, $part;
    is((Echod->run(args => [ '-t', '-c', $file ]))[0], 78, 'a file of uid 1');
    is_deeply([ (Echod->run(prefix => \@alone, args => [ '-t', '-c', $file ]))[0, 2] ],
        [ 0, '' ], 'is of the host, for root of such a namespace');
    chmod 0646, $part;
    is((Echod->run(prefix => \@alone, args => [ '-t', '-c', $file ]))[0], 78,
        'but not what all can write to');
    good();
}

# -T and a start refuse the same; a reload, too, and changes nothing.
chmod 0646, $part;
is((Echod->run(args => [ '-T', '-c', $file ]))[0], 78, '-T refuses it');
my ($status, undef, $said) = Echod->run(args => [ '-F', '-c', $file ]);
is($status, 78, 'so does a start');
like($said, qr/^echod: .*; chmod go-w \Q$part\E$/m, 'and says the same');
good();

my $d = Echod->start(config => $text . $config);
my $before = join ' ', sort $d->workers;
chown NOBODY, 0, $part;
$d->expect_log(qr/: error: reload failed, nothing has changed: .*; chown root \Q$part\E$/);
like($d->reload, qr/: error: reload failed, nothing has changed: .*; chown root \Q$part\E$/,
    'a reload is refused');
is(join(' ', sort $d->workers), $before, 'and the workers are the same');
chown 0, 0, $part;
chmod 0664, $part;
my $warning = qr/: warning: the configuration is barely trusted: \Q$part\E can be .*; chmod g-w \Q$part\E$/;
$d->expect_log($warning);
my $from = $d->mark;
like($d->reload, qr/: reload done/, 'group 0 does not stop a reload');
ok($d->wait_log($warning, from => $from), 'but is warned of');
$d->finish;
done_testing;
