# SPDX-License-Identifier: ISC
# rows: 94
#
# If this fails, a daemon that is started with closed standard descriptors
# opens a socket in their place, and output of a library goes to a client.
use strict;
use warnings;

use Test::More;
use Client;
use Echod;
use Machine;
use Process;

plan skip_all => 'valgrind has descriptors of its own'
    if @Machine::WRAPPER;

for my $closed ([0], [1], [0, 1], [0, 1, 2]) {
    # Without standard error the log is to be looked for elsewhere.
    my $silent = grep { $_ == 2 } @$closed;
    my $code = join '', map { "POSIX::close($_);" } @$closed;
    my $d = Echod->start(
        prefix => [$^X, '-MPOSIX', '-e',
            "$code exec { \$ARGV[0] } \@ARGV or die"],
        options => ['-l', '127.0.0.1:0'],
        wait => $silent ? 'idle' : 1,
    );
    my ($worker) = $d->workers;
    my @all = ($d->pid, $d->logger, $worker);
    my @wrong;
    for my $pid (@all) {
        my %fd = %{ Process::descriptors($pid) };
        push @wrong, map { "$pid: $_ is " . ($fd{$_} // 'closed') }
            grep { ($fd{$_} // '') ne '/dev/null' } @$closed;
        push @wrong, map { "$pid: $_ is $fd{$_}" }
            grep { ($fd{$_} // '') =~ /socket|pipe|anon/ } 0 .. 2;
    }
    is("@wrong", '', "closed: @$closed, they are /dev/null");
    my $data = Client::seeded(1, 10_000);
    is(Client::echo_once($d->port, $data), $data, 'and it serves');
    $d->finish;
}
done_testing;
