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

# start(FILE, POINT): an echod of which the master is traced.
sub start {
    return Echod->start(log => 'notice', wait => 0,
        prefix => [Sweep::strace(@_)]);
}

my $trace = Files::new_name();
is(Sweep::judge(start($trace)), '', 'without a fault it serves, and ends');
my @points = Sweep::points($trace, from => qr/^rt_sigprocmask/);
Sweep::has(\@points, qw(bind clone close epoll_wait listen pipe2 wait4));

Sweep::every(\@points, sub { start('/dev/null', $_[0]) },
    sub { Sweep::judge($_[1]) }, 'a call of the master fails');

# From one of these calls on there is no more memory.
my @memory = Sweep::points($trace, from => qr/^rt_sigprocmask/,
    of => [qw(brk mmap)]);
Sweep::every(\@memory, sub {
    my %next = %{ $_[0][2] };
    return Echod->start(log => 'notice', wait => 0, prefix => ['strace', '-D',
        '-qq', '-o', '/dev/null', '-e', 'trace=brk,mmap',
        '-e', 'inject=brk:retval=0:when=' . (1 + ($next{brk} // 0)) . '+',
        '-e', 'inject=mmap:error=ENOMEM:when=' . (1 + ($next{mmap} // 0)) . '+',
    ]);
}, sub { Sweep::judge($_[1]) }, 'memory is used up');
done_testing;
