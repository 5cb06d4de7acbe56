# SPDX-License-Identifier: ISC
# rows: 68, 92
#
# If this fails, a control character or a very long word in the configuration
# reaches a log or a terminal, where it forges a line or runs a command; or a
# format in it is obeyed.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Files;

my %string = (
    'a newline'          => 'a\nerror: forged',
    'an escape'          => 'a\x1b[31mb',
    'an escape as it is' => "a\x1b[31mb",
    'a format'           => '%n%n%s%s%s',
    'eight bits'         => "caf\xe9 \xc3\xa9",
    '4,000 bytes'        => 'x' x 4000,
    'a bell, a tab'      => "a\x07\tb",
);

# Where a string can stand: the file with one.
my %place = (
    'log.ident'      => 'log = { ident = "%s"; };',
    'log.facility'   => 'log = { facility = "%s"; };',
    'user'           => 'user = "%s";',
    'group'          => 'group = "%s";',
    'chroot'         => 'chroot = "/%s";',
    'pid_file'       => 'pid_file = "/%s";',
    'listen.address' => 'listen = ( { address = "%s"; port = 0; } );',
    'listen.port'    => 'listen = ( { address = ""; port = "%s"; } );',
    'access.deny'    => 'access = { deny = [ "%s" ]; };',
    'a name'         => '"%s" = 1;',
    'an include'     => '@include "/%s"',
);

# clean(TEXT): whether it is lines that are not too long, without a control
# character.
sub clean { return $_[0] =~ /\A(?:[\x20-\x7e\x80-\xff]{0,1200}\n)*\z/ }

my $file = Files::new_name();
for my $place (sort keys %place) {
    for my $what (sort keys %string) {
        (my $text = $place{$place}) =~ s/%s/$string{$what}/;
        Files::spew($file, "$text\n");
        my ($status, $out, $err) = Echod->run(args => ['-T', '-c', $file]);
        ok(clean($err), "$place: $what: only what can be printed")
            or diag explain $err;
        # Some are good names of files or of the daemon.
        ok($status == 0 ? $out !~ /[^\n\t\x20-\x7e\x80-\xff]/ : $err =~ /^echod: .*\n\z/,
            "and a result, or one line that says why not")
            or diag "$status $out $err";
    }
}

# On the command line, and in the log of one that runs.
my ($status, $out, $err) = Echod->run(
    args => ['-T', '-o', "log.ident=a\nforged", '-l', ':1']);
ok($status != 0 && clean($err), 'a newline in an option is refused');
like($err, qr/^echod: -o.*log\.ident/, 'which is named');
my $d = Echod->start(log => 'debug',
    options => ['-o', 'log.ident=%n%s%s', '-o', 'timeouts.defer_accept=0']);
my $sock = $d->connect;
my $bytes = join '', map { chr } 0 .. 255;
is(Client::echo($sock, $bytes, eof => 1), $bytes, 'a client sends all bytes');
ok($d->wait_log(qr/ %n%s%s\[\d+\]: received "\\x00\\x01.*\\n/),
    'the name is what it is, and the bytes are escaped');
$d->finish;
is(scalar(grep { /[^\x20-\x7e]/ } $d->log_lines), 0, 'the log is ASCII');
done_testing;
