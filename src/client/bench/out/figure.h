/* SPDX-License-Identifier: ISC */
/*
 * figure: the picture of a load, as a script for gnuplot.
 */
#ifndef ECHOC_FIGURE_H
#define ECHOC_FIGURE_H

#include <stdio.h>

struct result;
struct target;

/* The curve of percentiles: how many nines it has, and steps for each. */
enum { FIGURE_STEPS = 100, FIGURE_NINES = 7 };

/*
 * Write the script for three panels: latency by percentile (unless there are
 * too few echoes), rate over time, latency over time.  `picture` is the path of
 * the picture, and `data` that of a file with these blocks, by their index:
 *   0  1 / (1 - percentile), and response time in us
 *   1  for each interval begin and end in s, rate, p50, p99 and maximum in us,
 *      and errors per second; NaN for what is not known
 *   2  as 0, with the service time; only for an open loop
 */
void figure_script(FILE *, const char *data, const char *picture,
    const struct target *, const struct result *);

#endif
