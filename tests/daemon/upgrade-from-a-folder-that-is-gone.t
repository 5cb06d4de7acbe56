# SPDX-License-Identifier: ISC
#
# If this fails, an upgrade depends on the directory in which echod was started, on
# how its name was typed, or on PATH: what worked at the start does not work later.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;
use Upgrade;

my $programs = Upgrade->programs;
my $config = Files::new_name();
Files::spew($config, qq(listen = ( { address = "127.0.0.1"; port = 0; } );\n));

# How it is started: the shell's words, and what is done before the upgrade.
my %ways = (
    'a relative path' => sub {
        my $here = shift;
        return ("mkdir $here/below; cd $here/below && exec ../echod \"\$@\"",
            sub { rmdir "$here/below" });
    },
    'a search in PATH' => sub {
        my $here = shift;
        return ("PATH=$here:\$PATH; mkdir $here/below; cd $here/below "
            . '&& exec echod "$@"', sub { rmdir "$here/below" });
    },
    'a symbolic link' => sub {
        my $here = shift;
        mkdir "$here/$_" for 'one', 'two';
        for my $name (qw(echod echod-load)) {
            link "$here/$name", "$here/$_/$name" for 'one', 'two';
        }
        symlink 'one', "$here/current";
        return ("exec $here/current/echod \"\$@\"", sub {
            symlink 'two', "$here/next";
            rename "$here/next", "$here/current";
        });
    },
);

for my $mode (qw(foreground background)) {
    for my $name (sort keys %ways) {
        my $copies = Upgrade->programs;
        my $here = $copies->dir;
        my ($command, $before) = $ways{$name}->($here);
        # The harness executes a path; the words of the shell replace it.
        my $d = Echod->start(mode => $mode, log => 'notice', config => undef,
            prefix => ['sh', '-c', "shift; $command", 'sh'],
            options => [Upgrade::SOON, '-c', $config,
                '-o', 'log.to=stderr']);
        my $old = $d->pid;
        $before->();
        like(Upgrade::run($d), qr/upgrade done/, "$mode, $name: upgraded");
        isnt($d->pid, $old, "$mode, $name: to another process");
        like(Upgrade::run($d), qr/upgrade done/, "$mode, $name: and again");
        is(readlink('/proc/' . $d->pid . '/exe'), "$here/two/echod",
            "$mode, $name: the link leads to the other one now")
            if $name =~ /link/;
        is(Client::echo_once($d->port, 'x'), 'x', "$mode, $name: it serves");
        $d->finish;
    }
}
done_testing;
