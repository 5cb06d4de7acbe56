# SPDX-License-Identifier: ISC
#
# If this fails, an installed program lacks one of the defences that configure
# found the compiler to have.
use strict;
use warnings;

use File::Basename qw(basename);
use File::Find ();
use Test::More;

use Files;
use Machine;

Machine::needs('readelf');
my $build = $ENV{ECHOD_BUILDDIR} // 'build';
my $makefile = Files::slurp("$build/Makefile");
plan skip_all => 'not run by make check' unless defined $makefile;
plan skip_all => 'sanitizers have their own defences'
    if Machine::has_sanitizer();

# What configure decided to use, as it is in the Makefile.
sub uses {
    my ($flag) = @_;
    return $makefile =~ /^(?:HARDEN_\w+|PIE_LDFLAGS|AM_\w+FLAGS) = .*\Q$flag\E/m;
}

# The linker keeps the mark only if the C library has it, too.
chomp(my $crt = `${\ ($ENV{CC} || 'cc')} -print-file-name=crt1.o`);
my $marked = `readelf -nW '$crt' 2>&1` =~ /x86 feature: IBT, SHSTK/;

sub check {
    my ($file) = @_;
    my $name    = basename($file);
    my $header  = `readelf -hW '$file'`;
    my $program = `readelf -lW '$file'`;
    my $dynamic = `readelf -dW '$file'`;
    my $symbols = `readelf -sW '$file'`;
    my $notes   = `readelf -nW '$file'`;
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
            ok($found, "$name: $what");
        }
    }
  SKIP: {
        skip 'not with this C library: control-flow protection', 1
            unless uses('-fcf-protection=full') && $marked;
        like($notes, qr/x86 feature: IBT, SHSTK/,
            "$name: control-flow protection");
    }
    unlike($dynamic, qr/R(?:UN)?PATH/,
        "$name: libraries come from the system alone");
    unlike($program, qr/^\s+LOAD(?:\s+0x[0-9a-f]+){5}\s+RWE/m,
        "$name: no memory is both writable and executable");
    # A static program would look for shared libraries to do these.
    is_deeply([$symbols =~ /\b(getaddrinfo|getnameinfo|get(?:pw|gr)nam)\b/g],
        [], "$name: no name service")
        if $name eq 'echod';
}

# All programs that there are in an installation, whatever their names.
my $root = Files::new_dir();
{
    delete local @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};
    system("make -s -C '$build' install DESTDIR='$root' >'$root/log' 2>&1") == 0
        or diag(Files::slurp("$root/log"));
}
my @programs;
File::Find::find({
    wanted   => sub {
        push @programs, $_
            if -f && -x && (Files::slurp($_) // '') =~ /\A\x7fELF/;
    },
    no_chdir => 1,
}, $root);
my $http = (Files::slurp("$build/autoconf.h") // '') =~
    /^#define HAVE_MICROHTTPD 1$/m;
is_deeply([sort map { basename($_) } @programs],
    [qw(echoc echod echod-load), $http ? 'echod-report' : (), 'echodctl'],
    'the programs of an installation');
check($_) for sort @programs;
done_testing;
