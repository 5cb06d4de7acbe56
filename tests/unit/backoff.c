/* SPDX-License-Identifier: ISC */
/* backoff: failures in a row wait longer and longer, one try at a time. */
#include "check.h"

#include <inttypes.h>
#include <limits.h>

#include "daemon/backoff.h"

/* An arbitrary moment: the clock does not begin at 0. */
static const int64_t T = 123456789;

static void
steps(void **state)
{
	static const uint32_t jitters[] = { 0, 1, 24, 25, 26, 99, 7499, 7500,
		UINT32_MAX / 2, UINT32_MAX - 1, UINT32_MAX };
	static const int64_t steps[] = { 100, 200, 400, 800, 1600, 3200, 6400,
		12800, 25600, 30000, 30000, 30000 };

	(void)state;
	for (unsigned failures = 1; failures <= 100; failures++) {
		int64_t step =
		    steps[failures <= COUNT(steps) ? failures - 1 :
						     COUNT(steps) - 1];

		for (size_t k = 0; k < COUNT(jitters); k++) {
			int64_t ms = backoff_ms(failures, jitters[k]);

			CHECK(ms <= step && ms > step - step / 4,
			    "%u, %" PRIu32 ": %" PRId64, failures, jitters[k],
			    ms);
		}
		CHECK(backoff_ms(failures, 0) == step, "%u", failures);
	}
	/* Every jitter within the quarter, and each value is possible. */
	for (uint32_t jitter = 0; jitter < 20000; jitter++) {
		int64_t ms = backoff_ms(10, jitter);

		CHECK(ms == 30000 - jitter % 7500, "%" PRIu32, jitter);
	}
	assert_int_equal(backoff_ms(UINT_MAX, 0), 30000);
}

static void
nothing_failed(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	for (unsigned wanted = 0; wanted < 300; wanted++)
		for (unsigned starting = 0; starting < 3; starting++)
			CHECK(backoff_allow(&b, wanted, starting, T) == wanted,
			    "%u, %u", wanted, starting);
	assert_int_equal(backoff_next(&b, T), INT64_MAX);
}

/* One failure: a wait, then a probe, and if it lives, everyone. */
static void
probe_that_lives(void **state)
{
	struct backoff b = { 0 };
	int64_t now = T, ms = backoff_failed(&b, BACKOFF_MAX_MS, now);

	(void)state;
	assert_true(ms > 75 && ms <= 100);
	assert_int_equal(backoff_next(&b, now), now + ms);
	/* What else fails in this time is the same failure. */
	assert_int_equal(backoff_failed(&b, BACKOFF_MAX_MS, now), 0);
	assert_int_equal(backoff_failed(&b, BACKOFF_MAX_MS, now + ms - 1), 0);
	assert_int_equal(backoff_allow(&b, 5, 0, now), 0);
	assert_int_equal(backoff_allow(&b, 5, 0, now + ms - 1), 0);
	now += ms;
	assert_int_equal(backoff_allow(&b, 5, 0, now), 1);
	/* While it starts, nobody else. */
	assert_int_equal(backoff_allow(&b, 4, 1, now + 1), 0);
	assert_int_equal(backoff_next(&b, now + 1), INT64_MAX);
	assert_int_equal(backoff_allow(&b, 4, 1, now + 5000), 0);
	/* It is ready: that has to last a moment. */
	now += 5001;
	assert_int_equal(backoff_allow(&b, 4, 0, now), 0);
	assert_true(backoff_next(&b, now) > now);
	assert_true(backoff_next(&b, now) <= now + 1000);
	now = backoff_next(&b, now);
	assert_int_equal(backoff_allow(&b, 4, 0, now), 4);
	assert_int_equal(backoff_next(&b, now), INT64_MAX);
	assert_int_equal(backoff_allow(&b, 300, 4, now), 300);
}

/* Each probe dies at once: the waits double, up to the longest. */
static void
waits_double(void **state)
{
	struct backoff b = { 0 };
	int64_t now = T;

	(void)state;
	for (unsigned failures = 1; failures <= 20; failures++) {
		int64_t longest = backoff_ms(failures, 0);
		int64_t ms = backoff_failed(&b, BACKOFF_MAX_MS, now);

		CHECK(ms > longest * 3 / 4 - 1 && ms <= longest, "%u: %" PRId64,
		    failures, ms);
		now = backoff_next(&b, now);
		CHECK(backoff_allow(&b, 5, 0, now) == 1, "%u", failures);
		CHECK(backoff_allow(&b, 5, 1, now) == 0, "%u", failures);
	}
}

/* Waits that are to stay short, as after a fork that failed, do not lengthen
 * those of another kind. */
static void
waits_stay_short(void **state)
{
	struct backoff b = { 0 };
	int64_t now = T, ms = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		ms = backoff_failed(&b, BACKOFF_FORK_MS, now);
		CHECK(ms > 0 && ms <= BACKOFF_FORK_MS, "%d: %" PRId64, i, ms);
		now += ms;
		assert_int_equal(backoff_allow(&b, 5, 0, now), 1);
	}
	assert_true(ms > BACKOFF_FORK_MS * 3 / 4 - 1);
	ms = backoff_failed(&b, BACKOFF_MAX_MS, now);
	assert_true(ms > BACKOFF_FORK_MS && ms <= 2 * BACKOFF_FORK_MS);
	/* One that is longer already does not become longer still. */
	b = (struct backoff){ 0 };
	for (int i = 0; i < 6; i++)
		now += backoff_failed(&b, BACKOFF_MAX_MS, now);
	ms = backoff_failed(&b, BACKOFF_FORK_MS, now);
	assert_true(ms > 2400 - 1 && ms <= 3200);
}

/* Long after the last failure a new row begins. */
static void
rows_end(void **state)
{
	struct backoff b = { 0 };
	int64_t now = T, ms;

	(void)state;
	for (int i = 0; i < 8; i++)
		now += backoff_failed(&b, BACKOFF_MAX_MS, now);
	ms = backoff_failed(&b, BACKOFF_MAX_MS, now);
	assert_true(ms > 10000);
	now += ms + 3600000;
	ms = backoff_failed(&b, BACKOFF_MAX_MS, now);
	assert_true(ms > 0 && ms <= 100);
	/* Or with another configuration. */
	for (int i = 0; i < 8; i++)
		now += backoff_failed(&b, BACKOFF_MAX_MS, now);
	b = (struct backoff){ 0 };
	assert_int_equal(backoff_allow(&b, 7, 0, now), 7);
	assert_int_equal(backoff_next(&b, now), INT64_MAX);
	ms = backoff_failed(&b, BACKOFF_MAX_MS, now);
	assert_true(ms > 0 && ms <= 100);
}

/* Nobody is wanted any more: nothing to prove. */
static void
nobody_wanted(void **state)
{
	struct backoff b = { 0 };
	int64_t now = T;

	(void)state;
	now += backoff_failed(&b, BACKOFF_MAX_MS, now);
	assert_int_equal(backoff_allow(&b, 0, 0, now), 0);
	assert_int_equal(backoff_next(&b, now), INT64_MAX);
	assert_int_equal(backoff_allow(&b, 5, 0, now), 5);
}

/* A few workers may die unproven, as by chance; many at once are no chance. */
static void
suspects(void **state)
{
	struct backoff b = { 0 };
	unsigned chance = 0;
	int64_t now = T;

	(void)state;
	while (!backoff_suspects(&b, now))
		CHECK(++chance < 100, "%u", chance);
	assert_true(chance >= 5);
	/* In the middle of a row there is no doubt. */
	b = (struct backoff){ 0 };
	assert_true(backoff_failed(&b, BACKOFF_MAX_MS, now) > 0);
	assert_true(backoff_suspects(&b, now));
	assert_true(backoff_suspects(&b, now + 1000));
	/* One now and then never adds up. */
	b = (struct backoff){ 0 };
	for (int i = 0; i < 10000; i++) {
		now += 1000;
		CHECK(!backoff_suspects(&b, now), "%d", i);
	}
	/* A burst on top of that does. */
	for (chance = 0; !backoff_suspects(&b, now); chance++)
		CHECK(chance < 100, "%u", chance);
}

/* It never asks to be called again in the past, nor at once for ever. */
static void
never_spins(void **state)
{
	struct backoff b = { 0 };
	uint32_t seed = 521288629;
	int64_t now = T, next;
	unsigned same = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		switch (check_random(&seed) % 4) {
		case 0:
			(void)backoff_failed(&b, BACKOFF_MAX_MS, now);
			break;
		case 1:
			(void)backoff_suspects(&b, now);
			break;
		default:
			(void)backoff_allow(&b, check_random(&seed) % 4,
			    check_random(&seed) % 2, now);
		}
		next = backoff_next(&b, now);
		CHECK(next > now, "step %d", i);
		CHECK(next == INT64_MAX || next - now <= BACKOFF_MAX_MS,
		    "step %d", i);
		same += next == INT64_MAX;
		now += check_random(&seed) % 500;
	}
	assert_true(same > 0 && same < 100000);
}

/* A forker is started when the wait is over, without a probe. */
static void
over_when_the_wait_is(void **state)
{
	struct backoff b = { 0 };
	int64_t now_ms = 50000, ms;

	(void)state;
	assert_true(backoff_over(&b, now_ms));
	ms = backoff_failed(&b, BACKOFF_MAX_MS, now_ms);
	assert_false(backoff_over(&b, now_ms));
	assert_false(backoff_over(&b, now_ms + ms - 1));
	assert_true(backoff_over(&b, now_ms + ms));
	assert_int_equal(backoff_allow(&b, 5, 0, now_ms + ms), 5);
	/* The next failure is one of the same row. */
	assert_true(backoff_failed(&b, BACKOFF_MAX_MS, now_ms + ms + 1) > ms);
	/* A probe that is on its way is waited for. */
	now_ms = b.until_ms;
	assert_int_equal(backoff_allow(&b, 5, 0, now_ms), 1);
	assert_false(backoff_over(&b, now_ms));
}

int
main(void)
{
	const struct CMUnitTest backoff[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(nothing_failed),
		cmocka_unit_test(probe_that_lives),
		cmocka_unit_test(waits_double),
		cmocka_unit_test(waits_stay_short),
		cmocka_unit_test(rows_end),
		cmocka_unit_test(nobody_wanted),
		cmocka_unit_test(suspects),
		cmocka_unit_test(never_spins),
		cmocka_unit_test(over_when_the_wait_is),
	};

	return cmocka_run_group_tests(backoff, NULL, NULL);
}
