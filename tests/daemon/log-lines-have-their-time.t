# SPDX-License-Identifier: ISC
#
# If this fails, the lines of a log file have no time, the journal shows each
# time twice, or a log file that is rotated fills with NULs.
use strict;
use warnings;

use Test::More;
use Time::Local qw(timegm);
use Time::HiRes ();

use Client;
use Clock;
use Echod;
use Files;

my $stamp = qr/(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d\.\d{3})/;

# Seconds since the epoch, and the rest of the line.
sub timed {
    my ($line, $offset) = @_;
    my ($year, $month, $day, $hour, $minute, $second, $rest)
        = $line =~ /^$stamp\Q$offset\E (.*)/ or return;
    return (timegm(0, $minute, $hour, $day, $month - 1, $year) + $second,
        $rest);
}

# A file, in a place that is half an hour off, whatever TZ workers may read.
my $before = Time::HiRes::time();
my $d = Echod->start(env => { TZ => 'XXX-05:30' });
Client::echo_once($d->port, 'hello');
$d->signal('USR1');
ok($d->wait_log(qr/: connection ended /), 'a worker logs');
ok($d->wait_log(qr/: status connections=/), 'the master too');
my @timed = map { [ timed($_, '+05:30') ] } $d->log_lines;
is(scalar(grep { !@$_ } @timed), 0, 'each line has its local time');
is(scalar(grep { ($_->[1] // '') !~ /^echod\[\d+\]: \S/ } @timed), 0,
    'and goes on as it does elsewhere');
my @at = map { $_->[0] - 5.5 * 3600 } grep { @$_ } @timed;
cmp_ok($at[0], '>', $before - 0.002, 'the first was not written before');
cmp_ok($at[-1], '<', Time::HiRes::time() + 0.001, 'nor the last later');
is_deeply(\@at, [ sort { $a <=> $b } @at ], 'they are in order');

# Copied and cut, as logrotate's copytruncate does it.
my $log = $d->dir . '/log';
truncate $log, 0 or die "$log: $!";
Client::echo_once($d->port, 'after it');
ok(Clock::until(sub { (Files::slurp($log) // '') =~ /in_bytes=8 .*\n/ }),
    'a log that was truncated goes on');
like(Files::slurp($log), qr/\A$stamp/, 'from its beginning');
$d->{read} = 0;
$d->finish;

# The journal has the time of a line, and takes its level from the beginning;
# JOURNAL_STREAM says that it is there.
for my $row ([ '', 'the journal' ], [ '1', 'elsewhere, from a service' ]) {
    my ($more, $what) = @$row;
    my $e = Echod->start(prefix => [ 'sh', '-c',
        'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)'
        . qq($more; export JOURNAL_STREAM; exec "\$@"), 'sh' ]);
    Client::echo_once($e->port, 'hello');
    ok($e->wait_log(qr/: connection ended /), "$what: lines");
    my @lines = $e->log_lines;
    is(scalar(grep { /^<[56]>echod\[\d+\]: \S/ } @lines),
        $more ? 0 : scalar @lines, $more ? 'have their time' : 'have none');
    $e->finish;
}
done_testing;
