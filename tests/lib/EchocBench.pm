# SPDX-License-Identifier: ISC
#
# EchocBench: a load whose report for people and document for programs are of
# the same run.
#
#	my $r = EchocBench::run(['-d', '0.3s'], $server);
#	is($r->{status}, 0, 'it is good');
#	is($r->{json}{messages}{errors}, 0, 'without an error');
#	EchocBench::balances($r, 'what was sent');
#
#	my $bench = EchocBench->start(['-d', '60s'], $server);
#	$bench->measures;
#	$bench->signal('INT');
#	$r = $bench->wait;
#
# run() and start() take the arguments, whom to talk to (a server with a target,
# or "HOST:PORT"), and what Echoc::start() takes.  run() takes CODE that starts
# a server, too: the fault of some is used up when it is needed once more.
#
# Result:
# As that of Echoc::run(), and
#
#	json   the document, undef if there was none
#	text   what the report says of messages: a hash from sent, echoed,
#	       timeouts, errors and not_sent; empty if it says nothing
#	plain  standard error has lines of progress, as measures() needs them;
#	       this is standard error without
package EchocBench;

use strict;
use warnings;

use List::Util qw(sum0);
use Test::More ();

use Clock;
use Echoc;
use Files;

our @ISA = qw(Echoc);

sub run {
    my ($args, $server, %arg) = @_;
    return loaded(sub {
        my $there = ref $server eq 'CODE' ? $server->() : $server;
        return EchocBench->start($args, $there, %arg)->wait;
    });
}

# loaded(CODE): what CODE runs, and returns the result of; once more when the
# machine stood still for all of a short load.
sub loaded {
    my $code = shift;
    my $r;
    for (1 .. 5) {
        $r = $code->();
        return $r if $r->{stderr} !~ /: not one echo: nothing was sent$/m;
    }
    return $r;
}

sub start {
    my ($class, $args, $server, %arg) = @_;
    my $json = Files::new_name();
    my $target = ref $server ? $server->target : $server;
    my @progress = ('--progress=plain', '--interval=50ms');
    my $self = Echoc::start(
        args    => ['bench', '-o', $json, @progress, @$args, $target],
        timeout => 30,
        %arg,
    );
    # The server goes on for as long as this.
    @$self{qw(json server)} = ($json, $server);
    return bless $self, $class;
}

# intervals: how many of the measurement are over.
sub intervals {
    return scalar(() = $_[0]->stderr_so_far =~ /^[\d.]+ s  .*\n/mg);
}

# measures(N): wait until the Nth interval is over, the first one if not
# given, and there were echoes in one of them; whether that is so.
sub measures {
    my ($self, $n) = @_;
    return Clock::until(sub {
        return 1 unless $self->is_running;
        return $self->intervals >= ($n // 1)
            && $self->stderr_so_far =~ m{^[\d.]+ s  (?!0/s)}m;
    }, 20) && $self->is_running;
}

sub wait {
    my ($self, @seconds) = @_;
    my $r = $self->SUPER::wait(@seconds);
    my $text = Files::slurp($self->{json}) // '';
    $r->{json} = Echoc::json($text) if $text ne '';
    ($r->{plain} = $r->{stderr} // '') =~ s/^[\d.]+ s  .*\n//mg;
    $r->{text} = account($r->{stdout} // '');
    return $r;
}

# What there is of each message in its account.
my @members = qw(sent echoed timeouts errors not_sent);

# account(REPORT): what it says of messages.
sub account {
    my $report = shift;
    my %account;
    @account{@members} = ($1, $2, $3, $4, $5 // 0)
        if $report =~ /^messages\ +(\d+)\ sent,\ (\d+)\ echoed,
            \ (\d+)\ timeouts,\ (\d+)\ errors(?:,\ (\d+)\ not\ sent)?$/mx;
    return \%account;
}

sub total { return sum0(values %{ $_[0] // {} }) }

# imbalance(RESULT): what does not fit in its accounts, one text each.
sub imbalance {
    my $r = shift;
    my $json = $r->{json} // return 'there is no document';
    my $m = $json->{messages} // return 'there is no account';
    my ($warmup, $connect, $kinds) = @$json{qw(warmup connect errors)};
    my ($echoed, $lost) = ($m->{echoed}, $m->{timeouts} + $m->{errors});
    my @intervals = @{ $json->{intervals} };
    my @same = (
        ['sent, and echoed + timeouts + errors', $m->{sent}, $echoed + $lost],
        ['timeouts, and errors.timeout', $m->{timeouts},
            $kinds->{timeout} // 0],
        ['timeouts + errors, and errors by kind', $lost, total($kinds)],
        ['sent in the warm-up, and echoed + errors', $warmup->{sent},
            $warmup->{echoed} + total($warmup->{errors})],
        ['wanted connections, and established + failed',
            $connect->{wanted},
            $connect->{established} + total($connect->{failed})],
        map({ ["${_}s, and echoed", $json->{$_}{count}, $echoed] }
            qw(response_time service_time)),
        ['the histogram, and echoed',
            sum0(map { $_->[1] } @{ $json->{histogram} }), $echoed],
        ['echoed in the intervals, and in the window',
            sum0(map { $_->{echoed} } @intervals), $m->{echoed_in_window}],
        ['errors in the intervals, and in the window',
            sum0(map { $_->{errors} } @intervals), $lost + $m->{not_sent}],
        map { ["$_ in the report, and in the document",
            $r->{text}{$_} // 'none', $m->{$_}] } @members,
    );
    my @wrong = map { "$_->[0]: $_->[1] and $_->[2]" }
        grep { $_->[1] ne $_->[2] } @same;
    my %bytes = map { $_ => $m->{"bytes_$_"} } qw(sent echoed verified);
    push @wrong, "bytes_echoed $bytes{echoed} of bytes_sent $bytes{sent}"
        if $bytes{echoed} > $bytes{sent}
        || ($lost == 0 && $bytes{echoed} != $bytes{sent});
    push @wrong, "bytes_verified $bytes{verified} of $bytes{echoed} echoed"
        if defined $bytes{verified} && $bytes{verified} < $bytes{echoed};
    return @wrong;
}

# balances(RESULT, NAME): one test that all of it fits.
sub balances {
    my ($r, $name) = @_;
    my @wrong = imbalance($r);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return 1 if Test::More::ok(!@wrong, "$name: the account balances");
    Test::More::diag($_) for @wrong;
    Test::More::diag("status $r->{status}\n", $r->{stdout}, $r->{plain});
    return 0;
}

# figures(RESULT): the account in a line, for a diagnosis.
sub figures {
    my $r = shift;
    my $m = $r->{json}{messages} // {};
    return join ' ', "status $r->{status}",
        map { "$_ " . ($m->{$_} // 'none') } @members, 'due';
}

1;
