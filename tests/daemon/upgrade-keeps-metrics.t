# SPDX-License-Identifier: ISC
#
# If this fails, an upgrade takes HTTP away, moves it to another port, has two
# echods answer at it, or lets counters go down; or an upgrade that fails has
# one of these effects.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Http;
use Process;
use Upgrade;

Http::needs();

my $programs = Upgrade->programs;
my $d = Echod->start(log => 'notice', options => [Http::OPTIONS,
    '-o', 'timeouts.probation=60']);
my $port = Http::port($d);
my $first = Http::reporter($d);
my $socket = Process::listeners($first);
is Client::echo_once($d->port, 'x' x 1000), 'x' x 1000, 'a client';

sub value {
    my ($name) = @_;
    return Http::get($port, '/metrics')->{body} =~ /^$name (\S+)$/m
        ? $1 : undef;
}

# A probe all the while.
my $answers = Files::new_name();
my $probe = Process::child(sub {
    while (1) {
        my $status = Http::status($port, '/readyz');
        open my $fh, '>>', $answers or die "$answers: $!\n";
        syswrite $fh, "$status\n";
    }
});
my $asked = sub { return split /\n/, Files::slurp($answers) // '' };
ok Clock::until(sub { $asked->() >= 10 }), 'a probe asks all the time';

# One that fails changes nothing.
$programs->install("#!/bin/sh\nexit 1\n");
$d->expect_log(qr/: error: upgrade (?:failed|undone)/);
like Upgrade::run($d), qr/upgrade failed/, 'an upgrade fails';
is Http::reporter($d), $first, 'the reporter is the same';
is Http::status($port, '/readyz'), 200, 'and answers';

# One that succeeds.
$programs->restore;
my $old = $d->pid;
like Upgrade::outcome($d, Upgrade::begin($d)), qr/upgrade done/, 'upgraded';
ok Clock::until(sub { defined Http::reporter($d) }), 'there is a reporter';
my $second = Http::reporter($d);
isnt $second, $first, 'which is another one';
is_deeply Process::listeners($second), $socket, 'at the same socket';
ok Clock::until(sub { !Process::is_alive($first) }), 'the old one has ended';
is value('echod_received_bytes_total\{.*\}'), 1000, 'the counters go on';
like Http::get($port, '/')->{body}, qr/master pid ${\ $d->pid}\b/,
    'and it is the new echod that answers';

# The new one dies soon: the old one has the service again.
kill KILL => $d->pid;
ok $d->wait_log(qr/: error: upgrade undone/, from => 0), 'it dies';
$d->{pid} = $old;
ok Clock::until(sub {
    (Http::get($port, '/')->{body} // '') =~ /master pid $old\b/;
}), 'and the old echod answers again';
is_deeply Process::listeners(Http::reporter($d)), $socket,
    'at the same socket';
is value('echod_received_bytes_total\{.*\}'), 1000, 'with its counters';

my $seen = $asked->();
ok Clock::until(sub { $asked->() >= $seen + 10 }), 'the probe goes on';
Process::end($probe);
my %count;
$count{$_}++ for $asked->();
note join ', ', map { "$_: $count{$_}" } sort keys %count;
# One that was under way when a reporter was killed has no answer.
cmp_ok +($count{''} // 0), '<=', 3, 'it was answered all the time';
delete $count{''};
is_deeply [keys %count], [200], 'that all is well';
$d->finish;
done_testing;
