# SPDX-License-Identifier: ISC
# rows: 93
#
# If this fails, clients that are refused fill the log; or their number in the
# log, or in the status report, is not the true one.
use strict;
use warnings;

use List::Util qw(sum0);
use Test::More;

use Client;
use Clock;
use Echod;

my $listen = Echod::DEFAULT_CONFIG . "timeouts = { defer_accept = 0; };\n";
my @cases = (
    # the reason, its settings, the level of its lines
    ['access', 'deny = [ "127.0.0.2" ];', ''],
    ['max_per_source', 'max_per_source = 1;', 'warning: '],
    ['rate_per_source', 'rate_per_source = 1;', 'warning: '],
);
for (@cases) {
    my ($reason, $access, $level) = @$_;
    my $d = Echod->start(config => "${listen}access = { $access };",
        log => 'info');
    $d->expect_log(qr/: warning: refused reason=$reason /);
    my ($refused, @held) = (0);
    my $start = Clock::now();

    # As fast as they come for more than two seconds.
    Clock::until(sub {
        for (1 .. 20) {
            my $sock = $d->connect(0, LocalHost => '127.0.0.2');
            my $back = Client::echo($sock, 'x');
            $refused++ if $back eq '';
            push @held, $sock if $back eq 'x';
        }
        return Clock::now() - $start > 2.2;
    });
    my $line = qr/: \Q$level\Erefused reason=$reason connections=(\d+) peer=127\.0\.0\.2:\d+$/;
    my $told = sub { sum0(map { $_ =~ $line ? $1 : () } $d->log_lines) };
    cmp_ok($refused, '>', 20, "$reason: many are refused");
    # A worker that leaves something unsaid has the master say it.
    ok(Clock::until(sub { $told->() >= $refused }),
        'a second later the log has all of them');
    my $took = Clock::now() - $start;
    is($told->(), $refused, 'and not one too many');
    my $lines = $d->count_log($line);
    note sprintf '%d in %d lines in %.1f s', $refused, $lines, $took;
    cmp_ok($lines, '<=', $took + 1, 'in one line a second');
    cmp_ok($lines, '>=', 2, 'the first one at once');
    $d->signal('USR1');
    ok($d->wait_log(qr/: status .*refused_$reason=$refused\b/),
        'the status report has the sum');

    # What is not said yet is said before the end.
    my $more = 0;
    for (1 .. 5) {
        my $sock = $d->connect(0, LocalHost => '127.0.0.2');
        $more++ if Client::echo($sock, 'x') eq '';
    }
    close $_ for @held;
    $d->finish;
    is($told->(), $refused + $more, 'at the end none is missing');
}
done_testing;
