/* SPDX-License-Identifier: ISC */
/*
 * chart: a histogram drawn with characters, for the terminal.
 */
#ifndef ECHOC_CHART_H
#define ECHOC_CHART_H

#include <stdbool.h>
#include <stdio.h>

struct histogram;

enum { CHART_ROWS = 20 };

/*
 * Draw at most CHART_ROWS rows: ranges of equal ratio from the smallest value
 * to the 99.9th percentile, and one last row to the largest.  Each row has its
 * upper edge with the unit, a bar, the count and its percentage; the last one,
 * if it is wider than the others, has both edges.  `width` is
 * the columns of the terminal.  Bars are of eighths of blocks in UTF-8, else
 * of '#'.  Nothing is drawn for an empty histogram.
 */
void chart_print(FILE *, const struct histogram *, unsigned width, bool utf8);

#endif
