# SPDX-License-Identifier: ISC
#
# If this fails, the watchdog of a service manager ends an echod that works.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Notify;

# start(USEC, ENVIRONMENT, OPTION...): an echod with a watchdog, and its manager.
sub start {
    my ($usec, $env, @options) = @_;
    my $n = Notify->new;
    my $d = Echod->start(
        options => [map { ('-o', $_) } @options],
        notify  => $n,
        env     => { WATCHDOG_USEC => $usec, WATCHDOG_PID => undef, %$env });
    return ($d, $n);
}

sub signs { return scalar grep { /^WATCHDOG=1$/ } $_[0]->messages }

# probes(ECHOD): the lines about connections that end.
sub probes { return $_[0]->count_log(qr/: connection ended /, from => 0) }

# Signs of life ------------------------------------------------------------------

my ($d, $n) = start(1_000_000, {});
my ($start, $before) = (Clock::now(), signs($n));
ok Clock::until(sub { signs($n) >= $before + 3 }), 'it shows that it lives';
my $seconds = Clock::now() - $start;
cmp_ok $seconds, '>', 0.9, 'not more often than twice in a period';
ok Clock::until(sub { probes($d) >= 2 }), 'and each time it echoes';
my ($line) = grep { /: connection ended / } $d->log_lines;
like $line, qr/ listener=127\.0\.0\.1:\d+ .* reason=closed$/,
    'like any client of the listener';
my ($in, $out) = $line =~ /in_bytes=(\d+) out_bytes=(\d+)/;
is $out, $in, 'with all bytes';
cmp_ok $in, '>', 10, 'of which there are some';
is_deeply [grep { !m{^generation 1, busy [01]/256$} } $n->texts], [],
    'its state is as ever';
$d->finish;

# Nobody watches, or somebody else is watched; or the signs are to be all.
($d, $n) = start(100_000, { WATCHDOG_PID => $$ });
my $m = Notify->new;
my $plain = Echod->start(
    config => Echod::DEFAULT_CONFIG . qq(watchdog = "plain";\n),
    notify => $m,
    env    => { WATCHDOG_USEC => 1_200_000 });
ok Clock::until(sub { signs($m) >= 2 }), 'plain: it shows that it lives';
is probes($plain), 0, 'plain: and does not echo';
is signs($n), 0, 'nothing is shown when another process is watched';
is probes($d), 0, 'nor is anything echoed';
$d->finish;
$plain->rewrite(Echod::DEFAULT_CONFIG . qq(watchdog = "probe";\n));
like $plain->reload, qr/: reload done /, 'that can be changed';
ok Clock::until(sub { probes($plain) }), 'and then it echoes';
$plain->finish;

# It cannot be a client ----------------------------------------------------------

($d, $n) = start(400_000, {}, 'access.deny=127.0.0.0/8', 'watchdog=strict');
ok $d->wait_log(qr/: no self-probe of \S+: access does not allow 127\.0\.0\.1$/,
    from => 0), 'where it would not be served it does not try';
$before = signs($n);
ok Clock::until(sub { signs($n) >= $before + 3 }), 'but shows that it lives';
is $d->count_log(qr/: no self-probe/, from => 0), 1, 'which is said once';
is_deeply [grep { /trigger/ } $n->messages], [], 'and is no failure';
$d->finish;

($d, $n) = start(1_000_000, {}, 'access.max_per_source=1');
$d->expect_log(qr/: warning: refused reason=max_per_source /);
my $client = $d->connect;
is Client::echo($client, 'hello'), 'hello', 'the network has what it may have';
ok $d->wait_log(qr/: no self-probe of \S+: no echo: Connection reset by peer$/,
    from => 0), 'a limit that it meets is no failure';
cmp_ok signs($n), '>=', 2, 'and it shows that it lives';
close $client;
$d->finish;

done_testing;
