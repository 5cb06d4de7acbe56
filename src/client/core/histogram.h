/* SPDX-License-Identifier: ISC */
/*
 * histogram: counts durations, in the layout of HdrHistogram with three
 * significant digits: values below 2048 ns have a counter each, above that each
 * power of two is cut into 1024, so that a value is known to within 0.1 %.  One
 * thread records while others read.  Histograms are added, never averaged.
 *
 * It is our own because the systems that we build on have no package of the C
 * library HdrHistogram.
 */
#ifndef ECHOC_HISTOGRAM_H
#define ECHOC_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HISTOGRAM_HALF_BITS = 10,
	HISTOGRAM_HALF = 1 << HISTOGRAM_HALF_BITS,
	/* 1 ns to 39 h, the power of two above the longest time-out. */
	HISTOGRAM_COUNTERS = 38 * HISTOGRAM_HALF,
};

/* An empty histogram is all zeros. */
struct histogram {
	uint64_t count; /* of all values, also those over the range */
	uint64_t over;	/* of the values over the range, without a counter */
	int64_t min;	/* exact; 0 when empty */
	int64_t max;	/* exact, also over the range */
	uint64_t sum;	/* exact; wraps after 584 years */
	uint64_t counter[HISTOGRAM_COUNTERS];
};

/* Percentages are integers, so that 99.9 % is exact: 9990000. */
enum { PERCENT = 100000 };

/* Count one value, in nanoseconds; a negative one counts as 0. */
void histogram_record(struct histogram *, int64_t ns);

/* Add another histogram, into which its thread may be recording. */
void histogram_add(struct histogram *, const struct histogram *);

/*
 * Subtract an earlier state of the same histogram.  As the exact extremes since
 * are not known, min and max become the edges of the outermost counters in use,
 * unless those of the whole are closer.
 */
void histogram_subtract(struct histogram *, const struct histogram *earlier);

/*
 * The duration that `percentile` (in units of 1/PERCENT percent) of all values
 * do not exceed: the upper edge of the counter in which the value of rank
 * ceil(p * count / 100) lies, at most max.  0 when empty.
 */
int64_t histogram_percentile(const struct histogram *, uint32_t percentile);

/* Whether at least `above` values have a higher rank; fewer are noise. */
bool histogram_supports(const struct histogram *, uint32_t percentile,
    uint64_t above);

/* Sum over count; 0 when empty. */
double histogram_mean(const struct histogram *);

/* The standard deviation, computed from the middles of the counters. */
double histogram_deviation(const struct histogram *);

/* The lowest and the highest value that a counter counts. */
int64_t histogram_low(size_t index);
int64_t histogram_high(size_t index);

/* The index of the counter of a value; HISTOGRAM_COUNTERS over the range. */
size_t histogram_index(int64_t ns);

#endif
