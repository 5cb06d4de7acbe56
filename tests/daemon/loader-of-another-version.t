# SPDX-License-Identifier: ISC
# rows: 118
#
# If this fails, an echod uses the message of a loader of another version, does
# not tell what to do after its package was upgraded, or disturbs the present
# clients because its loader is missing, broken or of another version.
use strict;
use warnings;

use File::Basename qw(dirname);
use File::Copy qw(copy);
use Test::More;

use Client;
use Echod;
use Files;
use Machine;

plan(skip_all => 'not under a wrapper') if @Machine::WRAPPER;

# An echod of our own: its loader is the one beside it.
my $dir    = Files::new_dir();
my $loader = "$dir/echod-load";
my $built  = dirname($Machine::ECHOD) . '/echod-load';
for my $program ("$dir/echod", $loader) {
    copy($program eq $loader ? $built : $Machine::ECHOD, $program)
        or die "$program: $!";
    chmod 0755, $program;
}
local $Machine::ECHOD = "$dir/echod";

# put(TEXT, MODE): another loader in the place of that one, as a package does.
sub put {
    my ($text, $mode) = @_;
    Files::spew("$loader.new", $text);
    chmod $mode // 0755, "$loader.new";
    rename "$loader.new", $loader or die "$loader: $!";
    return;
}

my $good  = Files::slurp($loader);
my $other = <<"EOF2";
#!$^X
print pack 'a64 a9000', '9.8.7-0123456789abcdef', 'something else';
EOF2
my %bad = (
    'another version' => [ sub { put($other) }, 71,
        qr{\Q$loader\E is of version 9\.8\.7-0123456789abcdef, but this echod is of version \S+-[0-9a-f]{16}; restart echod, or install both together$} ],
    'one that says nothing' => [ sub { put("#!/bin/sh\nexit 0\n") }, 71,
        qr/the loader died, or hit a limit of memory or time$/ ],
    'one that says half of it' => [
        sub { put("#!/bin/sh\nexec head -c 5000 /dev/zero\n") }, 71,
        qr/\Q$loader\E is of version , but this echod is of version / ],
    'one that may not be executed' => [ sub { put($good, 0644) }, 71,
        qr/cannot execute \S*echod-load: / ],
    'none' => [ sub { unlink $loader }, 71,
        qr/cannot execute \S*echod-load: / ],
);

my $d = Echod->start;
my @workers = $d->workers;
for my $name (sort keys %bad) {
    my ($prepare, $status, $reason) = @{ $bad{$name} };
    $prepare->();
    my ($is, $out, $text) = Echod->run(args => [ '-t', '-l', '127.0.0.1:0' ]);
    is($is, $status, "$name: status $status");
    like($text, qr/^echod: .*$reason/m, 'and the reason');
    is($out, '', 'and nothing else');
    # What runs has another path to it, where it was when it started.
    like($d->reload, qr/: error: reload failed, nothing has changed: .*$reason/,
        "$name: a reload says so");
    $d->expect_log(qr/: error: reload failed, nothing has changed: /);
    is(Client::echo_once($d->port, 'x'), 'x', 'and what runs goes on');
    put($good);
    like($d->reload, qr/: reload done /, 'the right one again');
}
$d->finish;

# What the dynamic linker complains of reaches the user, in a file as well.
put("#!/bin/sh\necho 'no such library' >&2\nexit 127\n");
system("'$Machine::ECHOD' -t -l 127.0.0.1:0 >'$dir/said' 2>&1");
like(Files::slurp("$dir/said"), qr/^no such library$/m,
    'a loader that cannot start says why, in a file');
put($good);

my $said = `'$loader' </dev/null 2>&1`;
is($? >> 8, 64, 'executed by a person: status 64');
like($said, qr/^echod-load is for echod to execute; see echod\(8\)$/,
    'and says whose it is');
done_testing;
