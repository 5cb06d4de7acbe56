# SPDX-License-Identifier: ISC
# If this fails, ping attributes to the path the time during which ping itself
# was stopped or could not write.
use strict;
use warnings;

use Test::More;
use Clock;
use EchocPing;
use Peer;
use Process;
use Server;

my $late = qr/this client was (\d+) ms late/;

# stopped(ARGUMENTS): the answer comes while it is stopped for 0.6 s.
sub stopped {
    my $peer = Peer->new;
    my $client = EchocPing::start(args => ['-i', 60, '-W', 60, '-c', 1, @_,
        $peer->target], timeout => 20);
    my $c = $peer->accept;
    $c->take(56);
    $client->signal('STOP');
    Clock::until(sub { (Process::state($client->pid) // '') =~ /^[Tt]/ });
    $c->give(56);
    my $since = Clock::now();
    Clock::until(sub { Clock::now() > $since + 0.6 });
    $client->signal('CONT');
    return EchocPing::end($client);
}

# The line says it, and the summary has no times.
my $r = stopped();
is($r->{status}, 0, 'stopped while an answer came: a reply');
cmp_ok($r->{client_late}[0] // 0, '>=', 500, '... whose line has the delay')
    or diag($r->{stdout});
is($r->{summary}{received}, 1, '... and it is counted');
is($r->{summary}{rtt}, undef, '... but not as a time');
is($r->{not_timed}, 1, '... as the summary says');

# So do the forms for programs.
my ($reply, $sum);
($reply) = EchocPing::typed('reply',
    EchocPing::records(stopped('-j')->{stdout}));
cmp_ok($reply->{client_late_us}, '>=', 500_000, '-j has it');
(undef, my $row) = split /\n/, stopped('--format', 'csv')->{stdout};
cmp_ok((split /,/, $row)[5], '>=', 500_000, 'CSV has it');

# A path that is slow is not the client.
my $peer = Peer->new;
my $client = EchocPing::start(args => ['-j', '-i', 60, '-W', 60, '-c', 1,
    $peer->target]);
my $c = $peer->accept;
$c->take(56);
my $since = Clock::now();
Clock::until(sub { Clock::now() > $since + 0.3 });
$c->give(56);
my @records = EchocPing::records($client->wait->{stdout});
($reply) = EchocPing::typed('reply', @records);
($sum) = EchocPing::typed('summary', @records);
cmp_ok($reply->{rtt_us}, '>=', 300_000, 'a slow path takes its time');
SKIP: {
    skip 'this machine stood still', 2 if defined $reply->{client_late_us};
    is($sum->{client_late}, 0, '... and that is nobody else\'s');
    is($sum->{rtt_us}{max}, $reply->{rtt_us}, '... but the most');
}

# Whoever does not read its lines makes it wait, and what is due with it.
my $server = Server->start;
pipe my $reader, my $writer or die "pipe: $!\n";
$client = EchocPing::start(args => ['-i', '100us', '-c', 4000, '-W', 60,
    $server->target], stdout => $writer, timeout => 30);
close $writer;
# It stands still when no more comes into the pipe.
my $before = 0;
$since = Clock::now();
ok(Clock::until(sub {
    my $there = pack 'i', 0;
    ioctl $reader, 0x541B, $there or die "FIONREAD: $!\n";
    ($before, $since) = ($there, Clock::now()) if $there ne $before;
    return Clock::now() > $since + 0.6;
}), 'its pipe is full');
my $text = do { local $/; readline $reader };
is($client->wait->{status}, 0, '... and then is read');
my @late = map { /\($late\)$/ ? $1 : () } split /\n/, $text;
cmp_ok(scalar(grep { $_ >= 500 } @late), '>', 0,
    '... and it says with what it was late');
like($text, qr/^${\ scalar @late} not timed: /m, '... and how often');
my ($max) = $text =~ m{^rtt min/avg/max/mdev = [\d.]+/[\d.]+/([\d.]+)/}m;
cmp_ok($max // 0, '<', 500, '... and the times are without that');
done_testing;
