# SPDX-License-Identifier: ISC
# If this fails, a load of more connections than the server has workers looks
# like a client that hangs, and counts missing echoes more than once; or a load
# that is merely slow is blamed on the server.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocBench;
use Echod;
use Server;

# Twice the patience of the client, so that it says something before these
# connections are given up.
my $wait = 2 * Clock::scale();

# What it says when it waits: one line, folded.
my $said = qr/^echoc: \d+ of \d+ connections made, .*\n(?: +.*\n)*/m;

sub few_workers {
    return Echod->start(options => ['-o', 'workers.max=2']);
}

my ($few, $quiet) = (few_workers(), few_workers());
my %server = (
    few    => '127.0.0.1:' . $few->port,
    quiet  => '127.0.0.1:' . $quiet->port,
    silent => Server->start(fault => 'silent'),
    full   => Server->start(fault => 'accept_never', full => 1),
    slow   => Server->start,
);
my %args = (
    few    => ['-c', 6],
    quiet  => ['-c', 6, '-q'],
    silent => ['-c', 6],
    full   => ['-c', 6],
    slow   => ['-c', 3, '--connect-rate', 1],
);
# All at once: most of the time they wait.
my %bench = map {
    $_ => EchocBench->start(['-W', $wait, '-n', 50, '--warmup', 0,
            @{ $args{$_} }], $server{$_})
} sort keys %server;
ok(Clock::until(sub { $bench{few}->stderr_so_far =~ $said }),
    'too few workers: it says that it waits');
ok($bench{few}->is_running, '... while it does');
my %r = map { $_ => $bench{$_}->wait } sort keys %bench;

# said(NAME): all that it has said of that, in one line each.
sub said {
    return map { s/\n +/ /gr } $r{ $_[0] }{stderr} =~ /$said/g;
}

my @few = said('few');
is(scalar @few, 1, 'too few workers: it says so once') or diag(@few);
like($few[0] // '',
    qr/: 2 of 6 connections made, waiting for the first echo of 4: /,
    '... how many of them');
like($few[0] // '', qr/fewer workers than connections/, '... and perhaps why');
is(scalar(grep { length > 80 } split /^/, $r{few}{stderr}), 0,
    '... in lines of 80 columns') or diag($r{few}{stderr});
is(scalar(said('quiet')), 0, '-q: not a word');

# The report, and what is said of its end.
for my $name (qw(few quiet)) {
    my $r = $r{$name};
    my $text = $r->{stdout} =~ s/\n +/ /gr;
    is($r->{status}, 1, "$name: status 1");
    like($text, qr/^4 of 6 connections had no echo: .*fewer workers/m,
        "$name: the report says it");
    like($r->{stderr},
        qr/^echoc: .*: 4 of 6 connections had no echo: too few workers\?$/m,
        "$name: and the message");
    like($r->{json}{error}{message}, qr/too few workers/,
        "$name: and the document");
    my @rows = $r->{stdout} =~ /^.* no echo in time +(\d+)$/mg;
    is("@rows", '4', "$name: the same four are counted once")
        or diag($r->{stdout});
    is_deeply($r->{json}{connect}{failed}, { timeout => 4 },
        "$name: as connections");
    is_deeply($r->{json}{warmup}{errors}, {},
        "$name: and not as messages of the warm-up");
    EchocBench::balances($r, $name);
}

# Other reasons to wait.
like(join('', said('silent')),
    qr/: 0 of 6 connections made, waiting for the first echo of 6: /,
    'a silent server: it says what it waits for');
unlike(join('', said('silent')), qr/fewer workers/,
    '... which has another reason');
like(join('', said('full')),
    qr/: 0 of 6 connections made, waiting for the handshake of \d: /,
    'a full queue: it says what it waits for');
is(scalar(said('slow')), 0, 'few connections a second: nothing is wrong');
is($r{slow}{status}, 0, '... and nothing fails');
for my $d ($few, $quiet) {
    $d->expect_log(qr{warning: workers at max });
    $d->finish;
}
done_testing;
