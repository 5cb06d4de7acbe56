# SPDX-License-Identifier: ISC
#
# If this fails, the pool does not grow with its clients: of 200 that come at
# once on the default five workers, some wait for seconds.
#
# run-test: alone
use strict;
use warnings;

use EchodBurst;

# Seconds: in the best round, for a machine can be busy, and in each.
EchodBurst::rounds(
    clients => 200,
    options => [],
    best    => 0.25,
    each    => 1,
);
