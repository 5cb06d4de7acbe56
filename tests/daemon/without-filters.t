# SPDX-License-Identifier: ISC
# rows: 99
#
# If this fails, and the kernel has no filters of system calls: with sandbox =
# "required" echod serves all the same; or with "best-effort" it does not start,
# does not warn, or does without the rest of the confinement as well.
use strict;
use warnings;

use Test::More;

use Client;
use Clock;
use Echod;
use Files;
use Machine;
use Process;
use Tracer;

Tracer::needs();
my ($built_in) = (Echod->run(args => ['-V']))[1] =~ /^seccomp: (yes|no)$/m;
my @without = ('strace', '-f', '-qq', '-o', '/dev/null', '-e',
    'trace=seccomp', '-e', 'inject=seccomp:error=EINVAL');
my @listen = ('-F', '-l', '127.0.0.1:0');
my $why = $built_in eq 'yes'
    ? qr/this kernel has no filters of system calls: Invalid argument/
    : qr/this echod was built without libseccomp/;

my ($status, undef, $text) = Echod->run(prefix => \@without,
    args => [@listen, '-o', 'sandbox=required']);
is($status, 77, 'sandbox = "required": the start fails with status 77');
like($text, qr/^echod: sandbox is "required", but $why$/m, 'and says why');

($status, undef, $text) = Echod->run(prefix => \@without,
    args => ['-t', '-l', '127.0.0.1:0', '-o', 'sandbox=required']);
is($status, 77, 'so does a check of the configuration');
like($text, qr/^echod: sandbox is "required", but $why$/m, 'for the same reason');

if ($> != 0) {
    note 'only root can look into processes that are confined';
    done_testing;
    exit;
}

# Less than the best will do.
my $d = Echod->start(prefix => \@without,
    config => Echod::DEFAULT_CONFIG . qq(sandbox = "best-effort";\n));
my $warning =
    qr/: warning: workers and logger have no filter of system calls: $why$/;
$d->expect_log($warning);
ok($d->wait_log($warning, from => 0), 'sandbox = "best-effort": a warning');
is(Client::echo_once($d->port, 'hello'), 'hello', 'and service');
my ($worker) = $d->idle_workers;
is(Process::status($worker, 'Seccomp'), 0, 'without a filter');
is(Process::status($worker, 'NoNewPrivs'), 1, 'but with no_new_privs');
is(limit($worker, 'Max core file size'), 0, 'and with limits');
like($d->reload, qr/: reload done/, 'a reload');
is($d->count_log($warning, from => 0), 1, 'says it no second time');

$d->rewrite(Echod::DEFAULT_CONFIG . qq(sandbox = "required";\n));
$d->expect_log(qr/: error: reload failed, .*: sandbox is "required", but $why$/);
like($d->reload, qr/: reload failed, .*: sandbox is "required", but $why$/,
    'a reload that requires more fails');
is(Client::echo_once($d->port, 'hello'), 'hello', 'and nothing has changed');

# Nothing is asked for.
$d->rewrite(Echod::DEFAULT_CONFIG . qq(sandbox = "off";\n));
like($d->reload, qr/: reload done/, 'a reload that wants none');
Clock::until(sub { $d->idle_workers >= 5 });
($worker) = $d->idle_workers;
isnt(limit($worker, 'Max core file size'), 0, 'has no limits either');
is(Process::status($worker, 'NoNewPrivs'), 1, 'but still no_new_privs');
$d->rewrite(Echod::DEFAULT_CONFIG . qq(sandbox = "best-effort";\n));
like($d->reload, qr/: reload done/, 'and back');
is($d->count_log($warning, from => 0), 2, 'which is said again');
$d->finish;

# limit(PID, NAME): the hard one.
sub limit {
    my ($pid, $name) = @_;
    my ($hard) = (Files::slurp("/proc/$pid/limits") // '') =~
        /^\Q$name\E +\S+ +(\S+)/m;
    return $hard;
}
done_testing;
