/* SPDX-License-Identifier: ISC */
/* schedule: every message has its instant, and no error adds up. */
#include "check.h"

#include <inttypes.h>

#include "client/bench/schedule.h"

/* An arbitrary moment: the clock does not begin at 0. */
static const int64_t T = 987654321012345;

static const uint64_t rates[] = { 1, 2, 3, 7, 10, 999, 1000, 1001, 65521,
	1000000, 3333333, 999999999, SCHEDULE_MAX_RATE };

static void
instants(void **state)
{
	static const struct {
		uint64_t rate, message;
		int64_t ns;
	} rows[] = {
		{ 1, 0, 0 },
		{ 1, 1, 1000000000 },
		{ 1, 3600, 3600000000000 },
		{ 3, 1, 333333333 },
		{ 3, 2, 666666666 },
		{ 3, 3, 1000000000 },
		{ 3, 3000000, 1000000000000000 },
		{ 3, 3000001, 1000000333333333 },
		{ 1000, 1, 1000000 },
		{ 999999999, 999999998, 999999998 },
		{ SCHEDULE_MAX_RATE, 1, 1 },
		{ SCHEDULE_MAX_RATE, 999999999, 999999999 },
		{ SCHEDULE_MAX_RATE, UINT64_C(8000000000000000000),
		    8000000000000000000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct schedule s;

		schedule_init(&s, T, rows[i].rate, 0, 1);
		s.next = rows[i].message;
		CHECK(schedule_due(&s) == T + rows[i].ns, "%zu: %" PRId64, i,
		    schedule_due(&s) - T);
	}
}

static void
threads_share_all_messages(void **state)
{
	enum { MESSAGES = 1000 };

	(void)state;
	for (size_t r = 0; r < COUNT(rates); r++)
		for (unsigned threads = 1; threads <= 9; threads++) {
			unsigned taken[MESSAGES] = { 0 };

			for (unsigned t = 0; t < threads; t++) {
				struct schedule s, one;

				schedule_init(&s, T, rates[r], t, threads);
				schedule_init(&one, T, rates[r], 0, 1);
				for (; s.next < MESSAGES; s.next += s.step) {
					taken[s.next]++;
					one.next = s.next;
					CHECK(schedule_due(&s) ==
						schedule_due(&one),
					    "%" PRIu64, s.next);
				}
			}
			for (unsigned i = 0; i < MESSAGES; i++)
				CHECK(taken[i] == 1, "%u of %u", i, threads);
		}
}

/* Two that follow one another are one interval apart, but for a nanosecond. */
static void
evenly(void **state)
{
	static const uint64_t from[] = { 0, 1, 12345678901, 900000000000 };

	(void)state;
	for (size_t r = 0; r < COUNT(rates); r++)
		for (size_t k = 0; k < COUNT(from); k++) {
			int64_t gap = (int64_t)(1000000000 / rates[r]), due;
			struct schedule s;

			schedule_init(&s, T, rates[r], 0, 1);
			s.next = from[k] % (rates[r] * 1000000);
			due = schedule_due(&s);
			for (int i = 0; i < 3000; i++) {
				int64_t step;

				s.next += s.step;
				step = schedule_due(&s) - due;
				CHECK(step == gap || step == gap + 1,
				    "%" PRIu64 " at %" PRIu64, s.next,
				    rates[r]);
				due += step;
			}
		}
}

/* The count is that of the instants before the end, with no one's doubt. */
static void
counts(void **state)
{
	static const int64_t spans[] = { 1, 2, 999, 1000, 1001, 333333333,
		333333334, 999999999, 1000000000, 1000000001, 12345678901,
		86400000000000, 9000000000000000000 };

	(void)state;
	for (size_t r = 0; r < COUNT(rates); r++) {
		assert_int_equal(schedule_count(rates[r], 0), 0);
		assert_int_equal(schedule_count(rates[r], -1), 0);
		for (size_t i = 0; i < COUNT(spans); i++) {
			uint64_t n = schedule_count(rates[r], spans[i]);
			struct schedule s;

			schedule_init(&s, 0, rates[r], 0, 1);
			CHECK(n > 0, "%" PRIu64 ", %" PRId64, rates[r],
			    spans[i]);
			s.next = n - 1;
			CHECK(schedule_due(&s) < spans[i],
			    "%" PRIu64 ", %" PRId64, rates[r], spans[i]);
			s.next = n;
			CHECK(schedule_due(&s) >= spans[i],
			    "%" PRIu64 ", %" PRId64, rates[r], spans[i]);
		}
	}
	assert_int_equal(schedule_count(1000, 10000000000), 10000);
	assert_int_equal(schedule_count(3, 1000000000), 3);
	assert_int_equal(schedule_count(1, 1000000001), 2);
}

int
main(void)
{
	const struct CMUnitTest schedule[] = {
		cmocka_unit_test(instants),
		cmocka_unit_test(threads_share_all_messages),
		cmocka_unit_test(evenly),
		cmocka_unit_test(counts),
	};

	return cmocka_run_group_tests(schedule, NULL, NULL);
}
