# SPDX-License-Identifier: ISC
#
# Machine: the programs that are tested, and what this machine offers to their
# tests.
package Machine;

use strict;
use warnings;

use Cwd ();
use File::Basename qw(dirname);
use File::Spec;
use IO::Socket::IP;
use POSIX ();
use Socket ();
use Test::More ();

use Files;

my $top = Cwd::abs_path(dirname(__FILE__) . '/../..');

our $ECHOD = $ENV{ECHOD} // "$top/build/echod";
# The same echod with shared libraries, for what is to go into its process.
our $ECHOD_DYNAMIC = $ENV{ECHOD_DYNAMIC} // $ECHOD;
our $ECHOC = File::Spec->rel2abs($ENV{ECHOC} // "$top/build/echoc");
our $ECHODCTL = File::Spec->rel2abs($ENV{ECHODCTL} // "$top/build/echodctl");
# A command that goes before each of them.
our @WRAPPER = split ' ', $ENV{ECHOD_WRAPPER} // '';
$ECHOD = $ECHOD_DYNAMIC if @WRAPPER;

# has_sanitizer(): whether echod was built with one.
sub has_sanitizer {
    return (Files::slurp($ECHOD) // '') =~
        /__asan_init|__ubsan_handle|__tsan_init/ ? 1 : 0;
}

# has_thread_sanitizer(): whether that is the one that looks at threads.
sub has_thread_sanitizer {
    return (Files::slurp($ECHOD) // '') =~ /__tsan_init/ ? 1 : 0;
}

# has(PROGRAM): its path, or undef.
sub has {
    my $program = shift;
    my @folders = (split(/:/, $ENV{PATH} // ''), qw(/usr/sbin /sbin));
    return (grep { -f -x } map { "$_/$program" } @folders)[0];
}

sub has_ipv6 {
    return defined IO::Socket::IP->new(LocalHost => '::1', Listen => 1);
}

# needs(WHAT, ...): skip the whole test if one is missing; each is a program,
# or 'root' or '::1'.
sub needs {
    for my $what (@_) {
        my $there = $what eq 'root' ? $> == 0
            : $what eq '::1' ? has_ipv6() : has($what);
        Test::More::plan(skip_all => "no $what here") unless $there;
    }
    return;
}

# localhost(): the addresses that this name has here.
sub localhost {
    my ($error, @found) = Socket::getaddrinfo('localhost', '',
        { socktype => Socket::SOCK_STREAM() });
    return map {
        (Socket::getnameinfo($_->{addr}, Socket::NI_NUMERICHOST(),
            Socket::NIx_NOSERV()))[1]
    } @found;
}

# kernel(CALL, ARGUMENT...): a system call that Perl has no name for.  Whether
# it succeeded; false where its number is not known.
my %number = (
    getrusage => [98, 165],    # x86_64, and aarch64 and riscv64
    prctl     => [157, 167],
    prlimit64 => [302, 261],
    setxattr  => [188, 5],
    unshare   => [272, 97],
);

sub kernel {
    my $call = shift;
    my $machine = (POSIX::uname())[4];
    my ($x86_64, $other) = @{ $number{$call} };
    my $number = $machine eq 'x86_64' ? $x86_64
        : $machine =~ /^(?:aarch64|riscv64)$/ ? $other : return 0;
    # No copies: it may write into what it is given.
    return syscall($number, @_) == 0;
}

1;
