# SPDX-License-Identifier: ISC
#
# If this fails, the program was built without one of the defences that
# configure found the compiler to have.
use strict;
use warnings;

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

my $header  = `readelf -hW '$Machine::ECHOD'`;
my $program = `readelf -lW '$Machine::ECHOD'`;
my $dynamic = `readelf -dW '$Machine::ECHOD'`;
my $symbols = `readelf --dyn-syms -W '$Machine::ECHOD'`;
my @defences = (
    ['-pie', 'position independent', $header =~ /Type:\s+DYN/],
    ['-Wl,-z,relro', 'relocations read-only', $program =~ /GNU_RELRO/],
    ['-Wl,-z,now', 'all of them, at the start',
        $dynamic =~ /BIND_NOW|FLAGS_1.*\bNOW\b/],
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
        ok($found, $what);
    }
}
unlike(`readelf -dW '$Machine::ECHOD'`, qr/R(?:UN)?PATH/,
    'libraries come from the system alone');
done_testing;
