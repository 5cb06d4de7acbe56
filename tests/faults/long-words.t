# SPDX-License-Identifier: ISC
# rows: 91
#
# If this fails, a long name of the program or a long message overflows a
# buffer of the log, or forges lines: syslog(3) of some C libraries builds its
# line from the name.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Machine;
use Namespace;
use Process;
use Syslog;

plan skip_all => 'valgrind has a name of its own' if @Machine::WRAPPER;

# As a careless or hostile parent would name it.
my $name = '%n' x 1000 . "\nerror: forged";
my @prefix = ($^X, '-e', <<'END', $name);
my $name = shift;
my $program = shift;
exec { $program } $name, @ARGV or die "$program: $!";
END

# told(LOG, ECHOD): what it says of a client with a long message.
sub told {
    my ($log, $d, $what) = @_;
    my $data = "\x01\n%n" x 2048;
    my $sock = Client::connect('127.0.0.1', $d->port);
    is(Client::echo($sock, $data, eof => 1), $data, "$what: 8 KiB are echoed");
    my $line = $log->wait_log(qr/: received "/) // '';
    like($line, qr/(?:^| |>)[A-Za-z0-9: ]*echod\[\d+\]: received "\\x01\\n%n/,
        "$what: under the name that it has always");
    cmp_ok(length $line, '<=', 1100, "$what: cut at a fixed length");
    like($line, qr/"\.\.\.$/, "$what: which it says");
    is($log->count_log(qr/^error: forged|%n.*\[\d+\]: /), 0,
        "$what: the name of the program is in no line");
}

my $d = Echod->start(log => 'debug', prefix => \@prefix,
    options => ['-o', 'timeouts.defer_accept=0']);
told($d, $d, 'standard error');
$d->finish;

SKIP: {
    skip 'no syslog of our own without root', 5 if $> != 0;
    Namespace::needs_dev();
    my $syslog = Syslog->start;
    my $e = Echod->start(log => 'debug', prefix => \@prefix, wait => 'idle',
        options => ['-o', 'log.to=syslog', '-o', 'timeouts.defer_accept=0']);
    told($syslog, $e, 'syslog');
    $e->finish;
    $syslog->end;
}
done_testing;
