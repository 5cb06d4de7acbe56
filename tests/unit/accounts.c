/* SPDX-License-Identifier: ISC */
/*
 * accounts: what workers have done is counted exactly, also when one is killed
 * between any two instructions; and a forged account breaks nothing.
 */
#include "check.h"

#include <sys/mman.h>

#include "common/errbuf.h"
#include "daemon/accounts.h"
#include "daemon/pool/ledger.h"
#include "daemon/scoreboard.h"

static struct slot slot;
static struct account account;
static struct account_copy copy;

static int
clear(void **state)
{
	(void)state;
	memset(&slot, 0, sizeof(slot));
	account_clear(&account);
	return 0;
}

/* A connection, as a worker serves it. */
static void
begin(unsigned listener, uint64_t in, uint64_t out)
{
	account_begin(&account, listener);
	atomic_fetch_add(&slot.connections, 1);
	scoreboard_add(&slot, in, out);
}

static uint64_t
sum(const uint64_t *count, unsigned n)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < n; i++)
		total += count[i];
	return total;
}

static void
counts_by_listener(void **state)
{
	(void)state;
	begin(3, 100, 100);
	account_ended(&account, SNAPSHOT_CLOSED, 100, 100, 2);
	begin(0, 7, 5);
	account_read(&account, &slot, &copy);
	assert_true(copy.open);
	assert_int_equal(copy.listener, 0);
	assert_int_equal(copy.in, 7);
	assert_int_equal(copy.out, 5);
	assert_int_equal(copy.count[COUNT_IN + 3], 100);
	assert_int_equal(copy.count[COUNT_IN + 0], 7);
	assert_int_equal(copy.count[COUNT_OUT + 0], 5);
	assert_int_equal(copy.count[COUNT_ENDED + 3], 1);
	assert_int_equal(copy.count[COUNT_ENDED + 0], 0);
	account_ended(&account, SNAPSHOT_IDLE, 7, 5, 300000);
	account_read(&account, &slot, &copy);
	assert_false(copy.open);
	assert_int_equal(copy.in + copy.out, 0);
	assert_int_equal(copy.count[COUNT_OUT + 0], 5);
	assert_int_equal(copy.count[COUNT_CLOSED + SNAPSHOT_CLOSED], 1);
	assert_int_equal(copy.count[COUNT_CLOSED + SNAPSHOT_IDLE], 1);
	assert_int_equal(copy.count[COUNT_DURATION_MS], 300002);
	assert_int_equal(copy.count[COUNT_MISMATCHED], 0);
}

static void
buckets(void **state)
{
	static const struct {
		int64_t ms;
		unsigned bucket;
	} rows[] = { { 0, 0 }, { 1, 0 }, { 2, 1 }, { 4, 1 }, { 5, 2 },
		{ 250, 4 }, { 251, 5 }, { 3600000, 11 }, { 3600001, 12 },
		{ INT64_MAX / 2, 12 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		clear(NULL);
		begin(0, 0, 0);
		account_ended(&account, SNAPSHOT_RESET, 0, 0, rows[i].ms);
		account_read(&account, &slot, &copy);
		for (unsigned k = 0; k < SNAPSHOT_BUCKETS; k++)
			CHECK(copy.count[COUNT_DURATION + k] ==
				(k == rows[i].bucket),
			    "%lld ms, bucket %u", (long long)rows[i].ms, k);
	}
}

/* Clients that got too little or too much. */
static void
mismatched(void **state)
{
	static const struct {
		enum snapshot_reason reason;
		uint64_t in, out, mismatched;
	} rows[] = {
		{ SNAPSHOT_CLOSED, 0, 0, 0 },
		{ SNAPSHOT_CLOSED, 5, 5, 0 },
		{ SNAPSHOT_CLOSED, 5, 4, 1 },
		{ SNAPSHOT_CLOSED, 4, 5, 1 },
		{ SNAPSHOT_RESET, 5, 4, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		clear(NULL);
		begin(0, rows[i].in, rows[i].out);
		account_ended(&account, rows[i].reason, rows[i].in, rows[i].out,
		    1);
		account_read(&account, &slot, &copy);
		CHECK(copy.count[COUNT_MISMATCHED] == rows[i].mismatched,
		    "row %zu", i);
	}
}

static void
refused(void **state)
{
	(void)state;
	begin(1, 0, 0);
	account_refused(&account);
	account_accept_failed(&account, SNAPSHOT_RESOURCE);
	account_read(&account, &slot, &copy);
	account_settle(&copy, 5);
	assert_int_equal(copy.count[COUNT_ENDED + 1], 1);
	assert_int_equal(sum(&copy.count[COUNT_CLOSED], SNAPSHOT_REASONS), 0);
	assert_int_equal(copy.count[COUNT_EMPTY], 0);
	assert_int_equal(copy.count[COUNT_ACCEPT_FAILURES + SNAPSHOT_RESOURCE],
	    1);
}

/* What one store after another does; the worker is killed after n of them. */
static void
steps(unsigned n)
{
	static const struct {
		unsigned i;
		uint64_t value;
	} order[] = {
		{ COUNT_IN + 2, 50 },
		{ COUNT_OUT + 2, 50 },
		{ COUNT_CLOSED + SNAPSHOT_CLOSED, 1 },
		{ COUNT_DURATION + 1, 1 },
		{ COUNT_DURATION_MS, 3 },
		{ COUNT_ENDED + 2, 1 },
	};

	for (unsigned i = 0; i < n && i < COUNT(order); i++)
		atomic_store(&account.count[order[i].i], order[i].value);
}

static void
killed_between_any_two_steps(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= 6; n++) {
		clear(NULL);
		begin(2, 50, 50);
		steps(n);
		account_read(&account, &slot, &copy);
		account_settle(&copy, 3);
		CHECK(copy.count[COUNT_IN + 2] == 50, "after %u", n);
		CHECK(copy.count[COUNT_OUT + 2] == 50, "after %u", n);
		CHECK(copy.count[COUNT_ENDED + 2] == 1, "after %u", n);
		CHECK(sum(&copy.count[COUNT_CLOSED], SNAPSHOT_REASONS) == 1,
		    "after %u", n);
		CHECK(copy.count[COUNT_CLOSED + SNAPSHOT_DIED] == (n < 3),
		    "after %u", n);
		CHECK(sum(&copy.count[COUNT_DURATION], SNAPSHOT_BUCKETS) == 1,
		    "after %u", n);
		CHECK(!copy.open, "after %u", n);
	}
	/* The steps are those of the worker. */
	account_clear(&account);
	account_begin(&account, 2);
	account_ended(&account, SNAPSHOT_CLOSED, 50, 50, 3);
	steps(6);
	assert_int_equal(account.count[COUNT_IN + 2], 50);
	assert_int_equal(account.count[COUNT_DURATION + 1], 1);
}

static void
connections_may_pass_32_bits(void **state)
{
	(void)state;
	atomic_store(&slot.connections, 5);
	atomic_store(&account.count[COUNT_ENDED], (UINT64_C(1) << 32) + 5);
	account_read(&account, &slot, &copy);
	assert_false(copy.open);
	atomic_fetch_add(&slot.connections, 1);
	account_read(&account, &slot, &copy);
	assert_true(copy.open);
}

/* Sums go up, whatever a worker writes, and never round. */
static void
never_goes_down(void **state)
{
	static struct ledger ledger;
	static struct ledger_sums sums, before;
	uint32_t seed = 4711;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		uint8_t *byte = (uint8_t *)&account;

		for (size_t i = 0; i < sizeof(account); i++)
			byte[i] = (uint8_t)check_random(&seed);
		for (size_t i = 0; i < sizeof(slot); i++)
			((uint8_t *)&slot)[i] = (uint8_t)check_random(&seed);
		account_read(&account, &slot, &copy);
		assert_true(copy.listener < ACCOUNT_LISTENERS);
		ledger_begin(&ledger, &sums);
		ledger_add(&sums, &copy);
		ledger_show(&ledger, &sums);
		for (unsigned i = 0; i < COUNTS; i++)
			CHECK(sums.count[i] >= before.count[i], "count %u", i);
		before = sums;
		if (round % 3 == 0) {
			account_settle(&copy, INT64_MAX);
			ledger_bury(&ledger, &copy);
		}
		account_clear(&account);
	}
}

static void
listeners_have_numbers(void **state)
{
	static struct ledger ledger;
	char address[ADDR_TEXT];

	(void)state;
	assert_int_equal(ledger_find(&ledger, "[::1]:7"), ACCOUNT_OTHERS);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 40; i++) {
			unsigned wanted = i < ACCOUNT_OTHERS ? i :
							       ACCOUNT_OTHERS;

			snprintf(address, sizeof(address), "127.0.0.1:%u", i);
			assert_int_equal(ledger_number(&ledger, address),
			    wanted);
			assert_int_equal(ledger_find(&ledger, address), wanted);
		}
}

static void
has_a_row_for_each_slot(void **state)
{
	struct errbuf err;
	struct account *rows = accounts_create(1000, &err);

	(void)state;
	assert_non_null(rows);
	account_begin(&rows[999], 1);
	account_ended(&rows[999], SNAPSHOT_CLOSED, 1, 1, 1);
	assert_int_equal(rows[998].count[COUNT_CLOSED], 0);
	assert_int_equal((uintptr_t)&rows[1] % 64, 0);
	assert_int_equal(munmap(rows, 1000 * sizeof(*rows)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(counts_by_listener, clear),
		cmocka_unit_test_setup(buckets, clear),
		cmocka_unit_test_setup(mismatched, clear),
		cmocka_unit_test_setup(refused, clear),
		cmocka_unit_test_setup(killed_between_any_two_steps, clear),
		cmocka_unit_test_setup(connections_may_pass_32_bits, clear),
		cmocka_unit_test_setup(never_goes_down, clear),
		cmocka_unit_test(listeners_have_numbers),
		cmocka_unit_test(has_a_row_for_each_slot),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
