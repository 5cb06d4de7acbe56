# SPDX-License-Identifier: ISC
#
# If this fails, a reload does not change where HTTP requests are answered, or
# it changes something although it fails; or echod-report keeps an address of
# the echo service in use that the reload has removed.
use strict;
use warnings;

use IO::Socket::IP;
use Test::More;

use Client;
use Clock;
use Echod;
use Http;
use Process;
use Upgrade;

Http::needs();

my $listen = 'listen = ( { address = "127.0.0.1"; port = 0; } );';

sub metrics { my ($text) = @_; return "$listen\nmetrics = { $text };\n" }

# free_port(): one that nobody has, on the loopback; it may be taken at once.
sub free_port {
    return IO::Socket::IP->new(LocalHost => '127.0.0.1', Listen => 1)->sockport;
}

my $d = Echod->start(config => "$listen\n");
is Http::reporter($d), undef, 'nobody answers, unless that is wanted';
is $d->count_log(qr/metrics/, from => 0), 0, 'nor is there a word of it';

$d->rewrite(metrics('address = "127.0.0.1"; port = 0;'));
like $d->reload, qr/reload done/, 'a reload adds it';
my $port = Http::port($d);
is Http::status($port, '/readyz'), 200, 'it answers';
my $pid = Http::reporter($d);

like $d->reload, qr/reload done/, 'another reload';
is Http::port($d), $port, 'keeps the port that the kernel has chosen';
is Http::reporter($d), $pid, 'and the process';
is Http::status($port, '/readyz'), 200, 'which answers';

# An address that another program has.
my $taken = IO::Socket::IP->new(LocalHost => '127.0.0.1', Listen => 1);
my $taken_port = $taken->sockport;
$d->expect_log(qr/: reload failed, nothing has changed: metrics\.address: /);
$d->rewrite(metrics("address = \"127.0.0.1\"; port = $taken_port;"));
like $d->reload, qr/metrics\.address: cannot listen on 127\.0\.0\.1:$taken_port: /,
    'a reload that cannot have its address fails';
is Http::status($port, '/readyz'), 200, 'and it answers where it did';
is Http::reporter($d), $pid, 'it is the same';

# To every address of a port that it has already.
my $here = free_port();
$d->rewrite(metrics("address = \"127.0.0.1\"; port = $here;"));
like $d->reload, qr/reload done/, 'a reload moves it';
is Http::status($here, '/readyz'), 200, 'to a port that was asked for';
is_deeply Http::get($port, '/readyz'), {}, 'and from the old one';
isnt Http::reporter($d), $pid, 'it is another process';
$d->rewrite(metrics("address = \"0.0.0.0\"; port = $here;"));
like $d->reload, qr/reload done/, 'and to every address of it';
is Http::status($here, '/readyz'), 200, 'where it answers';
is Http::get($here, '/readyz', host => '127.0.0.2')->{status}, 200,
    'at any of them';

# An address of the echo service goes while it runs.
my $second = free_port();
$d->rewrite("listen = ( { address = \"127.0.0.1\"; port = 0; }, "
    . "{ address = \"127.0.0.1\"; port = $second; } );\n"
    . "metrics = { address = \"0.0.0.0\"; port = $here; };\n");
like $d->reload, qr/reload done/, 'a second address of the echo service';
is Client::echo_once($second, 'x'), 'x', 'which serves';
$pid = Http::reporter($d);
$d->rewrite(metrics("address = \"0.0.0.0\"; port = $here;"));
like $d->reload, qr/reload done/, 'and is removed';
ok Clock::until(sub { !defined Client::echo_once($second, 'x') }),
    'is given up';
is Http::reporter($d), $pid, 'although the reporter is the same as before';
my $listeners = Process::listeners($pid);
is_deeply [sort keys %$listeners], ["0.0.0.0:$here"],
    'it listens at its own address only';

$d->rewrite("$listen\n");
like $d->reload, qr/reload done/, 'a reload removes it';
ok Clock::until(sub { !defined Http::reporter($d) }), 'the process is gone';
is_deeply Http::get($here, '/readyz'), {}, 'and nobody listens';
is Client::echo_once($d->port, 'x'), 'x', 'the service goes on';
$d->finish;

# A start is all or nothing.
my ($status, undef, $text) = Echod->run(args => ['-F', '-l', '127.0.0.1:0',
    '-o', 'metrics.address=127.0.0.1', '-o', "metrics.port=$taken_port"]);
is $status, 69, 'a start that cannot have the address fails';
like $text, qr/metrics\.address: cannot listen on 127\.0\.0\.1:$taken_port: /,
    'and says why';

# Nor is one that could answer nobody.
my $programs = Upgrade->programs;
unlink $programs->dir . '/echod-report' or die "echod-report: $!\n";
SKIP: {
    ($status, undef, $text) = Echod->run(args => ['-F', '-l', '127.0.0.1:0',
        Http::OPTIONS], timeout => 5);
    skip 'another echod is installed here', 2 if !defined $status;
    is $status, 69, 'a start without the program fails';
    like $text, qr{metrics\.address: cannot execute \S+/echod-report: No such},
        'and says why';
}
done_testing;
