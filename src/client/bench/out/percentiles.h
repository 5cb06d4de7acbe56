/* SPDX-License-Identifier: ISC */
/*
 * percentiles: a histogram as a table of percentiles, in the text format of
 * HdrHistogram, which other programs can plot.
 */
#ifndef ECHOC_PERCENTILES_H
#define ECHOC_PERCENTILES_H

#include <stdio.h>

struct histogram;

/*
 * Write rows of value (in microseconds), percentile (0 to 1), count up to there
 * and 1 / (1 - percentile), with five rows for each halving of the distance to
 * 1; then mean, deviation, maximum and count.  The first line is a comment
 * ("#...") with `title`.
 */
void percentiles_print(FILE *, const struct histogram *, const char *title);

#endif
