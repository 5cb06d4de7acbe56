# SPDX-License-Identifier: ISC
# rows: 85, 88
#
# If this fails, a reload that renames echod waits for a log daemon that hangs,
# or the logger stays behind when echod has stopped, for as long as that hangs.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Load;
use Namespace;
use Process;
use Syslog;

Namespace::needs_dev();

sub config {
    my ($ident) = @_;
    return qq(listen = ( { address = "127.0.0.1"; port = 0; } );
        log = { ident = "$ident"; };\n);
}

my $syslog = Syslog->start;
my $d = Echod->start(mode => 'background', config => config('first'));
my @workers = $d->workers;
my $logger = $d->logger;

# Lines that the logger cannot get rid of.
$syslog->freeze;
my $load = Load->start(port => $d->port, clients => 2, messages => 1,
    size => 100, connections => 500);
is_deeply($load->wait->{errors}, [], 'syslogd hangs, clients are served');
$d->rewrite(config('second'));
$d->signal('HUP');
ok(Clock::until(sub {
    !grep { Process::is_alive($_) } @workers;
}), 'a reload that changes its name');
ok(Process::is_alive($logger), 'the logger has not got rid of its lines');
is(Client::echo_once($d->port, 'x'), 'x', 'echod serves');

is($d->stop('TERM', unseen => 1), 0, 'TERM ends it');
$d->finish;
$syslog->thaw;
done_testing;
