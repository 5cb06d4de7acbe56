# SPDX-License-Identifier: ISC
# If this fails, the counts of a load are wrong: messages sent are not the sum
# of those echoed, timed out and failed, and rates and latencies are those of
# other messages than the report says.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocBench;
use Echod;
use Server;

# So many loads at the same time: most of them wait, most of the time.
use constant TOGETHER => 9;

my @short = ('-d', '0.1s', '--warmup', '30ms', '-c', 6);
my @patience = ('-W', 0.3 * Clock::scale());
# For clients that have to be served before they would wait forever.
my @longer = ('-W', 0.6 * Clock::scale());

# side_by_side(JOB...): run loads at the same time, and judge each as judge()
# does.  A job is a hash of name, args, server (or CODE that starts one), status,
# more (a hash), and met: CODE that tells from its result whether it has met
# what it was to meet.  One that has not, because the machine was busy, is run
# again.
sub side_by_side {
    my @jobs = @_;
    my $together = Clock::is_slow() ? 2 : TOGETHER;
    while (my @few = splice @jobs, 0, $together) {
        my @running = map { begin($_) } @few;
        for my $job (@few) {
            my $r = (shift @running)->wait;
            for (1 .. 4) {
                last if $job->{met}->($r);
                $r = begin($job)->wait;
            }
            judge($job->{name}, $r, $job->{status}, %{ $job->{more} });
            $job->{then}->($r) if $job->{then};
        }
    }
    return;
}

sub begin {
    my $job = shift;
    my $server = $job->{server};
    return EchocBench->start($job->{args},
        ref $server eq 'CODE' ? $server->() : $server);
}

# was_loaded(RESULT): the machine did not stand still for all of a short load.
sub was_loaded {
    return $_[0]{stderr} !~ /: not one echo: nothing was sent$/m;
}

# judge(NAME, RESULT, STATUS, %more): of one load; STATUS may be a pattern.
# Each of %more is a member of "messages", with the least value that it must
# have, or a pattern that it must match.
sub judge {
    my ($name, $r, $status, %more) = @_;
    like($r->{status}, qr/^(?:$status)\z/, "$name: status $status")
        or diag($r->{stdout}, $r->{plain});
    EchocBench::balances($r, $name);
    unlike($r->{stdout}, qr/\b(?:inf|nan)\b/i, "$name: all numbers are some")
        or diag($r->{stdout});
    for my $what (sort keys %more) {
        my ($is, $wanted) = ($r->{json}{messages}{$what} // -1, $more{$what});
        ok(ref $wanted ? $is =~ $wanted : $is >= $wanted, "$name: $what")
            or diag("$is, wanted: $wanted; ", EchocBench::figures($r));
    }
    return;
}

my %clean = (timeouts => qr/^0\z/, errors => qr/^0\z/, not_sent => qr/^0\z/);

sub exactly { my $n = shift; return qr/^$n\z/ }

# Nothing goes wrong, in each form of load.
my $good = Server->start;
my @clean = (
    ['-t', 1],
    ['-t', 3, '-c', 7, '-P', 5],
    ['-s', '64,512,4096', '-P', 3],
    ['-s', '1-20000', '-P', 2, '-t', 2],
    ['-s', '1m', '-c', 2],
    ['--reconnect', 1],
    ['--reconnect', 7, '-P', 3],
    ['-R', 1000],
    ['-R', 1000, '-s', '64-4096', '-t', 2],
    ['-R', 500, '--reconnect', 3],
);
side_by_side(map { {
    name => "@$_",
    args => [@short, @$_],
    server => $good,
    status => 0,
    more => { %clean, echoed => 1 },
    met => \&was_loaded,
} } @clean);
side_by_side(map { {
    name => "@$_",
    args => ['-c', 6, @$_],
    server => $good,
    status => 0,
    more => { %clean, sent => exactly($_->[1]), echoed => exactly($_->[1]) },
    met => \&was_loaded,
} } (
    ['-n', 1234], ['-n', 1, '-t', 2], ['-n', 999, '-t', 3, '-P', 5],
    ['-n', 300, '-R', 2000], ['-n', 100, '--reconnect', 7],
    ['-n', 200, '-R', 1000, '-t', 2, '--reconnect', 3],
    ['-n', 400, '-s', '10-30k', '--warmup', '30ms'],
));

# A server that is wrong from some byte on, on every connection: one of six has
# come to that after so many echoes.
my %at = (at => 64 * 10);
use constant ENOUGH => 6 * 10;

# meeting(NAME, FAULT, UNSERVED, ARGUMENTS, STATUS, %more): the job of a load that
# has to meet the fault, with so many connections that are not served.  A busy
# machine may not serve others in time either, or not enough in a short time.
sub meeting {
    my ($name, $fault, $unserved, $args, $status, %more) = @_;
    return {
        name => $name,
        args => $args,
        server => sub { Server->start(%$fault) },
        status => $status,
        more => \%more,
        met => sub {
            my $r = shift;
            my $json = $r->{json} // return 1;
            return was_loaded($r)
                && ($json->{connect}{failed}{timeout} // 0) <= $unserved
                && ($r->{status} != 0 || $json->{messages}{echoed} > ENOUGH);
        },
    };
}

my @meetings;
for (
    [{ fault => 'early', at => 64 * 10 + 10 }, 1, errors => 1],
    [{ fault => 'reset', at => 64 * 10 + 10 }, 1, errors => 1],
    [{ fault => 'flip', %at }, 6, errors => 1, mismatches => 1],
    [{ fault => 'extra', %at }, 6, mismatches => 1],
    [{ fault => 'stall', %at, for => 600 }, 1, timeouts => 1],
) {
    my ($fault, $status, @wanted) = @$_;
    # Who is not to wait for ever still has to wait for a busy machine.
    my @wait = $fault->{fault} eq 'stall' ? @longer : ();
    my @how = ([], ['-R', 3000], ['-n', 200, '-P', 4, '-t', 2]);
    push @how, ['-P', 2], ['-n', 200, '-R', 3000]
        if $fault->{fault} =~ /early|stall/;
    for my $how (@how) {
        push @meetings, meeting("$fault->{fault} @$how", $fault, 0,
            [@short, '--warmup', 0, @wait, @$how], $status, echoed => 1,
            @wanted);
    }
}

# One that never answers is connected to, and no more.
for my $fault (qw(silent unread)) {
    push @meetings, {
        name => $fault,
        args => [@short, @patience],
        server => Server->start(fault => $fault),
        status => 5,
        more => { sent => exactly(0), echoed => exactly(0) },
        met => sub { 1 },
    };
}

# One connection of several is never served.
push @meetings, meeting('unread, one of them', { fault => 'unread', only => 3 },
    1, [@short, @longer], 1, %clean, echoed => 1);
$meetings[-1]{then} = sub {
    is_deeply($_[0]{json}{connect}{failed}, { timeout => 1 },
        'unread, one of them: it was not established');
};

# No room for what is due: it is told as such, and none is forgotten.
push @meetings, meeting('-R, and no room', { fault => 'stall', at => 1 << 20,
        for => 600, rcvbuf => 8192 }, 0,
    ['-R', 200, '-s', '256k', '-c', 1, '-d', '0.5s', '--warmup', 0, @longer],
    1, echoed => 1, not_sent => 1, timeouts => 1);
$meetings[-1]{then} = sub {
    my $m = $_[0]{json}{messages};
    cmp_ok(abs($m->{due} - $m->{sent} - $m->{not_sent}), '<=', 1,
        '-R, and no room: each that was due was sent or could not be')
        or diag(EchocBench::figures($_[0]));
};

# Those that wait come together, as they leave the processors to the others.
my @waiting = grep { "@{ $_->{args} }" =~ /-W/ } @meetings;
side_by_side(@waiting);
side_by_side(grep { "@{ $_->{args} }" !~ /-W/ } @meetings);

# Others count the same: all bytes that the daemon has sent.
my $d = Echod->start(log => 'info', options => ['-o', 'workers.max_spare=64']);
my $r = EchocBench::run([@short], '127.0.0.1:' . $d->port);
judge('the log of the server', $r, 0, %clean, echoed => 1);
my @lines;
Clock::until(sub {
    @lines = map { / in_bytes=(\d+) out_bytes=(\d+) / ? [$1, $2] : () }
        $d->log_lines;
    return @lines >= 6;
});
my ($in, $out) = (0, 0);
$in += $_->[0], $out += $_->[1] for @lines;
my $all = 64 * ($r->{json}{messages}{echoed} + $r->{json}{warmup}{echoed}
        + $r->{json}{connect}{established});
is("$in $out", "$all $all", 'the log of the server: the same bytes');
is($r->{json}{messages}{bytes_verified}, $all,
    'the log of the server: all of them compared');
$d->finish;
done_testing;
