# SPDX-License-Identifier: ISC
# rows: 57
#
# If this fails, a signal handler calls what must not be called in the middle
# of something else, such as malloc(3) or syslog(3), or changes errno under the
# code that it interrupts: a crash that comes once in a million signals.
use strict;
use warnings;
use Test::More;
use Source;

# signal-safety(7), as far as it is used, and system calls that are missing
# there; what stdatomic.h has, and keywords of C.
my %safe = map { $_ => 1 } qw(_exit clock_gettime close eventfd_write getpid
    getppid getsockopt ioctl kill raise read sendto setitimer setsockopt
    sigaction sigaddset sigdelset sigemptyset sigfillset sigprocmask syscall
    timer_create timer_settime write atomic_compare_exchange_strong
    atomic_load atomic_store atomic_fetch_or defined for if return sizeof
    switch while);

# Each function: its file, its arguments and its body.  One that is static in a
# source belongs to it.
my %body;
my $definition = qr/^(\w[\w *]*\n|\w[\w *]* \*?)(\w+)\(([^;{}]*)\)\n\{\n(.*?)^\}/ms;
for my $file (files('src', qr/\.[ch]$/)) {
    my $code = code($file);
    while ($code =~ /$definition/g) {
        my ($type, $name, $arguments, $body) = ($1, $2, $3, $4);
        my $own = $type =~ /\bstatic\b/ && $file =~ /\.c$/;
        $body{ $own ? "$file:$name" : $name } = [$file, $arguments, $body];
    }
}
cmp_ok scalar keys %body, '>', 300, 'the functions of the tree';

# What is to be a handler begins with on_ and has a signal's arguments.
my %handlers = map { $_ => 1 } grep {
    /:on_\w+$/ && $body{$_}[1] =~ /^int \w+(?:, siginfo_t \*\w+, void \*\w+)?$/
} keys %body;
cmp_ok scalar keys %handlers, '>=', 3, 'handlers: ' . join ' ', sort keys %handlers;
my @unknown;
for my $where (sort keys %body) {
    my ($file, $arguments, $text) = @{ $body{$where} };
    for ($text =~ /\bsa_(?:handler|sigaction) = (\w+)/g,
        $text =~ /\bsignals_worker\((\w+)\)/g) {
        push @unknown, "$where: $_" unless /^SIG_/ || $arguments =~ /\*$_\)/
            || $handlers{"$file:$_"} || $text =~ /\b$_ \?/
            || /^keep$/;
    }
}
is_deeply \@unknown, [], 'nothing else is one';

# unsafe(WHERE): what it calls, by whatever way, that it must not.
my %seen;

sub unsafe {
    my $where = shift;
    my ($file, undef, $text) = @{ $body{$where} };
    my @found;
    return if $seen{$where}++;
    for my $name ($text =~ /(?<![.>\w])([a-z_]\w*)\(/g) {
        my $ours = $body{"$file:$name"} ? "$file:$name"
            : $body{$name} ? $name : undef;
        push @found, $ours ? unsafe($ours) : $safe{$name} ? ()
            : "$where calls $name";
    }
    return @found;
}

for my $handler (sort keys %handlers) {
    %seen = ();
    is_deeply [unsafe($handler)], [], "$handler is safe";
    # The one that ends the process has nobody to leave it to.
    like $body{$handler}[2],
        qr/\bsaved = errno\b.*\berrno = saved\b|\bsignals_forbidden\(NULL\)/s,
        "$handler leaves errno as it was, or ends the process";
}
done_testing;
