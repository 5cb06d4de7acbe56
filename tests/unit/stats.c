/* SPDX-License-Identifier: ISC */
/* stats: every probe is counted once, and the figures are those of a list. */
#include "check.h"

#include <inttypes.h>
#include <math.h>

#include "client/ping/probes.h"
#include "client/ping/stats.h"

#define MS INT64_C(1000000)

enum { SAMPLES = 5000 };

/* It is too large for the stack of some systems. */
static struct stats stats;

static int
empty(void **state)
{
	(void)state;
	memset(&stats, 0, sizeof(stats));
	return 0;
}

static void
reply(uint64_t seq, int64_t ns)
{
	const struct answer answer = { .seq = seq, .time_ns = ns };

	stats_answer(&stats, &answer);
}

static void
lose(uint64_t seq, enum fault fault, bool late)
{
	const struct answer answer = { .seq = seq,
		.fault = fault,
		.late = late };

	stats_answer(&stats, &answer);
}

static void
late(uint64_t seq, int64_t ns)
{
	const struct answer answer = { .seq = seq,
		.late = true,
		.time_ns = ns };

	stats_answer(&stats, &answer);
}

static void
nothing(void **state)
{
	(void)state;
	assert_true(stats_loss_percent(&stats) == 0);
	assert_true(stats_deviation(&stats) == 0);
	stats.sent = 7;
	assert_true(stats_loss_percent(&stats) == 0);
}

/* Of each fault one: all of them are losses, one is a difference. */
static void
each_loss_counts_once(void **state)
{
	uint64_t seq = 0;

	(void)state;
	for (enum fault fault = FAULT_REFUSED; fault < FAULT_KINDS; fault++) {
		lose(++seq, fault, false);
		CHECK(stats.lost == seq, "%s", fault_name(fault));
		CHECK(stats.corrupt == (fault >= FAULT_MISMATCH), "%s",
		    fault_name(fault));
	}
	assert_true(stats.received == 0);
	assert_true(stats.late == 0);
	assert_true(stats.times.count == 0);
	stats.sent = seq;
	assert_true(stats_loss_percent(&stats) == 100);
	stats.sent = 4 * seq;
	assert_true(stats_loss_percent(&stats) == 25);
}

/* Late is what was lost already; its time is none of a reply. */
static void
late_ones_stay_lost(void **state)
{
	(void)state;
	stats.sent = 3;
	reply(1, 2 * MS);
	lose(2, FAULT_TIMEOUT, false);
	late(2, 900 * MS);
	reply(3, 4 * MS);
	assert_true(stats.received == 2);
	assert_true(stats.lost == 1);
	assert_true(stats.late == 1);
	assert_true(stats.corrupt == 0);
	assert_true(stats.times.count == 2);
	assert_true(stats.times.max == 4 * MS);
	assert_true(stats.sent == stats.received + stats.lost);
}

/* A late echo that differs was lost already; what nobody sent is no probe. */
static void
differences_count_once(void **state)
{
	(void)state;
	stats.sent = 2;
	lose(1, FAULT_TIMEOUT, false);
	lose(1, FAULT_MISMATCH, true);
	assert_true(stats.lost == 1);
	assert_true(stats.corrupt == 1);
	assert_true(stats.late == 0);
	lose(0, FAULT_MISMATCH, false);
	assert_true(stats.lost == 1);
	assert_true(stats.corrupt == 2);
	lose(2, FAULT_MISMATCH, false);
	assert_true(stats.lost == 2);
	assert_true(stats.corrupt == 3);
	assert_true(stats.received == 0);
}

/* The deviation is that of the whole list, however large the values are. */
static void
figures_are_those_of_a_list(void **state)
{
	static int64_t values[SAMPLES];
	static const int64_t offsets[] = { 0, 50000, 40 * 1000 * MS };

	(void)state;
	for (size_t k = 0; k < COUNT(offsets); k++) {
		uint32_t seed = 4711;
		long double sum = 0, squares = 0, mean;

		empty(NULL);
		for (size_t i = 0; i < SAMPLES; i++) {
			values[i] = offsets[k] + check_random(&seed) % 100000;
			reply(i + 1, values[i]);
			sum += values[i];
		}
		mean = sum / SAMPLES;
		for (size_t i = 0; i < SAMPLES; i++)
			squares += (values[i] - mean) * (values[i] - mean);
		CHECK(stats.received == SAMPLES, "%" PRId64, offsets[k]);
		CHECK(fabsl(stats.mean - mean) < 1, "%" PRId64, offsets[k]);
		CHECK(fabsl(stats_deviation(&stats) -
			  sqrtl(squares / SAMPLES)) < 1,
		    "%" PRId64 ": %f", offsets[k], stats_deviation(&stats));
	}
}

static void
one_reply_does_not_deviate(void **state)
{
	(void)state;
	reply(1, 123456789);
	assert_true(stats.mean == 123456789);
	assert_true(stats_deviation(&stats) == 0);
	reply(2, 123456789);
	assert_true(stats_deviation(&stats) == 0);
}

/* Two replies have to be above a percentile. */
static void
percentiles_need_two_above(void **state)
{
	static const struct {
		uint32_t percentile;
		unsigned least;
	} rows[] = {
		{ 50 * PERCENT, 4 },
		{ 95 * PERCENT, 40 },
		{ 99 * PERCENT, 200 },
	};
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		while (n < rows[i].least) {
			CHECK(!histogram_supports(&stats.times,
				  rows[i].percentile, STATS_ABOVE),
			    "%u of %u", n, rows[i].least);
			reply(++n, MS);
			CHECK(histogram_supports(&stats.times,
				  rows[i].percentile,
				  STATS_ABOVE) == (n == rows[i].least),
			    "%u of %u", n, rows[i].least);
		}
}

int
main(void)
{
	const struct CMUnitTest units[] = {
		cmocka_unit_test_setup(nothing, empty),
		cmocka_unit_test_setup(each_loss_counts_once, empty),
		cmocka_unit_test_setup(late_ones_stay_lost, empty),
		cmocka_unit_test_setup(differences_count_once, empty),
		cmocka_unit_test_setup(figures_are_those_of_a_list, empty),
		cmocka_unit_test_setup(one_reply_does_not_deviate, empty),
		cmocka_unit_test_setup(percentiles_need_two_above, empty),
	};

	return cmocka_run_group_tests(units, NULL, NULL);
}
