# SPDX-License-Identifier: ISC
# If this fails, the start time in a document is not the start of the run, so
# that the run cannot be found in the log of the server.
use strict;
use warnings;

use Test::More;
use Time::HiRes ();
use Time::Local qw(timegm);

use Clock;
use Echoc;
use Peer;
use Server;

# seconds(TEXT): since 1970, undef if it is no date in UTC.
sub seconds {
    my @at = ($_[0] // '') =~
        /\A(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d\.\d{6})Z\z/
        or return undef;
    return timegm(0, @at[4, 3, 2], $at[1] - 1, $at[0]) + $at[5];
}

# What is lost where the clock has only microseconds.
use constant ROUNDED => 1e-5;

# between(NAME, TEXT, FROM, UNTIL): it is a time between these.
sub between {
    my ($name, $text, $from, $until) = @_;
    my $is = seconds($text);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(defined $is && $is >= $from - ROUNDED && $is <= $until, $name)
        or diag(sprintf '%s: %.6f, not %.6f to %.6f', $text // 'none',
        $is // 0, $from, $until);
    return;
}

# A server that takes its time, so that the end is another time.
for (
    ['the transcript', []],
    ['send', ['send', '-m', 'hello']],
    ['wait', ['wait']],
    ['ping', ['ping', '-c', 1]],
    ['bench', ['bench', '-n', 3]],
) {
    my ($name, $args) = @$_;
    my $peer = Peer->new;
    my $from = Time::HiRes::time();
    my $client = Echoc::start(args => [@$args, '-j', '-W', 20,
            $peer->target], timeout => 30);
    my $c = $peer->accept;
    my $connected = Time::HiRes::time();
    my $later = Clock::now() + 0.05;
    Clock::until(sub { Clock::now() >= $later });
    $peer->serve(sub {
        $c->close if $c->{eof} && $c->{sock}->opened;
        return !$client->is_running;
    }, 20, $c);
    my $r = $client->wait;
    is($r->{status}, 0, "$name: status 0") or diag($r->{stderr});
    for (split /\n(?=\{)/, $r->{stdout}) {
        my $json = Echoc::json($_) or next;
        next unless exists $json->{started} || !exists $json->{type};
        between("$name: it began before it connected", $json->{started},
            $from, $connected);
    }
}

# Without a connection it is the same.
for (
    ['send', 4, ['send', '-m', 'hello']],
    ['wait', 4, ['wait', '-w', 1]],
    ['bench', 4, ['bench', '-n', 3]],
    ['a mistake', 2, ['send', '-f', '/nonexistent']],
) {
    my ($name, $status, $args) = @$_;
    my $bad = Server->start(fault => 'refuse');
    my $from = Time::HiRes::time();
    my $r = Echoc::run(args => [@$args, '-j', $bad->target]);
    my $until = Time::HiRes::time();
    my $json = Echoc::json($r->{stdout});
    $until -= $json->{total_time_us} / 1e6 if $name eq 'wait';
    between("$name without a connection", $json->{started}, $from, $until);
}
done_testing;
