/* SPDX-License-Identifier: ISC */
/*
 * percentiles: a histogram as a table of percentiles, in the text form that
 * plotters for HdrHistogram read.
 */
#ifndef ECHOC_PERCENTILES_H
#define ECHOC_PERCENTILES_H

#include <stdio.h>

struct histogram;

/*
 * Write value (in microseconds), percentile (0 to 1), count up to there and
 * 1 / (1 - percentile), five steps for each halving of what is left, and the
 * closing lines with mean, deviation, maximum and count.  The first line is a
 * comment ("#...") with `title`.
 */
void percentiles_print(FILE *, const struct histogram *, const char *title);

#endif
