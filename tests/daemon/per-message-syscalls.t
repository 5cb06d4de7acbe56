# SPDX-License-Identifier: ISC
# rows: 100
#
# If this fails, an echoed message costs more than one recv() and one send(),
# or other calls are made between them.
use strict;
use warnings;

use Test::More;
use Client;
use Clock;
use Echod;
use Files;
use Tracer;

Tracer::needs();

my $messages = 1000;
my $d = Echod->start;
my $sock = $d->connect;
is(Client::echo($sock, 'hello'), 'hello', 'a client');
my ($worker) = $d->busy_workers;
my $trace = Tracer->attach([$worker]);

# The tracer may miss what was under way when it came, and what is when it
# goes; so before and after what is counted it has to see a message whole.
sub seen {
    my ($bytes) = @_;
    return Clock::until(sub {
        Client::echo($sock, 'x' x $bytes);
        return Files::slurp($trace->file) =~ /^sendto\(.* = $bytes$/m;
    });
}
ok(seen(7777), 'the tracer watches');

my $good = 0;
for my $n (1 .. $messages) {
    my $message = Client::seeded($n, 1 + $n % 1400);
    $good++ if Client::echo($sock, $message) eq $message;
}
is($good, $messages, "$messages messages are echoed");
ok(seen(8888), 'the tracer watches still');
$trace->detach;
my @calls = $trace->calls;
close $sock;

my ($last) = grep { $calls[$_] =~ /^sendto\(.* = 7777$/ } reverse 0 .. $#calls;
my ($end) = grep { $calls[$_] =~ /^recvfrom\(.* = 8888$/ } 0 .. $#calls;
@calls = @calls[$last + 1 .. $end - 1];
my @wrong = grep {
    $calls[$_] !~ ($_ % 2 ? qr/^sendto\(.* = \d+$/ : qr/^recvfrom\(.* = \d+$/)
} 0 .. $#calls;
is(scalar @calls, 2 * $messages, 'two system calls for each');
is("@calls[@wrong]", '', 'recv and send in turn');
$d->finish;
done_testing;
