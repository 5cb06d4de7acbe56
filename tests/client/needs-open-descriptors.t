# SPDX-License-Identifier: ISC
# If this fails, a closed standard descriptor is taken for an empty message, or
# for a file that keeps the result.
use strict;
use warnings;

use Test::More;

use Echoc;
use Machine;
use Server;

plan(skip_all => 'valgrind has descriptors of its own') if @Machine::WRAPPER;

my $server = Server->start;

# without(REDIRECTION, ARGUMENTS): the result of a client that is started so.
sub without {
    my ($redirection, @args) = @_;
    return Echoc::run(args => [@args, $server->target],
        prefix => ['sh', '-c', "exec \"\$\@\" $redirection", 'sh']);
}

my @ping = ('ping', '-c', 1);
my @bench = ('bench', '-n', 5);
for (
    ['<&-', 'standard input', 'send'],
    ['<&-', 'standard input', 'send', '-f', '-'],
    ['<&-', 'standard input', 'send', '-q'],
    ['0>/dev/null', 'standard input', 'send'],
    ['>&-', 'standard output', 'send', '-m', 'x'],
    ['>&-', 'standard output', @ping],
    ['>&-', 'standard output', @ping, '-q'],
    ['>&-', 'standard output', @ping, '-j'],
    ['>&-', 'standard output', @bench],
    ['>&-', 'standard output', @bench, '--format', 'csv'],
    ['>&-', 'standard output', 'wait', '-j'],
    ['>&-', 'standard output', '-o', '-'],
    ['1</dev/null', 'standard output', @ping],
    ['2>&-', 'standard error'],
    ['2>&-', 'standard error', 'send', '-v', '-m', 'x'],
    ['2>&-', 'standard error', @ping, '--format', 'csv'],
    ['2>&-', 'standard error', @bench, '--progress', 'plain'],
) {
    my ($redirection, $what, @args) = @$_;
    my $name = "echoc @args $redirection";
    my $before = $server->connections;
    my $r = without($redirection, @args);
    my $said = $redirection eq '2>&-' ? '' : qr/\Aechoc: $what is not open /;
    Echoc::same($r, "$name: status 2", status => 2, stderr => $said);
    is($server->connections, $before, "$name: nobody connects");
}
my $r = Echoc::run(args => ['--version'],
    prefix => ['sh', '-c', 'exec "$@" >&-', 'sh']);
Echoc::same($r, 'echoc --version >&-: status 2', status => 2,
    stderr => "echoc: standard output: Bad file descriptor\n");

# Who does not need it does without, and gives its number to no socket.
for (
    ['<&-', 'hello', 'send', '-m', 'hello'],
    ['<&-', qr/1 received/, @ping],
    ['<&-', qr/^verified/m, @bench],
    ['>&-', '', 'send', '-q', '-m', 'hello'],
    ['>&-', '', 'wait'],
    ['>&-', ''],
    ['2>&-', 'hello', 'send', '-m', 'hello'],
    ['2>&-', '', '-q'],
    ['2>&-', qr/"status": 0/, '-j'],
    ['2>&-', qr/1 received/, @ping],
    ['<&- >&- 2>&-', '', 'wait'],
) {
    my ($redirection, $wanted, @args) = @$_;
    Echoc::same(without($redirection, @args),
        "echoc @args $redirection: status 0", status => 0,
        stdout => $wanted);
}

# What was asked for and found no room is an error as well.
SKIP: {
    skip 'no /dev/full here', 1 unless -c '/dev/full';
    for ([], ['send', '-v', '-m', 'x'], [@ping, '--format', 'csv']) {
        is(without('2>/dev/full', @$_)->{status}, 2,
            "echoc @$_ 2>/dev/full: status 2");
    }
    is(without('2>/dev/full', @ping)->{status}, 0,
        'there was nothing to say: status 0');
}
done_testing;
