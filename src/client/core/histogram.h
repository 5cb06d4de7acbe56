/* SPDX-License-Identifier: ISC */
/*
 * histogram: how often each duration was seen, in a fixed size.
 *
 * The layout is that of HdrHistogram with three significant digits: values
 * below 2048 ns have a counter each, and above that each power of two is cut
 * into 1024 counters, so that a value is known to within 0.1 %.  One thread
 * records; any other may read at the same time, as counters are only ever
 * raised, each by one relaxed store.  Histograms are added, never averaged.
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

struct histogram {
	uint64_t count; /* of all values, those over the range too */
	uint64_t over;	/* of those that no counter has */
	int64_t min;	/* exact, 0 when nothing was recorded */
	int64_t max;	/* exact, in or over the range */
	uint64_t sum;	/* exact; wraps after 584 years of waiting */
	uint64_t counter[HISTOGRAM_COUNTERS];
};

/* 99.9 % is 9990000: percentiles are exact decimals, never binary fractions. */
enum { PERCENT = 100000 };

/* An empty histogram is all zeros; histogram_new returns NULL with errno. */
struct histogram *histogram_new(void);

/* Count one value, in nanoseconds; a negative one counts as 0. */
void histogram_record(struct histogram *, int64_t ns);

/* Add what another has counted.  The other may be in use by its thread. */
void histogram_add(struct histogram *, const struct histogram *);

/*
 * Take away an earlier state of the same histogram, so that what was recorded
 * since remains.  The extremes of that time are not known: min and max become
 * the edges of the outermost counters in use, or stay what they are for the
 * whole where that is closer (as max always is over the range).
 */
void histogram_subtract(struct histogram *, const struct histogram *earlier);

/*
 * The value that `percentile` (in units of 1/PERCENT percent) of all values do
 * not exceed: the upper edge of the counter in which the rank
 * ceil(p * count / 100) lies, never above max.  0 when empty.
 */
int64_t histogram_percentile(const struct histogram *, uint32_t percentile);

/*
 * Whether at least `above` values lie above that rank: a percentile that
 * rests on fewer is noise.
 */
bool histogram_supports(const struct histogram *, uint32_t percentile,
    uint64_t above);

/* Sum over count; 0 when empty. */
double histogram_mean(const struct histogram *);

/* The standard deviation, from the middles of the counters. */
double histogram_deviation(const struct histogram *);

/* The lowest and highest value that share a counter's place. */
int64_t histogram_low(size_t index);
int64_t histogram_high(size_t index);

/* The counter's place for a value; HISTOGRAM_COUNTERS when over the range. */
size_t histogram_index(int64_t ns);

#endif
