# SPDX-License-Identifier: ISC
# rows: 72
#
# If this fails, clients that connect, send or close while a new generation
# takes over are refused, reset or get wrong bytes, so that an operator has to
# plan an outage for each change of the configuration.
use strict;
use warnings;

use Load;

Load::over_reloads(reloads => 10, rate => 50);
