# SPDX-License-Identifier: ISC
# If this fails, an open loop attributes the delay of the client to the server,
# or reports that the client was too slow for messages that had no free
# connection.
use strict;
use warnings;

use Test::More;

use Clock;
use Echoc;
use EchocBench;
use Files;
use Server;

my $scale = Clock::scale();
my $dir = Files::new_dir();

# A few of its connections can be made, and these get all of the rate.
for (
    ['one of two', 1, '-c', 2, '-t', 2],
    ['one of two, -n', 1, '-c', 2, '-t', 2, '-n', 30],
    ['two of three', 2, '-c', 3, '-t', 3],
) {
    my ($name, $most, @args) = @$_;
    my $server = Server->start(most => $most);
    my @end = grep({ $_ eq '-n' } @args) ? () : ('-d', '0.3s');
    my $r = EchocBench::run(['-R', 100, @end, '--warmup', 0, '-W',
            8 * $scale, '--connect-concurrency', 1, '--max-error-rate', 60,
            '--log', "$dir/log", @args], $server);
    my ($m, $connect) = @{ $r->{json} }{qw(messages connect)};
    is($r->{status}, 0, "$name: status 0") or diag($r->{plain});
    is($connect->{established}, $most, "$name: so many were made");
    is($m->{due}, 30, "$name: all were due");
    is($m->{sent}, 30, "$name: and all are sent")
        or diag(EchocBench::figures($r));
    is($m->{not_sent}, 0, "$name: none is left out");
    my (undef, @lines) = split /\n/, Files::slurp("$dir/log");
    is(join(' ', sort { $a <=> $b } map { (split /\t/)[0] / 1e6 } @lines),
        join(' ', map { 10 * $_ } 0 .. 29), "$name: each at its time");
    unlike($r->{stdout}, qr/did not get to/,
        "$name: the client got to all of them");
    EchocBench::balances($r, $name);
    # A busy machine makes it late, which is for it to say.
    my $generator = $r->{json}{generator};
    my $busy = grep { ($_ // 0) > 0.9 } @{ $generator->{cpu_per_thread} };
    my $lag = $generator->{lag}{max_us};
  SKIP: {
        skip "$name: the machine is too busy", 1 if $busy || $lag >= 1000;
        ok(!$generator->{saturated}, "$name: nor is it the limit");
    }
}

# The client stands still in a short load: it is not the server that was slow.
my $server = Server->start;
my $silent = Server->start(fault => 'silent');
my ($r, $lag);
for my $try (1 .. 5) {
    my $bench = EchocBench->start(['-c', 2, '-t', 1, '-R', 200, '-d', '0.6s',
            '-W', 8 * $scale, '--warmup', 0], $server);
    my $measures = $bench->measures(2);
    $bench->signal('STOP');
    # Until another client has given up, which takes longer than the load.
    Echoc::run(args => ['send', '-m', 'x', '-W', '0.8', $silent->target]);
    $bench->signal('CONT');
    $r = $bench->wait;
    $lag = $r->{json}{generator}{lag}{max_us} // 0;
    last if $measures && $lag > 250e3;
    note("try $try: it was over before it was stopped");
}
SKIP: {
    skip 'the machine is too busy', 6 if $lag <= 250e3;
    my $m = $r->{json}{messages};
    is($r->{status}, 0, 'stopped: status 0') or diag($r->{plain});
    cmp_ok($m->{echoed_in_window}, '<', 0.99 * $m->{due},
        'stopped: some echoes came after the window');
    unlike($r->{stdout}, qr/the server did not keep up/,
        'stopped: the server is not accused');
    like($r->{stdout}, qr/^\d+ of \d+ messages due were (?:echoed|sent)/m,
        'stopped: it says what is missing');
    like($r->{stdout}, qr/^warning: the client limits this result/m,
        'stopped: and that the client is to blame');
    ok($r->{json}{generator}{saturated}, 'stopped: the document, too');
}
done_testing;
