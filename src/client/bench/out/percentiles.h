/* SPDX-License-Identifier: ISC */
/*
 * spectrum: a histogram as a table of percentiles, in the text form that
 * plotters for HdrHistogram read.
 */
#ifndef ECHOC_SPECTRUM_H
#define ECHOC_SPECTRUM_H

#include <stdio.h>

struct histogram;

/*
 * Write value (in microseconds), percentile (0 to 1), count up to there and
 * 1 / (1 - percentile), five steps for each halving of what is left, and the
 * closing lines with mean, deviation, maximum and count.  The first line is a
 * comment ("#...") with `title`.
 */
void spectrum_print(FILE *, const struct histogram *, const char *title);

#endif
