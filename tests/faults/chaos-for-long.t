# SPDX-License-Identifier: ISC
# rows: 127
#
# If this fails, faults that are harmless alone harm a client, the master or the
# next reload when they come together.
#
# soak: makes faults for ten minutes
use strict;
use warnings;

use Chaos;
use Test::More;

# 24 a minute.
Chaos::run(seconds => 600, faults => 240);
done_testing;
