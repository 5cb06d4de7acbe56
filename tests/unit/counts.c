/* SPDX-License-Identifier: ISC */
/* counts: sums of all threads, and no kind of loss is forgotten in them. */
#include "check.h"

#include <inttypes.h>

#include "client/bench/counts.h"

/* Each counter another number; `next` is odd.  Returns their sum. */
static uint64_t
fill(uint64_t *counters, size_t n, uint64_t next)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		counters[i] = next;
		sum += next;
		next *= 3;
	}
	return sum;
}

static void
check_sums(const uint64_t *sum, const uint64_t *a, const uint64_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK(sum[i] == a[i] + b[i],
		    "counter %zu: %" PRIu64 " and %" PRIu64, i, a[i], b[i]);
}

static void
adds_every_counter(void **state)
{
	struct message_counts a, b, sum;
	struct connect_counts c, d, all;

	(void)state;
	/* They are nothing but counters. */
	fill((uint64_t *)&a, sizeof(a) / sizeof(uint64_t), 1);
	fill((uint64_t *)&b, sizeof(b) / sizeof(uint64_t), 3);
	sum = a;
	counts_add_messages(&sum, &b);
	check_sums((uint64_t *)&sum, (uint64_t *)&a, (uint64_t *)&b,
	    sizeof(sum) / sizeof(uint64_t));

	fill((uint64_t *)&c, sizeof(c) / sizeof(uint64_t), 1);
	fill((uint64_t *)&d, sizeof(d) / sizeof(uint64_t), 5);
	all = c;
	counts_add_connects(&all, &d);
	check_sums((uint64_t *)&all, (uint64_t *)&c, (uint64_t *)&d,
	    sizeof(all) / sizeof(uint64_t));
}

static void
nothing_adds_nothing(void **state)
{
	const struct message_counts none = { 0 };
	struct message_counts sum = { .sent = 7, .lost[FAULT_RESET] = 2 };

	(void)state;
	counts_add_messages(&sum, &none);
	assert_int_equal(sum.sent, 7);
	assert_int_equal(sum.echoed, 0);
	assert_int_equal(sum.lost[FAULT_RESET], 2);
	assert_int_equal(counts_faults(none.lost), 0);
	assert_int_equal(counts_errors(&none), 0);
	assert_int_equal(counts_most(none.lost), FAULT_NONE);
}

static void
counts_every_kind(void **state)
{
	struct message_counts t = { 0 };
	uint64_t all;

	(void)state;
	all = fill(t.lost + 1, FAULT_KINDS - 1, 1);
	assert_int_equal(counts_faults(t.lost), all);
	assert_int_equal(counts_errors(&t), all - t.lost[FAULT_TIMEOUT]);
}

static void
knows_the_most_frequent(void **state)
{
	(void)state;
	for (int kind = 1; kind < FAULT_KINDS; kind++) {
		uint64_t lost[FAULT_KINDS] = { 0 };

		lost[kind] = 1;
		CHECK(counts_most(lost) == (enum fault)kind, "only %s",
		    fault_name((enum fault)kind));
		for (int other = 1; other < FAULT_KINDS; other++)
			lost[other] = 5;
		lost[kind] = 6;
		CHECK(counts_most(lost) == (enum fault)kind, "most of all: %s",
		    fault_name((enum fault)kind));
	}
}

int
main(void)
{
	const struct CMUnitTest units[] = {
		cmocka_unit_test(adds_every_counter),
		cmocka_unit_test(nothing_adds_nothing),
		cmocka_unit_test(counts_every_kind),
		cmocka_unit_test(knows_the_most_frequent),
	};

	return cmocka_run_group_tests(units, NULL, NULL);
}
