# SPDX-License-Identifier: ISC
#
# Hostile: an echod whose workers do evil when a client tells them to, as if
# that client had taken them over.
#
#	my $hostile = Hostile->build;	# or the whole test is skipped
#	my $d = $hostile->start(...);	# as of Echod
#	is($hostile->order($d, 'shut-log'), 'ok', 'a worker does it');
#
# hostile.c says what there is to do.
package Hostile;

use strict;
use warnings;

use Client;
use Echod;
use Shim;

our @ISA = qw(Shim);

sub build { return $_[0]->SUPER::build('hostile') }

# start(%args): an echod with such workers.  No filter of system calls keeps them
# from anything, unless another one is asked for.
sub start {
    my ($self, %arg) = @_;
    return Echod->start(%arg, env => $self->env, options =>
        ['-o', 'sandbox=off', @{ $arg{options} // [] }]);
}

# order(ECHOD, DEED, NUMBER...): have one of its workers do this.  Returns 'ok',
# or why the worker could not; undef or less when it did not live to say so.
sub order {
    my ($self, $d, @words) = @_;
    return Client::echo_once($d->port, "hostile @words");
}

1;
