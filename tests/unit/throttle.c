/* SPDX-License-Identifier: ISC */
/* throttle: which lines of a class are written, and that none is forgotten. */
#include "check.h"

#include <sys/mman.h>

#include "daemon/log/throttle.h"

static const struct throttle_rule one = { 1, 1000 }, ten = { 10, 1000 };

static uint64_t now_state;

/* One more line; true when it is written. */
static bool
line(const struct throttle_rule *rule, int64_t now_ms, uint32_t *left_out)
{
	struct throttle_step step = throttle_line(now_state, rule, now_ms);

	now_state = step.state;
	*left_out = step.left_out;
	return step.write;
}

static int
begin(void **state)
{
	(void)state;
	now_state = 0;
	return 0;
}

static void
one_a_second(void **state)
{
	uint32_t n;

	(void)state;
	assert_true(line(&one, 5000, &n));
	assert_int_equal(n, 0);
	for (unsigned i = 1; i <= 7; i++) {
		assert_false(line(&one, 5000 + i, &n));
		assert_int_equal(n, i);
	}
	assert_false(line(&one, 5999, &n));
	assert_true(line(&one, 6000, &n));
	assert_int_equal(n, 8);
	assert_false(line(&one, 6001, &n));
	assert_int_equal(n, 1);
	/* A long time without any changes nothing. */
	assert_true(line(&one, 1000000, &n));
	assert_int_equal(n, 1);
	assert_false(line(&one, 1000001, &n));
	assert_true(line(&one, 2000000, &n));
}

static void
ten_and_then_one_a_second(void **state)
{
	unsigned written = 0, told = 0;
	uint32_t n;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		assert_true(line(&ten, 100000 + i, &n));
	assert_false(line(&ten, 100010, &n));
	/* A hundred a second for ten seconds: each is written or told of. */
	for (int64_t ms = 100020; ms < 110020; ms += 10)
		if (line(&ten, ms, &n)) {
			written++;
			told += n;
		}
	assert_in_range(written, 9, 11);
	told += throttle_rest(now_state, &ten, 110020).left_out;
	assert_int_equal(written + told, 1001);
	/* After a pause there are ten again. */
	for (written = 0; line(&ten, 200000, &n);)
		written++;
	assert_int_equal(written, 10);
}

static void
the_rest_is_due(void **state)
{
	struct throttle_step rest;
	uint32_t n;

	(void)state;
	assert_true(throttle_due(now_state, &one, 5000) == INT64_MAX);
	assert_true(line(&one, 5000, &n));
	assert_true(throttle_due(now_state, &one, 5000) == INT64_MAX);
	assert_false(throttle_rest(now_state, &one, 7000).write);
	assert_false(line(&one, 5400, &n));
	assert_false(line(&one, 5500, &n));
	assert_int_equal(throttle_due(now_state, &one, 5600), 6000);
	assert_int_equal(throttle_due(now_state, &one, 9000), 6000);
	/* It takes the place of a line, and is told once. */
	rest = throttle_rest(now_state, &one, 6000);
	assert_true(rest.write);
	assert_int_equal(rest.left_out, 2);
	now_state = rest.state;
	assert_true(throttle_due(now_state, &one, 6000) == INT64_MAX);
	assert_false(line(&one, 6500, &n));
	assert_int_equal(n, 1);
	assert_true(line(&one, 7000, &n));
	/* At the end of all it is told before its time. */
	assert_false(line(&one, 7100, &n));
	rest = throttle_rest(now_state, &one, 7100);
	assert_int_equal(rest.left_out, 1);
	now_state = rest.state;
	assert_false(line(&one, 8500, &n));
	assert_true(line(&one, 9000, &n));
}

/* Whatever is in there: after its time a class is as it should be. */
static void
rubbish_does_not_last(void **state)
{
	static const uint64_t rows[] = { UINT64_MAX, (uint64_t)1 << 63,
		(uint64_t)INT64_MAX, UINT64_MAX << 24, (1 << 24) - 1 };
	uint32_t seed = 1, n;
	int64_t now = 50000;

	(void)state;
	for (size_t i = 0; i < COUNT(rows) + 1000; i++) {
		now_state = i < COUNT(rows) ?
		    rows[i] :
		    (uint64_t)check_random(&seed) << 32 | check_random(&seed);
		(void)throttle_rest(now_state, &ten, now);
		CHECK(throttle_due(now_state, &ten, now) <= now + 1000 ||
			(now_state & 0xffffff) == 0,
		    "row %zu", i);
		(void)line(&ten, now, &n);
		CHECK(line(&ten, now + 10000, &n), "row %zu", i);
		CHECK(n <= (1 << 24) - 1, "row %zu: %u", i, n);
		CHECK(line(&ten, now + 20000, &n), "row %zu", i);
		CHECK(n == 0, "row %zu: %u", i, n);
	}
}

/* The count stays at its highest. */
static void
does_not_overflow(void **state)
{
	uint32_t n;

	(void)state;
	assert_true(line(&one, 1000, &n));
	now_state |= (1 << 24) - 2;
	assert_false(line(&one, 1001, &n));
	assert_int_equal(n, (1 << 24) - 1);
	assert_false(line(&one, 1002, &n));
	assert_int_equal(n, (1 << 24) - 1);
	assert_true(line(&one, 2000, &n));
	assert_int_equal(n, (1 << 24) - 1);
}

/* Of many processes at the same time, each line is written or counted once. */
static void
processes_share_it(void **state)
{
	enum { PROCESSES = 4, LINES = 20000 };
	struct {
		_Atomic uint64_t state;
		_Atomic uint64_t sum;
	} *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[PROCESSES];

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	for (unsigned k = 0; k < PROCESSES; k++)
		if ((pid[k] = fork()) == 0) {
			for (unsigned i = 0; i < LINES; i++) {
				struct throttle_step step =
				    throttle_take(&shared->state, &one,
					1000 + i / 10, throttle_line);

				if (step.write)
					atomic_fetch_add(&shared->sum,
					    step.left_out + 1);
			}
			_exit(0);
		}
	for (unsigned k = 0; k < PROCESSES; k++)
		assert_int_equal(check_wait(pid[k]), 0);
	shared->sum +=
	    throttle_take(&shared->state, &one, 9000, throttle_rest).left_out;
	assert_int_equal(shared->sum, PROCESSES * LINES);
	munmap(shared, sizeof(*shared));
}

int
main(void)
{
	const struct CMUnitTest throttle[] = {
		cmocka_unit_test_setup(one_a_second, begin),
		cmocka_unit_test_setup(ten_and_then_one_a_second, begin),
		cmocka_unit_test_setup(the_rest_is_due, begin),
		cmocka_unit_test_setup(rubbish_does_not_last, begin),
		cmocka_unit_test_setup(does_not_overflow, begin),
		cmocka_unit_test(processes_share_it),
	};

	return cmocka_run_group_tests(throttle, NULL, NULL);
}
