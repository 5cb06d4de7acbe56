# SPDX-License-Identifier: ISC
#
# If this fails, one of many upgrades, or ways back to the version before, refuses
# a client, resets it, or loses or changes a byte.
#
# slow: upgrades twenty times, and back, while clients come and stay
use strict;
use warnings;

use IO::Select;
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Load;
use Process;
use Upgrade;

use constant {
    ROUNDS  => 20,
    RATE    => 200,    # connections a second
    STREAMS => 50,
    PACE    => 0.1,    # seconds between two messages of a stream
    LIVES   => 15,     # messages of a stream
};

my $programs = Upgrade->programs;
my $pid_file = Files::new_name();
my $d = Echod->start(log => 'notice', options => ['-p', $pid_file,
    '-o', 'timeouts.probation=0.1', '-o', 'workers.max_spare=100']);
my $inodes = Process::listeners($d->pid);
my $dir = Files::new_dir();

# stream(PORT): the state of a new connection.
my $n = 0;

sub stream {
    my $port = shift;
    my $s = Client::connect('127.0.0.1', $port)
        or return { error => "refused: $@" };
    $s->blocking(0);
    return { socket => $s, sent => '', got => 0, next => Clock::now(),
        left => LIVES };
}

# A message more, or the end.
sub send_one {
    my $one = shift;
    if ($one->{left}-- > 0) {
        my $data = Client::seeded(++$n, 1000);
        (syswrite($one->{socket}, $data) // -1) == length $data
            or return $one->{error} = "not sent: $!";
        $one->{sent} .= $data;
        $one->{next} += PACE;
    } else {
        shutdown $one->{socket}, 1;
        $one->{next} = 9**15;
    }
    return;
}

# What has come back; true when it is over.
sub receive {
    my $one = shift;
    my $n = sysread $one->{socket}, my $data, 65536;
    return 0 if !defined $n && Client::again();
    $one->{error} = "read: $!" if !defined $n;
    $one->{error} = 'too early an end'
        if defined $n && $n == 0 && ($one->{left} >= 0
            || $one->{got} != length $one->{sent});
    return 1 if !$n;
    $one->{error} = 'other bytes'
        if substr($one->{sent}, $one->{got}, $n) ne $data;
    $one->{got} += $n;
    return defined $one->{error};
}

# Streams that stay for a time over more than one upgrade, until TERM.
sub streams {
    my $port = shift;
    my ($stop, $done, @errors) = (0, 0);
    $SIG{TERM} = sub { $stop = 1 };
    my @all = map { stream($port) } 1 .. STREAMS;
    while (@all) {
        my $now = Clock::now();
        $_->{next} <= $now and send_one($_)
            for grep { !$_->{error} } @all;
        my %by = map { $_->{socket} ? (fileno $_->{socket} => $_) : () } @all;
        my @ready = IO::Select->new(map { $_->{socket} } values %by)
            ->can_read(0.01);
        $_->{over} = receive($_)
            for map { $by{ fileno $_ } } @ready;
        push @errors, map { $_->{error} // () } @all;
        my @over = grep { $_->{over} || $_->{error} } @all;
        $done += @over;
        @all = grep { !$_->{over} && !$_->{error} } @all;
        push @all, map { stream($port) } $stop ? () : @over;
    }
    Files::spew("$dir/result", join "\n", $done, @errors);
    return;
}

my $streams = Process::child(sub { streams($d->port) });
my $load = Load->start(port => $d->port, clients => 8, rate => RATE / 8,
    messages => 2, size => 500);
ok(Clock::until(sub { $load->connections >= RATE }), 'clients come');

my $start = Clock::now();
my ($failed, $wrong, $others) = (0, 0, 0);
my $counted = $load->connections;
for my $round (1 .. ROUNDS) {
    for my $version ('9.9.9', $ENV{ECHOD_VERSION}) {
        $programs->version($version);
        my $line = Upgrade::run($d);
        $failed++ if $line !~ /upgrade done .* version=\Q$version\E /;
        $wrong++ if Files::slurp($pid_file) ne $d->pid . "\n";
        $others++ if join(' ', Upgrade::masters($d)) ne $d->pid;
    }
}
my $rate = ($load->connections - $counted) / (Clock::now() - $start);
note sprintf '%.0f connections a second, %.1f seconds', $rate,
    Clock::now() - $start;
my $result = $load->stop;
is($failed, 0, ROUNDS . ' upgrades, and as many back');
is($wrong, 0, 'the pid file always had the new pid');
is($others, 0, 'there was no other master after any of them');
kill TERM => $streams;
is(Process::wait($streams, 20), 0, 'the last streams come to their end');
my ($ended, @errors) = split /\n/, Files::slurp("$dir/result");
is_deeply(\@errors, [], "each byte of $ended long streams came back");
cmp_ok($ended, '>=', STREAMS, 'and there were many');
is_deeply($result->{errors}, [],
    "none of $result->{connections} short ones was refused, reset or cut short");
is_deeply(Process::listeners($d->pid), $inodes, 'the listener is the same');
$d->finish;
done_testing;
