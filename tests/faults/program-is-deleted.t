# SPDX-License-Identifier: ISC
# rows: 118
#
# If this fails, an echod whose program is deleted or replaced, as by an
# upgrade, makes no more workers or loggers, or does not reload.
use strict;
use warnings;

use File::Basename qw(dirname);
use File::Copy;
use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;

my $dir = Files::new_dir();
my $from = dirname($Machine::ECHOD);
for my $program (qw(echod echod-load)) {
    my $file = $program eq 'echod' ? $Machine::ECHOD : "$from/$program";
    copy($file, "$dir/$program") or die "$dir/$program: $!";
    chmod 0755, "$dir/$program";
}
$Machine::ECHOD = "$dir/echod";

# lives(ECHOD, WHAT): a worker and the logger are made again, and it serves.
sub lives {
    my ($d, $what) = @_;
    my ($worker, $logger) = (($d->idle_workers)[0], $d->logger);
    kill KILL => $worker, $logger;
    ok(Clock::until(sub {
        my $new = $d->logger // 0;
        return $d->idle_workers >= 5 && $new && $new != $logger
            && !grep { $_ == $worker } $d->workers;
    }), "$what: a worker and the logger are replaced");
    is(Client::echo_once($d->port, 'x'), 'x', "$what: it serves");
    return;
}

my $d = Echod->start(log => 'notice');
$d->expect_log(qr/: warning: worker died /, qr/: error: logger died /);
unlink "$dir/echod" or die "$dir/echod: $!";
lives($d, 'deleted');
like($d->reload, qr/reload done/, 'deleted: it reloads, by its loader');

Files::spew("$dir/echod", "#!/bin/sh\nexit 1\n");
chmod 0755, "$dir/echod";
lives($d, 'replaced');
like($d->reload, qr/reload done/, 'replaced: it reloads');

# Without its loader it cannot read a file, and goes on.
unlink "$dir/echod-load";
$d->expect_log(qr/: error: reload failed, nothing has changed: cannot execute /);
like($d->reload, qr/reload failed.*cannot execute \S*echod-load: No such file/,
    'no loader any more: a reload fails, with the reason');
lives($d, 'no loader');
$Machine::ECHOD = "$from/echod";
$d->finish;
done_testing;
