# SPDX-License-Identifier: ISC
# If this fails, one client cannot keep ten thousand connections busy and
# compare each byte, or uses more memory for that than it should.
#
# alone: keeps ten thousand connections busy, which takes all of the machine
use strict;
use warnings;

use Test::More;
use Clock;
use Files;
use Machine;
use Process;

# The yardstick knows what it takes of the machine, and what is to be seen.
my ($connections, $seconds) = Clock::is_slow() ? (1000, 2) : (10_000, 5);
my $script = ($ENV{ECHOD_SRCDIR} // '.') . '/tests/bench/many-connections';
my $dir = Files::new_dir();
my $pid = Process::launch([$^X, $script, "connections=$connections",
        "seconds=$seconds", 'memory=200'],
    stdout => "$dir/stdout", stderr => "$dir/log",
    env    => { ECHOC => $Machine::ECHOC, ECHOD => $Machine::ECHOD });
my $status = Process::wait($pid, 200);
if (!defined $status) {
    kill TERM => $pid;
    Process::wait($pid, 60);
}
my @lines = split /\n/, Files::slurp("$dir/stdout") // '';
if (($status // 0) == 77) {
    my ($why) = map { /^SKIP: (.*)/ ? $1 : () } @lines;
    plan(skip_all => $why // 'not on this machine');
}

# Its results are one a line.
my %seen;
for (@lines) {
    if (/^(ok|not ok)\s+((\S+?):? .*)$/) {
        ok($1 eq 'ok', $2);
        $seen{$3}++;
    } else {
        note($_);
    }
}
is_deeply(\%seen, {
    echoc => 2, 'connect.established' => 1, errors => 1,
    'messages.bytes_verified' => 1, echod => 1
}, 'everything has been looked at') or diag(explain(\%seen));
is($status, 0, 'the load was good')
    or diag(Files::slurp("$dir/stdout"), Files::slurp("$dir/log"));
done_testing;
