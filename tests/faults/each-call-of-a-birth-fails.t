# SPDX-License-Identifier: ISC
# rows: 96
#
# If this fails, a worker or a logger whose preparation meets an error
# serves without a part of it, or is not made again when the error is over.
#
# slow: has fifty workers and loggers made in vain
use strict;
use warnings;

use Birth;
use Test::More;
use Tracer;

Tracer::needs();
Birth::sweep($_) for qw(worker logger);
done_testing;
