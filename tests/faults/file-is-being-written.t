# SPDX-License-Identifier: ISC
# rows: 70
#
# If this fails, a reload takes half of a file that is being written for all of
# it, or does not work any more when the rest is there.
use strict;
use warnings;

use Test::More;

use Client;
use Echod;
use Process;

# A file in parts; a HUP comes after each of them.  Only all of it is a
# configuration.
my @parts = ('', "# a new configuration\n", 'log = { ident = "half"; ',
    "level = \"notice\"; };\nlisten = ( { address = \"127.0.0.1\"; port = 0; }",
    ', { address = "127.0.0.2";', ' port = 0; } );');

my $d = Echod->start(log => 'notice');
my ($listeners, @workers) = (Process::listeners($d->pid), $d->workers);
$d->expect_log(qr/: error: reload failed, nothing has changed: /);

# In its place, as some editors do.
open my $fh, '>', $d->config_file or die $d->config_file . ": $!\n";
my $last = pop @parts;
for my $part (@parts) {
    syswrite $fh, $part;
    like($d->reload, qr/ echod\[\d+\]: error: reload failed/,
        'a reload after "' . ($part =~ s/\n.*//sr) . '" fails');
    is(Client::echo_once($d->port, 'x'), 'x', 'it serves');
}
is(scalar(grep { Process::is_alive($_) } @workers), 5, 'the same workers');
is_deeply(Process::listeners($d->pid), $listeners, 'and listeners');
syswrite $fh, $last;
like($d->reload, qr/ half\[\d+\]: reload done .*listeners=2/,
    'when it is complete it is loaded');

close $fh;
$d->rewrite(Echod::DEFAULT_CONFIG);
like($d->reload, qr/reload done/, 'and another one in its place');
$d->finish(slack => 2);
done_testing;
