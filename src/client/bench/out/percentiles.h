/* SPDX-License-Identifier: ISC */
/*
 * percentiles: a histogram as a table in the text format of HdrHistogram.
 */
#ifndef ECHOC_PERCENTILES_H
#define ECHOC_PERCENTILES_H

#include <stdio.h>

struct histogram;

/*
 * Write rows of value (us), percentile (0 to 1), count and 1 / (1 -
 * percentile), five for each halving of the distance to 1; then mean,
 * deviation, maximum and count.  The first line is "# title".
 */
void percentiles_print(FILE *, const struct histogram *, const char *title);

#endif
