# SPDX-License-Identifier: ISC
# rows: 104, 113
#
# If this fails, a start that meets an error which no other test thought of
# hangs, dies without a word, serves nobody, or leaves processes behind.
#
# slow: starts echod a hundred times
use strict;
use warnings;

use Test::More;

use Echod;
use Files;
use Sweep;
use Tracer;

Tracer::needs();

# start(FILE, POINT): an echod of which the master is traced.  libseccomp 2.5
# crashes without memory for its heap, so that call fails without it.
sub start {
    my ($file, $point) = @_;
    my @options = $point && $point->[0] eq 'brk' ? qw(-o sandbox=off) : ();
    return Echod->start(log => 'notice', wait => 0, options => \@options,
        prefix => [Sweep::strace($file, $point)]);
}

my $trace = Files::new_name();
is(Sweep::judge(start($trace)), '', 'without a fault it serves, and ends');
my @points = Sweep::points($trace, from => qr/^rt_sigprocmask/);
Sweep::has(\@points, qw(bind clone close epoll_wait listen pipe2 wait4));

Sweep::every(\@points, sub { start('/dev/null', $_[0]) },
    sub { Sweep::judge($_[1]) }, 'a call of the master fails');
done_testing;
