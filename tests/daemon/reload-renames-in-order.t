# SPDX-License-Identifier: ISC
# rows: 78
#
# If this fails, a reload that changes log.ident mixes up the log: lines from
# before it have the name from after it, or come out of order, or under the
# process id of somebody else.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Process;
use Tracer;

Tracer::needs();

use constant CLIENTS => 20;

sub config {
    my ($ident) = @_;
    return qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { ident = "$ident"; };\n);
}

my $d = Echod->start(config => config('before'));
my $logger = $d->logger;
my @old = $d->workers;
my $from = $d->mark;

# All lines have to wait, those of the reload among them.
my $hold = Tracer->hold($logger);
my $n = 0;
sub serve {
    return scalar grep { (Client::echo_once($d->port, 'x' x ++$n) // '') ne '' }
        1 .. CLIENTS;
}
is(serve(), CLIENTS, 'clients are served while the logger is frozen');
$d->rewrite(config('after'));
$d->signal('HUP');
ok(Clock::until(sub { !grep { Process::is_alive($_) } @old }),
    'a reload is done, as the old workers leave');
my %old = map { $_ => 1 } @old, $d->pid;
is(serve(), CLIENTS, 'clients are served after it');
$hold->detach;

ok($d->wait_log(qr/: connection ended /, count => $n), 'the lines come');
is($d->logger, $logger, 'by the same logger');
my @lines = ($d->log_lines)[$from .. @{ $d->read_log } - 1];
# A worker may be slower with its line than another with its next client.
my (%of, @ended);
for (grep { /: connection ended / } @lines) {
    my ($pid, $bytes) = /\[(\d+)\]: .*in_bytes=(\d+) /;
    push @{ $of{$pid} }, $bytes;
    push @ended, $bytes;
}
is(join(' ', sort { $a <=> $b } @ended), join(' ', 1 .. $n), 'each once');
is_deeply(\%of, { map { $_ => [ sort { $a <=> $b } @{ $of{$_} } ] } keys %of },
    'those of a worker in order');
# A new worker may be quicker with its first line than the master with its own.
my ($first) = grep { $lines[$_] =~ / after\[/ } 0 .. $#lines;
my @before = grep { / before\[/ } @lines[0 .. $first - 1];
my @after  = grep { / after\[/ } @lines[$first .. $#lines];
is(scalar(@before) + @after, scalar @lines,
    'first all under the old name, and then all under the new one')
    or diag join "\n", @lines;
is(scalar(grep { /: reload generation=/ } @before), 1,
    'the reload begins under the old one');
is(scalar(grep { /: reload done / } @after), 1, 'and ends under the new one');
my %master = ($d->pid => 1);
is_deeply([ grep { !/\[(\d+)\]: connection / || $old{$1} }
    grep { /: connection ended / } @after ], [],
    'each under the process id of a new worker');
is_deeply([ grep { !/\[(\d+)\]: / || !$master{$1} } grep { /: reload / } @lines ],
    [], 'or of the master');
$d->finish;
done_testing;
