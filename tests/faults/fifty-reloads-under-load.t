# SPDX-License-Identifier: ISC
# rows: 72
#
# If this fails, in one of many reloads a client is refused, reset or gets
# wrong bytes while a new generation takes over.
#
# slow: reloads fifty times while all processors are busy
use strict;
use warnings;

use Load;

Load::over_reloads(reloads => 50);
