# SPDX-License-Identifier: ISC
#
# Shim: system calls that misbehave on order, in an echod that is started for
# that.
#
#	my $shim = Shim->build;	# or the whole test is skipped
#	Echod->start(env => $shim->env, ...);
#	$shim->on('hold-recv');  $shim->entered('recv');  $shim->off(...);
#
# shim.c says what there is to order.  A flag is a file in a folder that the
# server and its unprivileged workers can write to.
package Shim;

use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

use Clock;
use Files;
use Machine;

# build(NAME): with the library NAME.c, which is shim.c if not told.
sub build {
    my ($class, $name) = @_;
    $name //= 'shim';
    my $cc = $ENV{CC} || 'cc';
    plan(skip_all => 'valgrind and a preloaded library do not mix')
        if @Machine::WRAPPER;
    my $dir = Files::new_dir();
    $Machine::ECHOD = $Machine::ECHOD_DYNAMIC;
    my $self = bless { dir => $dir, flags => "$dir/flags" }, $class;
    mkdir $self->{flags};
    chmod 0777, $self->{flags};
    # The sanitizers' own libraries, which must come before any other.
    my @first = `ldd $Machine::ECHOD 2>&1` =~ /=> (\S+lib[at]san\S*) /g;
    plan(skip_all => 'the sanitizer in this echod is of no library')
        if Machine::has_sanitizer() && !@first;
    my $source = dirname(__FILE__) . "/$name.c";
    my $output = `$cc -shared -fPIC -O1 -o $dir/$name.so $source -ldl 2>&1`;
    plan(skip_all => "no C compiler: $output") if $? != 0;
    $self->{preload} = join ' ', @first, "$dir/$name.so";
    return $self;
}

# env(NAME => VALUE, ...): what to add to the environment of the server.
sub env {
    my ($self, %more) = @_;
    return { LD_PRELOAD => $self->{preload}, ECHOD_SHIM => $self->{flags},
        %more };
}

# on(FLAG), off(FLAG), is_on(FLAG): give an order, take it back, see whether it
# is in force.
sub on    { return Files::spew("$_[0]{flags}/$_[1]", '') }
sub off   { return unlink "$_[0]{flags}/$_[1]" }
sub is_on { return -e "$_[0]{flags}/$_[1]" }

# entered(CALL): the pids that are, or were, held in a call.
sub entered {
    my ($self, $call) = @_;
    return map { /\.(\d+)$/ } glob "$self->{flags}/entered-$call.*";
}

# hold_loader(ECHOD): a reload whose loader hangs in a name service, until
# off('hold-getaddrinfo').  Returns its pid.
sub hold_loader {
    my ($self, $d) = @_;
    $self->on('hold-getaddrinfo');
    $d->signal('HUP');
    Clock::until(sub { $self->entered('getaddrinfo') });
    return ($self->entered('getaddrinfo'))[0];
}

1;
