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
 * to the 99.9th percentile, and a last row up to the largest value.  A row has
 * its upper edge with the unit, a bar, the count and its percentage; the last
 * one has both edges if it is wider than the others.  `width` is the columns of
 * the terminal.  Bars consist of eighths of blocks in UTF-8, else of '#'.  An
 * empty histogram draws nothing.
 */
void chart_print(FILE *, const struct histogram *, unsigned width, bool utf8);

#endif
