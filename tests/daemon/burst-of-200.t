# SPDX-License-Identifier: ISC
#
# If this fails, the pool does not grow fast enough: of 200 clients that
# connect at once to the default five workers, some wait for seconds.
#
# alone: measures how soon 200 clients are served
use strict;
use warnings;

use Load;

# Seconds, in the best round: a machine can be busy.
Load::bursts(
    clients => 200,
    options => [],
    best    => 0.25,
);
