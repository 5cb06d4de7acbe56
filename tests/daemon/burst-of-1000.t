# SPDX-License-Identifier: ISC
#
# If this fails, the pool does not grow fast enough: of 1,000 clients that
# connect at once to five workers of at most 2,000, some wait for seconds.
#
# alone: measures how soon 1,000 clients are served
use strict;
use warnings;

use Load;

# Seconds, in the best round: a machine can be busy.
Load::bursts(
    clients => 1000,
    options => ['-o', 'workers.max=2000'],
    best    => 1,
);
