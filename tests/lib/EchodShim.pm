# SPDX-License-Identifier: ISC
#
# EchodShim: system calls that misbehave on order.
#
#	my $shim = EchodShim->build;	# or the whole test is skipped
#	Echod->start(env => $shim->env, ...);
#	$shim->on('hold-recv');  $shim->entered('recv');  $shim->off(...);
#
# shim.c says what there is to order.  A flag is a file in a folder that the
# server and its unprivileged workers can write to.
package EchodShim;

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Temp ();
use Test::More;

use Echod;

sub build {
    my ($class) = @_;
    my $echod = $ENV{ECHOD} || 'echod';
    my $cc    = $ENV{CC}    || 'cc';
    plan skip_all => 'valgrind and a preloaded library do not mix'
      if $ENV{ECHOD_WRAPPER};
    my $self = bless { dir => File::Temp->newdir }, $class;
    chmod 0755, $self->{dir};
    my $flags = $self->{flags} = "$self->{dir}/flags";
    mkdir $flags;
    chmod 0777, $flags;
    $self->{first} = [ _sanitizers($echod) ];
    plan skip_all => 'the sanitizer in this echod is of no library'
      if Echod::has_sanitizer() && !@{ $self->{first} };
    my $source  = dirname(__FILE__) . '/shim.c';
    my $library = $self->{library} = "$self->{dir}/shim.so";
    my $output  = `$cc -shared -fPIC -O1 -o $library $source -ldl 2>&1`;
    plan skip_all => "no C compiler: $output" if $? != 0;
    return $self;
}

# The sanitizers' own libraries, which must come before any other.
sub _sanitizers {
    my ($file) = @_;
    return `ldd $file 2>&1` =~ /=> (\S+lib[at]san\S*) /g;
}

# What to add to the server's environment.
sub env {
    my ($self) = @_;
    return {
        LD_PRELOAD => join(' ', @{ $self->{first} }, $self->{library}),
        ECHOD_SHIM => $self->{flags},
    };
}

sub on {
    my ($self, $flag) = @_;
    open my $fh, '>', "$self->{flags}/$flag" or die "$flag: $!";
    close $fh;
    chmod 0666, "$self->{flags}/$flag";
    return;
}

sub off {
    my ($self, $flag) = @_;
    unlink "$self->{flags}/$flag";
    return;
}

sub is_on { my ($self, $flag) = @_; return -e "$self->{flags}/$flag" }

# The pids that are, or were, held in a call.
sub entered {
    my ($self, $call) = @_;
    my @pids = map { /\.(\d+)$/ } glob "$self->{flags}/entered-$call.*";
    return @pids;
}

1;
