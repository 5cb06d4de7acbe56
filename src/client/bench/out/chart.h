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
 * Draw at most CHART_ROWS rows of equal ratio up to the 99.9th percentile, and
 * one up to the largest value: upper edge (both edges if the last row is
 * wider), bar, count, percentage.  Bars are blocks in UTF-8, else '#'.
 * `width`: the columns of the terminal.
 */
void chart_print(FILE *, const struct histogram *, unsigned width, bool utf8);

#endif
