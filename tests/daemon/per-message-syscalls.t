# SPDX-License-Identifier: ISC
# If this fails, an echoed message costs more than one recv and one send, or
# something else goes on in between.
use strict;
use warnings;

use Test::More;
use Echod;

Echod::needs_strace();

my $messages = 1000;
my $d = Echod->start;
my $sock = $d->connect;
is(Echod::echo($sock, 'hello'), 'hello', 'a client');
my ($worker) = $d->busy_workers;
my $trace = Echod::trace($d->dir . '/trace', $worker);

# The tracer may miss what was under way when it came; so until it has seen
# a message whole.
my $seen = qr/^sendto\(.* = 7777$/m;
ok(Echod::until(sub {
    Echod::echo($sock, 'x' x 7777);
    return Echod::slurp($d->dir . '/trace') =~ $seen;
}), 'the tracer watches');

my $good = 0;
for my $n (1 .. $messages) {
    my $message = Echod::seeded($n, 1 + $n % 1400);
    $good++ if Echod::echo($sock, $message) eq $message;
}
is($good, $messages, "$messages messages are echoed");
my @calls = Echod::end_trace($trace);
close $sock;

# From there on, up to the recv that waits when the tracer goes.
my ($last) = grep { $calls[$_] =~ $seen } reverse 0 .. $#calls;
splice @calls, 0, $last + 1;
pop @calls while @calls && $calls[-1] !~ /^sendto\(.* = \d+$/;
my @wrong = grep {
    $calls[$_] !~ ($_ % 2 ? qr/^sendto\(.* = \d+$/ : qr/^recvfrom\(.* = \d+$/)
} 0 .. $#calls;
is(scalar @calls, 2 * $messages, 'two system calls for each');
is("@calls[@wrong]", '', 'recv and send in turn');
$d->finish;
done_testing;
