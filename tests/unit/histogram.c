/* SPDX-License-Identifier: ISC */
/* histogram: its results are those of a sorted list, within 0.1 %. */
#include "check.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>

#include "client/core/histogram.h"

#define OVER (INT64_C(1) << 47) /* the first value over the range */

enum { SAMPLES = 20000 };

static const uint32_t percentiles[] = { 0, 1, 1 * PERCENT, 10 * PERCENT,
	25 * PERCENT, 50 * PERCENT, 75 * PERCENT, 90 * PERCENT, 95 * PERCENT,
	99 * PERCENT, 9990000, 9999000, 9999999, 100 * PERCENT };

static struct histogram *new (void)
{
	struct histogram *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	return h;
}

/* Above 0 and below 1. */
static double
fraction(uint32_t *seed)
{
	return check_random(seed) / 4294967296.0;
}

static int64_t
uniform(uint32_t *seed)
{
	return (int64_t)(fraction(seed) * 5e6);
}

static int64_t
exponential(uint32_t *seed)
{
	return (int64_t)(-log(fraction(seed)) * 250e3);
}

static int64_t
two_modes(uint32_t *seed)
{
	double middle = check_random(seed) % 10 == 0 ? 40e6 : 120e3;

	return (int64_t)(middle * (0.9 + fraction(seed) / 5));
}

static int64_t
constant(uint32_t *seed)
{
	(void)seed;
	return 123457;
}

static int64_t
powers(uint32_t *seed)
{
	int64_t power = INT64_C(1) << check_random(seed) % 36;

	return power + check_random(seed) % 3 - 1;
}

static int64_t
every_size(uint32_t *seed)
{
	return (int64_t)exp(fraction(seed) * log((double)OVER));
}

static int64_t
over_too(uint32_t *seed)
{
	return (int64_t)exp(fraction(seed) * log(1e13));
}

static const struct {
	const char *name;
	int64_t (*draw)(uint32_t *seed);
} kinds[] = {
	{ "uniform", uniform },
	{ "exponential", exponential },
	{ "two modes", two_modes },
	{ "constant", constant },
	{ "powers of two", powers },
	{ "every size", every_size },
	{ "over the range too", over_too },
};

static int
compare(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The same rank by another way: long double has all the digits. */
static size_t
exact_rank(size_t count, uint32_t percentile)
{
	long double rank = ceill(
	    (long double)percentile * (long double)count / (100.0L * PERCENT));

	return rank < 1 ? 1 : (size_t)rank;
}

static void
check_samples(const char *name, uint32_t seed, int64_t *sorted, size_t n)
{
	struct histogram *h = new ();
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		histogram_record(h, sorted[i]);
		sum += (uint64_t)sorted[i];
	}
	qsort(sorted, n, sizeof(*sorted), compare);
	CHECK(h->count == n, "%s, seed %" PRIu32, name, seed);
	CHECK(h->sum == sum, "%s, seed %" PRIu32, name, seed);
	CHECK(h->min == sorted[0], "%s, seed %" PRIu32, name, seed);
	CHECK(h->max == sorted[n - 1], "%s, seed %" PRIu32, name, seed);
	for (size_t i = 0; i < COUNT(percentiles); i++) {
		size_t rank = exact_rank(n, percentiles[i]);
		int64_t exact = sorted[rank - 1];
		int64_t is = histogram_percentile(h, percentiles[i]);
		int64_t most = exact < OVER ? exact + exact / 1000 : h->max;

		CHECK(is >= exact && is <= most && is <= h->max,
		    "%s, seed %" PRIu32 ", n %zu, %" PRIu32 ": %" PRId64
		    " for %" PRId64,
		    name, seed, n, percentiles[i], is, exact);
	}
	free(h);
}

static void
agrees_with_a_sorted_list(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 10, 999, 1000, 1001, SAMPLES };
	static int64_t values[SAMPLES];

	(void)state;
	for (size_t kind = 0; kind < COUNT(kinds); kind++)
		for (size_t k = 0; k < COUNT(sizes); k++) {
			uint32_t seed = (uint32_t)(1000 + 100 * kind + k);
			uint32_t random = seed;

			for (size_t i = 0; i < sizes[k]; i++)
				values[i] = kinds[kind].draw(&random);
			check_samples(kinds[kind].name, seed, values, sizes[k]);
		}
}

static void
mean_and_deviation(void **state)
{
	struct histogram *h = new ();
	uint32_t seed = 77, random = seed;

	(void)state;
	assert_true(histogram_mean(h) == 0 && histogram_deviation(h) == 0);
	histogram_record(h, 123456789);
	histogram_record(h, 123456789);
	assert_true(histogram_mean(h) == 123456789);
	assert_true(histogram_deviation(h) == 0);
	free(h);
	h = new ();
	/* 10, 20: exact, as each has its counter. */
	histogram_record(h, 10);
	histogram_record(h, 20);
	assert_true(histogram_mean(h) == 15 && histogram_deviation(h) == 5);
	free(h);
	h = new ();
	/* Its mean and deviation are the same number. */
	for (int i = 0; i < 100000; i++)
		histogram_record(h, exponential(&random));
	CHECK(fabs(histogram_mean(h) - 250e3) < 5e3, "seed %" PRIu32, seed);
	CHECK(fabs(histogram_deviation(h) - 250e3) < 5e3, "seed %" PRIu32,
	    seed);
	free(h);
}

static void
merged_is_recorded_in_one(void **state)
{
	struct histogram *all = new (), *merged = new (), *parts[7];

	(void)state;
	for (size_t kind = 0; kind < COUNT(kinds); kind++) {
		uint32_t random = (uint32_t)(500 + kind);

		parts[kind] = new ();
		for (int i = 0; i < 3000; i++) {
			int64_t ns = kinds[kind].draw(&random);

			histogram_record(parts[kind], ns);
			histogram_record(all, ns);
		}
	}
	for (size_t kind = 0; kind < COUNT(kinds); kind++) {
		histogram_add(merged, parts[kind]);
		free(parts[kind]);
	}
	assert_memory_equal(merged, all, sizeof(*all));
	free(merged);
	/* An empty one changes nothing, whichever it is. */
	merged = new ();
	histogram_add(all, merged);
	histogram_add(merged, all);
	assert_memory_equal(merged, all, sizeof(*all));
	free(merged);
	free(all);
}

static void
nothing_recorded(void **state)
{
	struct histogram *h = new ();

	(void)state;
	assert_true(h->count == 0 && h->min == 0 && h->max == 0);
	for (size_t i = 0; i < COUNT(percentiles); i++) {
		assert_int_equal(histogram_percentile(h, percentiles[i]), 0);
		assert_false(histogram_supports(h, percentiles[i], 0));
		assert_false(histogram_supports(h, percentiles[i], 1));
	}
	free(h);
}

static void
over_the_range(void **state)
{
	struct histogram *h = new ();

	(void)state;
	histogram_record(h, OVER - 1);
	assert_int_equal(h->over, 0);
	assert_int_equal(histogram_percentile(h, 100 * PERCENT), OVER - 1);
	histogram_record(h, OVER);
	histogram_record(h, INT64_C(3600000000000000));
	histogram_record(h, OVER + 5);
	assert_int_equal(h->over, 3);
	assert_int_equal(h->count, 4);
	assert_int_equal(h->min, OVER - 1);
	assert_int_equal(h->max, INT64_C(3600000000000000));
	assert_int_equal(h->sum, UINT64_C(3600000000000000) + 3 * OVER + 4);
	assert_int_equal(histogram_percentile(h, 25 * PERCENT), OVER - 1);
	assert_int_equal(histogram_percentile(h, 25 * PERCENT + 1), h->max);
	assert_int_equal(histogram_percentile(h, 100 * PERCENT), h->max);
	histogram_record(h, INT64_MAX);
	assert_int_equal(h->max, INT64_MAX);
	assert_int_equal(histogram_percentile(h, 99 * PERCENT), INT64_MAX);
	free(h);
}

/* The longest time-out is a day, and a load that cannot keep up takes longer.
 */
static void
hours_are_in_the_range(void **state)
{
	static const int64_t seconds[] = { 60, 69, 100, 137, 3600, 3610, 43200,
		86400, 100000, 140000 };
	struct histogram *h = new ();

	(void)state;
	for (size_t i = 0; i < COUNT(seconds); i++) {
		int64_t ns = seconds[i] * 1000000000;
		size_t at = histogram_index(ns);

		CHECK(at < HISTOGRAM_COUNTERS, "%" PRId64 " s", seconds[i]);
		CHECK(histogram_low(at) <= ns && histogram_high(at) >= ns,
		    "%" PRId64 " s", seconds[i]);
		histogram_record(h, ns);
		CHECK(h->counter[at] == 1, "%" PRId64 " s", seconds[i]);
	}
	assert_int_equal(h->over, 0);
	for (size_t i = 0; i < COUNT(seconds); i++) {
		uint32_t percentile = (uint32_t)(i + 1) * 10 * PERCENT;
		int64_t ns = seconds[i] * 1000000000;
		int64_t is = histogram_percentile(h, percentile);

		CHECK(is >= ns && is <= ns + ns / 1000,
		    "%" PRId64 " s: %" PRId64, seconds[i], is);
	}
	free(h);
}

static void
zero_and_negative(void **state)
{
	struct histogram *h = new ();

	(void)state;
	histogram_record(h, 7);
	histogram_record(h, 0);
	histogram_record(h, -1);
	histogram_record(h, INT64_MIN);
	assert_int_equal(h->count, 4);
	assert_int_equal(h->counter[0], 3);
	assert_int_equal(h->min, 0);
	assert_int_equal(h->max, 7);
	assert_int_equal(h->sum, 7);
	assert_int_equal(histogram_percentile(h, 75 * PERCENT), 0);
	assert_int_equal(histogram_percentile(h, 76 * PERCENT), 7);
	free(h);
}

static void
every_counter_has_its_range(void **state)
{
	int64_t after = 0;

	(void)state;
	for (size_t i = 0; i < HISTOGRAM_COUNTERS; i++) {
		int64_t low = histogram_low(i), high = histogram_high(i);

		CHECK(low == after && high >= low, "%zu", i);
		CHECK((high - low) * 1000 <= low, "%zu", i);
		CHECK(histogram_index(low) == i, "%zu", i);
		CHECK(histogram_index(high) == i, "%zu", i);
		CHECK(histogram_index(low + (high - low) / 2) == i, "%zu", i);
		after = high + 1;
	}
	assert_int_equal(after, OVER);
	assert_int_equal(histogram_index(after), HISTOGRAM_COUNTERS);
	assert_int_equal(histogram_index(INT64_MAX), HISTOGRAM_COUNTERS);
	assert_int_equal(histogram_index(-1), 0);
}

static void
percentiles_need_samples_above(void **state)
{
	struct histogram *h = new ();

	(void)state;
	for (int64_t ns = 1; ns <= 9999; ns++)
		histogram_record(h, ns);
	assert_false(histogram_supports(h, 9990000, 10));
	assert_true(histogram_supports(h, 9990000, 9));
	histogram_record(h, 10000);
	assert_true(histogram_supports(h, 9990000, 10));
	assert_false(histogram_supports(h, 9990000, 11));
	/* Rank 9990, whose counter has 9984 to 9991: 8 values each. */
	assert_int_equal(histogram_percentile(h, 9990000), 9991);
	assert_false(histogram_supports(h, 9999000, 2));
	assert_true(histogram_supports(h, 9999000, 1));
	assert_true(histogram_supports(h, 0, 9999));
	assert_false(histogram_supports(h, 0, 10000));
	assert_true(histogram_supports(h, 100 * PERCENT, 0));
	assert_false(histogram_supports(h, 100 * PERCENT, 1));
	free(h);
	h = new ();
	/* Where each value has its counter, the rank is seen itself. */
	for (int i = 0; i < 9990; i++)
		histogram_record(h, 1);
	for (int i = 0; i < 10; i++)
		histogram_record(h, 2);
	assert_int_equal(histogram_percentile(h, 9990000), 1);
	assert_int_equal(histogram_percentile(h, 9990001), 2);
	free(h);
}

/* No product of a count and a percentile overflows. */
static void
large_counts(void **state)
{
	struct histogram *h = new ();

	(void)state;
	h->counter[1] = UINT64_C(999) << 50;
	h->counter[2] = UINT64_C(1) << 50;
	h->count = UINT64_C(1000) << 50;
	h->min = 1;
	h->max = 2;
	assert_int_equal(histogram_percentile(h, 9990000), 1);
	assert_int_equal(histogram_percentile(h, 9990001), 2);
	assert_true(histogram_supports(h, 9990000, UINT64_C(1) << 50));
	assert_false(histogram_supports(h, 9990000, (UINT64_C(1) << 50) + 1));
	free(h);
}

static void
subtracted_is_what_came_since(void **state)
{
	struct histogram *h = new (), *earlier = new (), *since = new ();
	uint32_t seed = 4242, random = seed;

	(void)state;
	for (int i = 0; i < 5000; i++)
		histogram_record(h, exponential(&random));
	histogram_add(earlier, h);
	for (int i = 0; i < 5000; i++) {
		int64_t ns = two_modes(&random);

		histogram_record(h, ns);
		histogram_record(since, ns);
	}
	histogram_subtract(h, earlier);
	CHECK(h->count == 5000 && h->over == 0, "seed %" PRIu32, seed);
	CHECK(h->sum == since->sum, "seed %" PRIu32, seed);
	assert_memory_equal(h->counter, since->counter, sizeof(h->counter));
	CHECK(h->min <= since->min && since->min - h->min <= h->min / 1000,
	    "seed %" PRIu32, seed);
	CHECK(h->max >= since->max && h->max - since->max <= h->max / 1000,
	    "seed %" PRIu32, seed);
	histogram_subtract(h, since);
	assert_true(h->count == 0 && h->min == 0 && h->max == 0);
	assert_int_equal(h->sum, 0);
	/* All that came since is over the range. */
	memset(earlier, 0, sizeof(*earlier));
	histogram_record(h, 5);
	histogram_add(earlier, h);
	histogram_record(h, OVER + 99);
	histogram_subtract(h, earlier);
	assert_true(h->count == 1 && h->over == 1);
	assert_true(h->min == OVER && h->max == OVER + 99);
	free(h);
	free(earlier);
	free(since);
}

enum { TO_RECORD = 2000000 };

static void *
record_all(void *arg)
{
	for (int i = 0; i < TO_RECORD; i++)
		histogram_record(arg, 1000 + i % 5000);
	return NULL;
}

static void
readers_see_it_grow(void **state)
{
	struct histogram *h = new (), *copy = new ();
	uint64_t before = 0;
	pthread_t writer;

	(void)state;
	assert_int_equal(pthread_create(&writer, NULL, record_all, h), 0);
	while (before < TO_RECORD) {
		memset(copy, 0, sizeof(*copy));
		histogram_add(copy, h);
		CHECK(copy->count >= before, "%" PRIu64, copy->count);
		before = copy->count;
		if (before == 0)
			continue;
		/*
		 * What was read while it grew makes sense by itself, though a
		 * counter that was read early may miss what a later one has.
		 */
		assert_in_range(copy->min, 1000, 5999);
		assert_in_range(histogram_percentile(copy, 50 * PERCENT),
		    (uintmax_t)copy->min, 6003);
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(h->count, TO_RECORD);
	assert_int_equal(copy->max, 5999);
	free(h);
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest histogram[] = {
		cmocka_unit_test(agrees_with_a_sorted_list),
		cmocka_unit_test(mean_and_deviation),
		cmocka_unit_test(merged_is_recorded_in_one),
		cmocka_unit_test(nothing_recorded),
		cmocka_unit_test(over_the_range),
		cmocka_unit_test(hours_are_in_the_range),
		cmocka_unit_test(zero_and_negative),
		cmocka_unit_test(every_counter_has_its_range),
		cmocka_unit_test(percentiles_need_samples_above),
		cmocka_unit_test(large_counts),
		cmocka_unit_test(subtracted_is_what_came_since),
		cmocka_unit_test(readers_see_it_grow),
	};

	return cmocka_run_group_tests(histogram, NULL, NULL);
}
