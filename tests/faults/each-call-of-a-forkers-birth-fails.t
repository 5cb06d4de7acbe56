# SPDX-License-Identifier: ISC
# rows: 96
#
# If this fails, a forker whose preparation meets an error makes workers without
# a part of it, or is not made again when the error is over.
#
# slow: has fifty of them made in vain
use strict;
use warnings;

use Birth;
use Test::More;
use Tracer;

Tracer::needs();
Birth::sweep('forker');
done_testing;
