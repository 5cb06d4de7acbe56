# SPDX-License-Identifier: ISC
#
# If this fails, the program was built without one of the defences that
# configure found the compiler to have.
use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

use Files;
use Machine;

Machine::needs('readelf');
my $makefile = Files::slurp(($ENV{ECHOD_BUILDDIR} // 'build') . '/Makefile');
plan skip_all => 'not run by make check' unless defined $makefile;
plan skip_all => 'sanitizers have their own defences'
    if Machine::has_sanitizer();

# What configure decided to use, as it is in the Makefile.
sub uses {
    my ($flag) = @_;
    return $makefile =~ /^(?:HARDEN_\w+|AM_\w+FLAGS) = .*\Q$flag\E/m;
}

sub check {
    my ($file) = @_;
    my $header  = `readelf -hW '$file'`;
    my $program = `readelf -lW '$file'`;
    my $dynamic = `readelf -dW '$file'`;
    my $symbols = `readelf -sW '$file'`;
    my $static  = $program !~ /INTERP/;
    my @defences = (
        ['-pie', 'position independent', $header =~ /Type:\s+DYN/],
        ['-Wl,-z,relro', 'relocations read-only', $program =~ /GNU_RELRO/],
        # A static program has no other time.
        ['-Wl,-z,now', 'all of them, at the start',
            $static || $dynamic =~ /BIND_NOW|FLAGS_1.*\bNOW\b/],
        ['-Wl,-z,noexecstack', 'no code on the stack',
            $program =~ /GNU_STACK(?:\s+0x[0-9a-f]+){5}\s+RW\s/],
        ['-fstack-protector-strong', 'stack protector',
            $symbols =~ /__stack_chk_fail/],
        ['-D_FORTIFY_SOURCE', 'checked library calls',
            $symbols =~ /__v?snprintf_chk/],
    );
    for my $defence (@defences) {
        my ($flag, $what, $found) = @$defence;
      SKIP: {
            skip "not with this compiler: $flag", 1 unless uses($flag);
            ok($found, "$file: $what");
        }
    }
    unlike($dynamic, qr/R(?:UN)?PATH/,
        "$file: libraries come from the system alone");
    # A static program would look for shared libraries to do these.
    is_deeply([$symbols =~ /\b(getaddrinfo|getnameinfo|get(?:pw|gr)nam)\b/g],
        [], "$file: no name service")
        if $file =~ m{/echod$};
}

check($Machine::ECHOD);
check(dirname($Machine::ECHOD) . '/echod-load');
done_testing;
