/* SPDX-License-Identifier: ISC */
/*
 * scoreboard: states, the exact count of idle workers, peers, hearsay.
 *
 * rows: 18
 */
#include "check.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/mman.h>

#include "common/errbuf.h"
#include "daemon/scoreboard.h"

enum { CAPACITY = 200 };

static struct scoreboard board;

static int
create(void **state)
{
	struct errbuf err;

	(void)state;
	return scoreboard_create(&board, CAPACITY, &err);
}

static int
destroy(void **state)
{
	char *end = (char *)&board.slots[board.capacity];
	size_t n = sizeof(*board.head) + CAPACITY / 8;

	(void)state;
	return munmap(board.talk, (size_t)(end - (char *)board.talk)) |
	    munmap(board.head, n) | munmap((void *)(uintptr_t)board.view, n);
}

static void
release_all(void)
{
	for (unsigned i = 0; i < CAPACITY; i++)
		scoreboard_release(&board, i);
}

static void
life_of_a_worker(void **state)
{
	struct addr peer;

	(void)state;
	addr_from_literal(&peer, "192.0.2.1", 4711);
	for (unsigned i = 0; i < CAPACITY; i += 33) {
		assert_int_equal(scoreboard_state(&board, i), SLOT_FREE);
		scoreboard_claim(&board, i, 10);
		assert_int_equal(scoreboard_state(&board, i), SLOT_STARTING);
		assert_int_equal(board.slots[i].since_ms, 10);
		assert_int_equal(scoreboard_idle_count(&board), 0);
		(void)scoreboard_idle(&board, i, 11);
		assert_int_equal(scoreboard_state(&board, i), SLOT_IDLE);
		assert_int_equal(board.slots[i].since_ms, 11);
		assert_int_equal(scoreboard_idle_count(&board), 1);
		(void)scoreboard_busy(&board, i, &peer, 12);
		assert_int_equal(scoreboard_state(&board, i), SLOT_BUSY);
		assert_int_equal(board.slots[i].since_ms, 12);
		assert_int_equal(board.slots[i].connections, 1);
		assert_int_equal(scoreboard_idle_count(&board), 0);
		(void)scoreboard_idle(&board, i, 13);
		(void)scoreboard_busy(&board, i, &peer, 14);
		assert_int_equal(board.slots[i].connections, 2);
		scoreboard_leaving(&board, i, 15);
		assert_int_equal(scoreboard_state(&board, i), SLOT_LEAVING);
		assert_int_equal(scoreboard_idle_count(&board), 0);
		scoreboard_release(&board, i);
		assert_int_equal(scoreboard_state(&board, i), SLOT_FREE);
		/* Who comes next finds nothing of the one before. */
		scoreboard_claim(&board, i, 16);
		assert_int_equal(board.slots[i].connections, 0);
		scoreboard_peer(&board.slots[i], &peer);
		assert_int_equal(peer.len, 0);
		addr_from_literal(&peer, "192.0.2.1", 4711);
		scoreboard_release(&board, i);
	}
}

/* The idle bits of all slots, also across the borders of words. */
static void
idle_is_counted_exactly(void **state)
{
	static bool idle[CAPACITY];
	struct addr peer = { .len = 0 };
	uint32_t seed = 88172645;
	unsigned count = 0;

	(void)state;
	memset(idle, 0, sizeof(idle));
	for (unsigned i = 0; i < CAPACITY; i++) {
		scoreboard_claim(&board, i, 1);
		(void)scoreboard_idle(&board, i, 1);
		CHECK(scoreboard_idle_count(&board) == i + 1, "%u", i);
		/* Twice is once. */
		(void)scoreboard_idle(&board, i, 1);
		CHECK(scoreboard_idle_count(&board) == i + 1, "%u", i);
	}
	for (unsigned i = CAPACITY; i-- > 0;) {
		scoreboard_discount(&board, i);
		CHECK(scoreboard_idle_count(&board) == i, "%u", i);
		/* The master stopped counting it; it does not know that. */
		assert_int_equal(scoreboard_state(&board, i), SLOT_IDLE);
		scoreboard_discount(&board, i);
		CHECK(scoreboard_idle_count(&board) == i, "%u", i);
	}
	for (unsigned i = 0; i < CAPACITY; i++)
		scoreboard_recount(&board, i);
	for (int round = 0; round < 5000; round++) {
		unsigned i = check_random(&seed) % CAPACITY;

		switch (check_random(&seed) % 4) {
		case 0:
			(void)scoreboard_busy(&board, i, &peer, 1);
			break;
		case 1:
			scoreboard_leaving(&board, i, 1);
			break;
		default:
			(void)scoreboard_idle(&board, i, 1);
			count += !idle[i];
			idle[i] = true;
			continue;
		}
		count -= idle[i];
		idle[i] = false;
		CHECK(scoreboard_idle_count(&board) == count, "%d", round);
	}
	release_all();
	assert_int_equal(scoreboard_idle_count(&board), 0);
}

static void
steps_ring_at_the_thresholds(void **state)
{
	static const struct {
		unsigned below, above;
	} rows[] = { { 5, 10 }, { 0, 4 }, { 1, 1 }, { 1, 10 },
		{ 5, UINT32_MAX }, { 0, 0 }, { UINT32_MAX, UINT32_MAX } };
	struct addr peer = { .len = 0 };

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		unsigned below = rows[k].below, above = rows[k].above;

		for (unsigned i = 0; i < 100; i++)
			scoreboard_claim(&board, i, 1);
		scoreboard_thresholds(&board, below, above);
		for (unsigned i = 0; i < 100; i++)
			CHECK(scoreboard_idle(&board, i, 1) == (i + 1 > above),
			    "%u idle, above %u", i + 1, above);
		for (unsigned i = 100; i-- > 0;)
			CHECK(scoreboard_busy(&board, i, &peer, 1) ==
				(i < below),
			    "%u idle, below %u", i, below);
		release_all();
	}
	scoreboard_thresholds(&board, 0, UINT32_MAX);
}

static void
peers(void **state)
{
	static const struct {
		const char *host;
		uint16_t port;
	} rows[] = {
		{ "0.0.0.0", 0 },
		{ "127.0.0.1", 10000 },
		{ "255.255.255.255", 65535 },
		{ "192.0.2.1", 1 },
		{ "::", 0 },
		{ "::1", 65535 },
		{ "2001:db8:1111:2222:3333:4444:5555:6666", 12345 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535 },
		{ "::ffff:192.0.2.1", 7 },
		{ "fe80::1%7", 7 },
		{ "fe80::1%4294967295", 65535 },
	};
	struct addr peer, back;

	(void)state;
	scoreboard_claim(&board, 3, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		addr_from_literal(&peer, rows[i].host, rows[i].port);
		(void)scoreboard_busy(&board, 3, &peer, 1);
		scoreboard_peer(&board.slots[3], &back);
		CHECK(addr_equal(&peer, &back), "%s", rows[i].host);
		CHECK(back.len == peer.len, "%s", rows[i].host);
	}
	memset(&peer, 0, sizeof(peer));
	(void)scoreboard_busy(&board, 3, &peer, 1);
	scoreboard_peer(&board.slots[3], &back);
	assert_int_equal(back.len, 0);
	scoreboard_release(&board, 3);
}

static void
totals(void **state)
{
	(void)state;
	scoreboard_claim(&board, 64, 1);
	scoreboard_add(&board.slots[64], 5, 0);
	scoreboard_add(&board.slots[64], 0, 3);
	scoreboard_add(&board.slots[64], UINT32_MAX, UINT32_MAX);
	assert_int_equal(board.slots[64].bytes_in, 5 + (uint64_t)UINT32_MAX);
	assert_int_equal(board.slots[64].bytes_out, 3 + (uint64_t)UINT32_MAX);
	scoreboard_release(&board, 64);
}

/* A worker gone wild may write anything; what is read of it stays sane. */
static void
hearsay(void **state)
{
	static const uint32_t states[] = { SLOT_STATES, SLOT_STATES + 1, 255,
		INT32_MAX, 0x80000000, UINT32_MAX };
	char text[ADDR_TEXT];
	struct addr peer;

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		board.slots[5].state = states[i];
		CHECK(scoreboard_state(&board, 5) < SLOT_STATES, "%u",
		    states[i]);
		CHECK(scoreboard_state(&board, 5) == SLOT_LEAVING, "%u",
		    states[i]);
	}
	memset(&board.slots[5].peer, 0xff, sizeof(board.slots[5].peer));
	scoreboard_peer(&board.slots[5], &peer);
	addr_text(&peer, text, sizeof(text));
	assert_string_equal(text, "unknown");
	scoreboard_release(&board, 5);
	/* Of all the idle bits only those of workers count. */
	memset(board.idle, 0xff, (CAPACITY + 63) / 64 * sizeof(board.idle[0]));
	assert_int_equal(scoreboard_idle_count(&board), 0);
	for (unsigned i = 0; i < CAPACITY; i += 2)
		scoreboard_claim(&board, i, 1);
	assert_int_equal(scoreboard_idle_count(&board), CAPACITY / 2);
	scoreboard_discount(&board, 10);
	(void)scoreboard_idle(&board, 10, 1);
	assert_int_equal(scoreboard_idle_count(&board), CAPACITY / 2 - 1);
	scoreboard_recount(&board, 10);
	assert_int_equal(scoreboard_idle_count(&board), CAPACITY / 2);
	release_all();
	memset(board.idle, 0, (CAPACITY + 63) / 64 * sizeof(board.idle[0]));
}

static uint32_t *
master_memory(bool view)
{
	return view ? (uint32_t *)(uintptr_t)&board.view->wake_below :
		      (uint32_t *)&board.head->wake_below;
}

/* An end that no tool takes for a fault of the program. */
static void
refused(int signo)
{
	_exit(signo);
}

/* No child has the one mapping of it, and the other cannot be written. */
static void
children_cannot_write_what_is_the_masters(void **state)
{
	(void)state;
	scoreboard_thresholds(&board, 7, 8);
	for (int view = 0; view < 2; view++) {
		pid_t pid = fork();

		assert_int_not_equal(pid, -1);
		if (pid == 0) {
			signal(SIGSEGV, refused);
			*(volatile uint32_t *)master_memory(view) = 1;
			_exit(0);
		}
		CHECK(check_wait(pid) == SIGSEGV, "view %d", view);
	}
	assert_int_equal(board.view->wake_below, 7);
	/* Nor made writable, since Linux 5.1. */
	if (mprotect((void *)((uintptr_t)board.view & ~(uintptr_t)4095), 4096,
		PROT_READ | PROT_WRITE) == 0)
		skip();
}

static void
flip(unsigned slot)
{
	struct addr peer = { .len = 0 };

	for (int i = 0; i < 100000; i++) {
		(void)scoreboard_idle(&board, slot, i);
		(void)scoreboard_busy(&board, slot, &peer, i);
		scoreboard_add(&board.slots[slot], 1, 2);
	}
	(void)scoreboard_idle(&board, slot, 1);
	_exit(0);
}

/* Two processes whose bits share a word do not lose each other's steps. */
static void
concurrent_steps_are_exact(void **state)
{
	static const unsigned slots[] = { 62, 63 };
	pid_t pid[COUNT(slots)];

	(void)state;
	for (size_t i = 0; i < COUNT(slots); i++)
		scoreboard_claim(&board, slots[i], 1);
	for (size_t i = 0; i < COUNT(slots); i++)
		if ((pid[i] = fork()) == 0)
			flip(slots[i]);
	for (size_t i = 0; i < COUNT(slots); i++)
		assert_int_equal(check_wait(pid[i]), 0);
	assert_int_equal(scoreboard_idle_count(&board), COUNT(slots));
	for (size_t i = 0; i < COUNT(slots); i++) {
		const struct slot *slot = &board.slots[slots[i]];

		assert_int_equal(slot->connections, 100000);
		assert_int_equal(slot->bytes_in, 100000);
		assert_int_equal(slot->bytes_out, 200000);
		scoreboard_release(&board, slots[i]);
		assert_int_equal(scoreboard_idle_count(&board),
		    COUNT(slots) - 1 - i);
	}
}

/* Why no worker can start: whoever says it first, once. */
static void
why_none_can_start(void **state)
{
	char why[SCOREBOARD_WHY], longer[2 * SCOREBOARD_WHY];

	(void)state;
	assert_false(scoreboard_take_why(&board, why));
	scoreboard_complain(&board, "no such group");
	scoreboard_complain(&board, "no memory");
	assert_true(scoreboard_take_why(&board, why));
	assert_string_equal(why, "no such group");
	assert_false(scoreboard_take_why(&board, why));
	/* Taken, so that there is room for another. */
	scoreboard_complain(&board, "");
	scoreboard_complain(&board, "no memory");
	assert_true(scoreboard_take_why(&board, why));
	assert_string_equal(why, "");
	scoreboard_complain(&board, "no memory");
	assert_true(scoreboard_take_why(&board, why));
	assert_string_equal(why, "no memory");
	/* As much of it as there is room for. */
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	scoreboard_complain(&board, longer);
	memset(why, '?', sizeof(why));
	assert_true(scoreboard_take_why(&board, why));
	assert_int_equal(strlen(why), SCOREBOARD_WHY - 1);
	assert_int_equal(strspn(why, "x"), SCOREBOARD_WHY - 1);
	/* Nothing of it is left behind a short one. */
	scoreboard_complain(&board, "short");
	assert_true(scoreboard_take_why(&board, why));
	assert_string_equal(why, "short");
}

/* Workers are processes; of many that fail at once one is heard, whole. */
static void
one_of_many_complains(void **state)
{
	enum { WORKERS = 8 };
	char why[SCOREBOARD_WHY], all[WORKERS][SCOREBOARD_WHY];
	pid_t pids[WORKERS];
	int same = 0;

	(void)state;
	for (int i = 0; i < WORKERS; i++) {
		memset(all[i], 'a' + i, SCOREBOARD_WHY - 1);
		all[i][SCOREBOARD_WHY - 1] = '\0';
		pids[i] = fork();
		assert_int_not_equal(pids[i], -1);
		if (pids[i] == 0) {
			scoreboard_complain(&board, all[i]);
			_exit(0);
		}
	}
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(check_wait(pids[i]), 0);
	assert_true(scoreboard_take_why(&board, why));
	for (int i = 0; i < WORKERS; i++)
		same += strcmp(why, all[i]) == 0;
	assert_int_equal(same, 1);
	assert_false(scoreboard_take_why(&board, why));
}

static void
sizes(void **state)
{
	static const unsigned capacities[] = { 1, 63, 64, 65, 511, 512, 513,
		40000 };

	(void)state;
	for (size_t i = 0; i < COUNT(capacities); i++) {
		unsigned last = capacities[i] - 1;
		struct scoreboard b;
		struct errbuf err;
		char *end;

		assert_int_equal(scoreboard_create(&b, capacities[i], &err), 0);
		CHECK((uintptr_t)b.slots % 64 == 0, "%u", capacities[i]);
		CHECK((char *)b.slots >=
			(char *)b.idle + (capacities[i] + 63) / 64 * 8,
		    "%u", capacities[i]);
		scoreboard_claim(&b, 0, 1);
		scoreboard_claim(&b, last, 1);
		(void)scoreboard_idle(&b, 0, 1);
		(void)scoreboard_idle(&b, last, 1);
		CHECK(scoreboard_idle_count(&b) == (last == 0 ? 1 : 2), "%u",
		    capacities[i]);
		scoreboard_release(&b, last);
		CHECK(scoreboard_idle_count(&b) == (last == 0 ? 0 : 1), "%u",
		    capacities[i]);
		end = (char *)&b.slots[capacities[i]];
		munmap(b.talk, (size_t)(end - (char *)b.talk));
		munmap(b.head, sizeof(*b.head));
		munmap((void *)(uintptr_t)b.view, sizeof(*b.head));
	}
}

int
main(void)
{
	const struct CMUnitTest scoreboard[] = {
		cmocka_unit_test(life_of_a_worker),
		cmocka_unit_test(idle_is_counted_exactly),
		cmocka_unit_test(steps_ring_at_the_thresholds),
		cmocka_unit_test(peers),
		cmocka_unit_test(totals),
		cmocka_unit_test(hearsay),
		cmocka_unit_test(children_cannot_write_what_is_the_masters),
		cmocka_unit_test(concurrent_steps_are_exact),
		cmocka_unit_test(why_none_can_start),
		cmocka_unit_test(one_of_many_complains),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(scoreboard, create, destroy);
}
