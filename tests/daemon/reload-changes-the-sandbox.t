# SPDX-License-Identifier: ISC
#
# If this fails, an operator who switches the confinement on or off by a reload
# has workers, or a logger, that are confined as they were before; or lines of
# the log are lost.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Machine;
use Process;

Machine::needs('root');
plan skip_all => 'this echod was built without libseccomp'
    if (Echod->run(args => ['-V']))[1] !~ /^seccomp: yes$/m;
plan skip_all => 'valgrind and a filter do not mix' if @Machine::WRAPPER;
plan skip_all => 'a sanitizer makes calls of its own'
    if Machine::has_sanitizer();

my $d = Echod->start(
    config => Echod::DEFAULT_CONFIG . qq(sandbox = "required";\n));
is_deeply(filters(2), [2], 'at first all have a filter');
for my $row (['off', 0], ['required', 2], ['best-effort', 2]) {
    my ($choice, $wanted) = @$row;
    $d->rewrite(Echod::DEFAULT_CONFIG . qq(sandbox = "$choice";\n));
    like($d->reload, qr/: reload done/, "a reload with $choice");
    is(Client::echo_once($d->port, $choice), $choice, 'a client is served');
    ok($d->wait_log(qr/: connection ended .*in_bytes=${\ length $choice} /),
        'and its line is in the log');
    is_deeply(filters($wanted), [$wanted], 'all are as they should be');
}
$d->finish;

# filters(WANTED): the modes of seccomp that workers and logger have; waits
# until there is no other than this one.
sub filters {
    my ($wanted) = @_;
    my %modes;
    Clock::until(sub {
        my @pids = grep { defined } $d->workers, $d->logger;
        %modes = map { (Process::status($_, 'Seccomp') // 'none') => 1 } @pids;
        return @pids >= 6 && join(' ', keys %modes) eq $wanted;
    });
    return [sort keys %modes];
}
done_testing;
