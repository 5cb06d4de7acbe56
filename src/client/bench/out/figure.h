/* SPDX-License-Identifier: ISC */
/*
 * figure: the picture of a load, as a script for gnuplot.  Decides what is shown
 * and how it looks; runs nothing.
 */
#ifndef ECHOC_FIGURE_H
#define ECHOC_FIGURE_H

#include <stdio.h>

struct result;
struct target;

/* The curve of percentiles has so many steps for each of so many nines. */
enum { FIGURE_STEPS = 100, FIGURE_NINES = 7 };

/*
 * The script: latency by percentile, unless there are too few echoes for any,
 * and rate and latency over the time.  `picture` is the path of what it draws,
 * and `data` that of a file of blocks, the index of gnuplot:
 *   0  nines, 1 / (1 - p), and response time in us
 *   1  of each interval begin and end in s, rate, p50, p99 and maximum in us,
 *      and errors a second; NaN for what is not known
 *   2  as 0, the service time; of an open loop only
 */
void figure_script(FILE *, const char *data, const char *picture,
    const struct target *, const struct result *);

#endif
