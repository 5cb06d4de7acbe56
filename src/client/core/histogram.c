/* SPDX-License-Identifier: ISC */
#include "client/core/histogram.h"

#include <math.h>

/* Atomic for the other threads that read; plain for the processor. */
#define LOAD(from) __atomic_load_n(&(from), __ATOMIC_RELAXED)
#define STORE(to, value) __atomic_store_n(&(to), value, __ATOMIC_RELAXED)
#define RAISE(counter, n) STORE(counter, LOAD(counter) + (n))

/* How far a value is shifted right to lie between 1024 and 2047. */
static inline unsigned
shift_of(uint64_t ns)
{
	uint64_t small = 2 * HISTOGRAM_HALF - 1;

	return 63 - HISTOGRAM_HALF_BITS - (unsigned)__builtin_clzll(ns | small);
}

size_t
histogram_index(int64_t ns)
{
	uint64_t value = ns > 0 ? (uint64_t)ns : 0;
	unsigned shift = shift_of(value);
	uint64_t index = ((uint64_t)shift << HISTOGRAM_HALF_BITS) +
	    (value >> shift);

	return index < HISTOGRAM_COUNTERS ? index : HISTOGRAM_COUNTERS;
}

/* The same for the values of a counter. */
static unsigned
shift_at(size_t index)
{
	return index < (size_t)2 * HISTOGRAM_HALF ?
	    0 :
	    (unsigned)(index >> HISTOGRAM_HALF_BITS) - 1;
}

void
histogram_record(struct histogram *h, int64_t ns)
{
	size_t index = histogram_index(ns);

	if (ns < 0)
		ns = 0;
	if (ns > h->max)
		STORE(h->max, ns);
	if (ns < h->min || h->count == 0)
		STORE(h->min, ns);
	RAISE(h->sum, (uint64_t)ns);
	if (index < HISTOGRAM_COUNTERS)
		RAISE(h->counter[index], 1);
	else
		RAISE(h->over, 1);
	RAISE(h->count, 1);
}

void
histogram_add(struct histogram *h, const struct histogram *other)
{
	size_t first = HISTOGRAM_COUNTERS, last = 0;
	uint64_t over = LOAD(other->over), added = over;
	int64_t min, max;

	/*
	 * The other thread may be recording: the sum of the counters that were
	 * read here is consistent, other->count may not be.
	 */
	for (size_t i = 0; i < HISTOGRAM_COUNTERS; i++) {
		uint64_t n = LOAD(other->counter[i]);

		if (n == 0)
			continue;
		if (first == HISTOGRAM_COUNTERS)
			first = i;
		last = i;
		RAISE(h->counter[i], n);
		added += n;
	}
	if (added == 0)
		return;
	if (over > 0)
		last = HISTOGRAM_COUNTERS;
	/* The extremes that go with these counters may not be visible yet. */
	min = LOAD(other->min);
	max = LOAD(other->max);
	if (min < histogram_low(first))
		min = histogram_low(first);
	if (max < histogram_low(last))
		max = histogram_low(last);
	if (h->count == 0 || min < h->min)
		STORE(h->min, min);
	if (max > h->max)
		STORE(h->max, max);
	RAISE(h->over, over);
	RAISE(h->sum, LOAD(other->sum));
	RAISE(h->count, added);
}

void
histogram_subtract(struct histogram *h, const struct histogram *earlier)
{
	size_t first = HISTOGRAM_COUNTERS, last = 0;

	for (size_t i = 0; i < HISTOGRAM_COUNTERS; i++) {
		h->counter[i] -= LOAD(earlier->counter[i]);
		if (h->counter[i] == 0)
			continue;
		if (first == HISTOGRAM_COUNTERS)
			first = i;
		last = i;
	}
	h->over -= LOAD(earlier->over);
	h->sum -= LOAD(earlier->sum);
	h->count -= LOAD(earlier->count);
	if (h->count == 0) {
		h->min = 0;
		h->max = 0;
		return;
	}
	if (h->min < histogram_low(first))
		h->min = histogram_low(first);
	if (h->over == 0 && h->max > histogram_high(last))
		h->max = histogram_high(last);
}

/* In integers, as a rank that is off by one is a wrong percentile. */
static uint64_t
rank_of(uint64_t count, uint32_t percentile)
{
	uint64_t all = UINT64_C(100) * PERCENT;
	uint64_t part = percentile < all ? percentile : all;
	uint64_t rank;

	rank = count / all * part + (count % all * part + all - 1) / all;
	return rank > 0 ? rank : 1;
}

int64_t
histogram_percentile(const struct histogram *h, uint32_t percentile)
{
	uint64_t rank = rank_of(h->count, percentile), seen = 0;

	if (h->count == 0)
		return 0;
	for (size_t i = 0; i < HISTOGRAM_COUNTERS; i++) {
		seen += h->counter[i];
		if (seen >= rank) {
			int64_t high = histogram_high(i);

			return high < h->max ? high : h->max;
		}
	}
	return h->max;
}

bool
histogram_supports(const struct histogram *h, uint32_t percentile,
    uint64_t above)
{
	return h->count > 0 &&
	    h->count - rank_of(h->count, percentile) >= above;
}

double
histogram_mean(const struct histogram *h)
{
	return h->count > 0 ? (double)h->sum / (double)h->count : 0;
}

static double
middle(size_t index)
{
	double low = (double)histogram_low(index);

	return low + ((double)histogram_high(index) - low) / 2;
}

double
histogram_deviation(const struct histogram *h)
{
	double mean, squares, count = (double)h->count;

	if (h->count == 0)
		return 0;
	/* By the mean of the middles: by the exact one, equal values differ. */
	mean = (double)h->over * (double)h->max;
	for (size_t i = 0; i < HISTOGRAM_COUNTERS; i++)
		mean += (double)h->counter[i] * middle(i);
	mean /= count;
	squares = (double)h->over * pow((double)h->max - mean, 2);
	for (size_t i = 0; i < HISTOGRAM_COUNTERS; i++)
		squares += (double)h->counter[i] * pow(middle(i) - mean, 2);
	return sqrt(squares / count);
}

int64_t
histogram_low(size_t index)
{
	unsigned shift = shift_at(index);
	uint64_t within = index - ((size_t)shift << HISTOGRAM_HALF_BITS);

	return (int64_t)(within << shift);
}

int64_t
histogram_high(size_t index)
{
	return histogram_low(index) + (INT64_C(1) << shift_at(index)) - 1;
}
