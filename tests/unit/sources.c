/* SPDX-License-Identifier: ISC */
/*
 * sources: networks are told apart, and their connections counted exactly,
 * whichever workers die at which instruction.
 */
#include "check.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>

#include "common/addr.h"
#include "common/errbuf.h"
#include "daemon/sources.h"

enum { WORKERS = 8, SECOND = 1000000 };

static struct sources s;

static size_t
table_bytes(void)
{
	return (size_t)((char *)(s.uncounted + 1) - (char *)s.count);
}

static int
create(void **state)
{
	struct errbuf err;

	(void)state;
	return sources_create(&s, WORKERS, &err);
}

static int
destroy(void **state)
{
	(void)state;
	return munmap((void *)s.count, table_bytes());
}

/* A network of this set, told from others by its mark. */
static uint64_t
network_at(unsigned set, unsigned mark)
{
	return (uint64_t)mark << 40 | set;
}

static uint64_t
network_of(const char *text, unsigned bits4, unsigned bits6)
{
	struct addr a;

	CHECK(addr_from_literal(&a, text, 4711) == 0, "%s", text);
	return sources_network(&s, &a, bits4, bits6);
}

static void
networks(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned bits4, bits6;
		bool same;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", 32, 64, true },
		{ "192.0.2.1", "192.0.2.2", 32, 64, false },
		{ "192.0.2.1", "192.0.2.2", 30, 64, true },
		{ "192.0.2.1", "192.0.2.2", 31, 64, false },
		{ "192.0.2.1", "192.0.3.1", 24, 64, false },
		{ "192.0.2.1", "192.0.3.1", 23, 64, true },
		{ "1.2.3.4", "127.255.255.255", 1, 64, true },
		{ "1.2.3.4", "128.2.3.4", 1, 64, false },
		{ "2001:db8::1", "2001:db8::ffff:1", 32, 64, true },
		{ "2001:db8::1", "2001:db8:0:1::1", 32, 64, false },
		{ "2001:db8::1", "2001:db8:0:1::1", 32, 63, true },
		{ "2001:db8::1", "2001:db8::2", 32, 128, false },
		{ "2001:db8::1", "2001:db8::2", 32, 126, true },
		{ "::1", "7fff::", 32, 1, true },
		{ "::1", "8000::", 32, 1, false },
		/* Not the same link. */
		{ "fe80::1%1", "fe80::1%2", 32, 64, false },
		{ "fe80::1%1", "fe80::2%1", 32, 64, true },
		/* Another family. */
		{ "0.0.0.0", "::", 32, 128, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK((network_of(rows[i].a, rows[i].bits4, rows[i].bits6) ==
			  network_of(rows[i].b, rows[i].bits4,
			      rows[i].bits6)) == rows[i].same,
		    "row %zu", i);
	/* Other prefixes are other networks. */
	assert_true(
	    network_of("192.0.0.0", 24, 64) != network_of("192.0.0.0", 23, 64));
}

/* The port is no part of it, nor can anybody know the hash beforehand. */
static void
networks_have_a_key(void **state)
{
	struct addr a, b;
	struct sources other = s;

	(void)state;
	addr_from_literal(&a, "192.0.2.1", 1);
	addr_from_literal(&b, "192.0.2.1", 2);
	assert_true(
	    sources_network(&s, &a, 32, 64) == sources_network(&s, &b, 32, 64));
	other.key[1] ^= 1;
	assert_true(sources_network(&s, &a, 32, 64) !=
	    sources_network(&other, &a, 32, 64));
	assert_true(s.key[0] != 0 && s.key[1] != 0);
	a.len = 0;
	(void)sources_network(&s, &a, 32, 64);
}

static void
counts(void **state)
{
	uint64_t a = network_at(5, 1), b = network_at(5, 2);

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		for (unsigned i = 0; i < 3; i++)
			assert_true(sources_enter(&s, i, a, 3));
		assert_false(sources_enter(&s, 3, a, 3));
		assert_int_equal(sources_count(&s, a), 3);
		/* One that was refused has nothing to leave. */
		sources_leave(&s, 3);
		sources_reaped(&s, 3);
		assert_int_equal(sources_count(&s, a), 3);
		/* Another network does not notice. */
		assert_true(sources_enter(&s, 3, b, 1));
		assert_false(sources_enter(&s, 4, b, 1));
		assert_int_equal(sources_count(&s, b), 1);
		/* A limit that is changed holds for what is there. */
		assert_false(sources_enter(&s, 4, a, 2));
		assert_true(sources_enter(&s, 4, a, 4));
		for (unsigned i = 0; i < 5; i++) {
			if (i % 2 == round % 2)
				sources_leave(&s, i);
			else
				sources_reaped(&s, i);
			/* Twice is once. */
			sources_leave(&s, i);
			sources_reaped(&s, i);
		}
		assert_int_equal(sources_count(&s, a), 0);
		assert_int_equal(sources_count(&s, b), 0);
	}
	assert_int_equal(sources_uncounted(&s), 0);
}

/* Beyond 16 networks of one set, which takes the key to find. */
static void
full_set_is_not_counted(void **state)
{
	uint64_t before = sources_uncounted(&s), late = network_at(7, 99);

	(void)state;
	for (unsigned i = 0; i < SOURCES_WAYS; i++)
		atomic_store(&s.count[7 * SOURCES_WAYS + i],
		    (uint64_t)(i + 1) << 40 | 1 << 24);
	assert_true(sources_enter(&s, 0, late, 1));
	assert_true(sources_enter(&s, 1, late, 1));
	assert_int_equal(sources_uncounted(&s), before + 2);
	assert_int_equal(sources_count(&s, late), 0);
	/* Those that are in it still are. */
	assert_false(sources_enter(&s, 2, network_at(7, 3), 1));
	sources_leave(&s, 0);
	sources_leave(&s, 1);
	for (unsigned i = 0; i < SOURCES_WAYS; i++)
		assert_int_equal(sources_count(&s, network_at(7, i + 1)), 1);
	/* A place that becomes free is used again. */
	atomic_store(&s.count[7 * SOURCES_WAYS + 4], (uint64_t)5 << 40);
	assert_true(sources_enter(&s, 0, late, 1));
	assert_int_equal(sources_count(&s, late), 1);
	assert_false(sources_enter(&s, 1, late, 1));
	sources_leave(&s, 0);
	for (unsigned i = 0; i < SOURCES_WAYS; i++)
		atomic_store(&s.count[7 * SOURCES_WAYS + i], 0);
}

/* As two workers may leave it that enter at the same moment. */
static void
network_in_two_places_is_one(void **state)
{
	uint64_t a = network_at(9, 1);

	(void)state;
	atomic_store(&s.count[9 * SOURCES_WAYS + 2],
	    (uint64_t)1 << 40 | 1 << 24 | UINT16_MAX << 8);
	atomic_store(&s.count[9 * SOURCES_WAYS + 6],
	    (uint64_t)1 << 40 | 2 << 24 | UINT16_MAX << 8);
	assert_int_equal(sources_count(&s, a), 3);
	assert_false(sources_enter(&s, 0, a, 3));
	assert_true(sources_enter(&s, 0, a, 4));
	assert_false(sources_enter(&s, 1, a, 4));
	sources_leave(&s, 0);
	assert_int_equal(sources_count(&s, a), 3);
	atomic_store(&s.count[9 * SOURCES_WAYS + 2], 0);
	atomic_store(&s.count[9 * SOURCES_WAYS + 6], 0);
}

/* What a worker does when it is killed. */
enum deed { ENTERS, LEAVES, IS_REFUSED };

static const uint64_t contested = UINT64_C(77) << 40 | 11;

static _Noreturn void
act(enum deed deed, unsigned worker)
{
	if (deed == LEAVES)
		(void)sources_enter(&s, worker, contested, 100);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	if (deed == LEAVES)
		sources_leave(&s, worker);
	else
		(void)sources_enter(&s, worker, contested,
		    deed == ENTERS ? 100 : 1);
	_exit(0);
}

/* Whether a process may trace its child here. */
static bool
can_trace(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && status == 0 &&
	    getenv("ECHOD_WRAPPER") == NULL;
}

/*
 * Worker 2 is dead if it does not go on.  Others cover its last step before the
 * master reaps it, or nobody does.
 */
static void
check_death(enum deed deed, unsigned instruction, bool covered)
{
	if (covered) {
		(void)sources_enter(&s, 3, contested, 100);
		(void)sources_enter(&s, 4, contested, 100);
		sources_leave(&s, 3);
	}
	sources_reaped(&s, 2);
	CHECK(sources_count(&s, contested) == (covered ? 2 : 1),
	    "deed %d, instruction %u, %s: %u", deed, instruction,
	    covered ? "covered" : "not covered", sources_count(&s, contested));
	if (covered)
		sources_leave(&s, 4);
	/* The next worker in that slot begins anew. */
	CHECK(sources_enter(&s, 2, contested, 2), "deed %d, instruction %u",
	    deed, instruction);
	CHECK(!sources_enter(&s, 5, contested, 2), "deed %d, instruction %u",
	    deed, instruction);
}

/*
 * Stop a worker after each instruction.  What it leaves if it dies there is in
 * the shared memory alone, and so is what it needs to go on.
 */
static unsigned
check_deaths(enum deed deed)
{
	uint64_t *set =
	    (uint64_t *)&s.count[contested % SOURCES_SETS * SOURCES_WAYS];
	uint64_t old_set[SOURCES_WAYS], old_step[WORKERS];
	pid_t pid = fork();
	unsigned n = 0;
	int status;

	if (pid == 0)
		act(deed, 2);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		memcpy(old_set, set, sizeof(old_set));
		memcpy(old_step, (void *)s.step, sizeof(old_step));
		for (int covered = 0; covered < 2; covered++) {
			check_death(deed, n, covered == 1);
			memcpy(set, old_set, sizeof(old_set));
			memcpy((void *)s.step, old_step, sizeof(old_step));
		}
		n++;
		ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL);
	}
	assert_int_equal(status, 0);
	sources_leave(&s, 2);
	return n;
}

static void
death_at_any_instruction(void **state)
{
	(void)state;
	if (!can_trace())
		skip();
	for (int deed = ENTERS; deed <= IS_REFUSED; deed++) {
		unsigned n;

		sources_enter(&s, 1, contested, 100);
		n = check_deaths((enum deed)deed);
		print_message("# deed %d: %u instructions\n", deed, n);
		assert_true(n > 20);
		sources_leave(&s, 1);
		assert_int_equal(sources_count(&s, contested), 0);
	}
}

/* The count still names a step of this worker that ended in the same digits. */
static void
death_in_a_step_like_one_long_ago(void **state)
{
	uint64_t number;

	(void)state;
	if (!can_trace())
		skip();
	sources_enter(&s, 1, contested, 100);
	sources_enter(&s, 2, contested, 100);
	sources_leave(&s, 2);
	number = atomic_load(&s.step[2]) >> 19;
	atomic_store(&s.step[2], (number + UINT8_MAX) << 19);
	assert_true(check_deaths(ENTERS) > 20);
	sources_leave(&s, 1);
	assert_int_equal(sources_count(&s, contested), 0);
}

/* How many are in there by the workers' own count; shared. */
static _Atomic unsigned *inside;
enum { PLACES = 3, MOST = 2, TURNS = 20000, KILLS = 100, BUSY = 4 };

/* Networks of one set, so that places in it become free all the time. */
static _Noreturn void
work(unsigned worker, bool checks)
{
	uint32_t seed = worker * 7919 + 1;

	for (unsigned i = 0; !checks || i < TURNS; i++) {
		unsigned k = check_random(&seed) % PLACES;

		if (!sources_enter(&s, worker, network_at(13, k + 1), MOST))
			continue;
		if (checks && atomic_fetch_add(&inside[k], 1) >= MOST)
			_exit(1);
		if (checks)
			atomic_fetch_sub(&inside[k], 1);
		sources_leave(&s, worker);
	}
	_exit(0);
}

static pid_t
start(unsigned worker, bool checks)
{
	pid_t pid = fork();

	if (pid == 0)
		work(worker, checks);
	return pid;
}

static void
never_more_than_the_limit(void **state)
{
	pid_t pid[WORKERS];

	(void)state;
	for (unsigned i = 0; i < WORKERS; i++)
		pid[i] = start(i, true);
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(check_wait(pid[i]), 0);
	for (unsigned k = 0; k < PLACES; k++)
		assert_int_equal(sources_count(&s, network_at(13, k + 1)), 0);
}

static void
exact_after_random_deaths(void **state)
{
	uint64_t before = sources_uncounted(&s);
	pid_t pid[BUSY];
	uint32_t seed = 1;
	int status;

	(void)state;
	for (unsigned i = 0; i < BUSY; i++)
		pid[i] = start(i, false);
	for (unsigned n = 0; n < KILLS; n++) {
		unsigned i = check_random(&seed) % BUSY;

		/* Time for the others to come to any place. */
		for (unsigned k = check_random(&seed) % 2000; k > 0; k--)
			(void)sources_count(&s, network_at(13, 1));
		kill(pid[i], SIGKILL);
		waitpid(pid[i], &status, 0);
		sources_reaped(&s, i);
		pid[i] = start(i, false);
	}
	for (unsigned i = 0; i < BUSY; i++)
		kill(pid[i], SIGKILL);
	for (unsigned i = 0; i < BUSY; i++) {
		waitpid(pid[i], &status, 0);
		sources_reaped(&s, i);
	}
	for (unsigned k = 0; k < PLACES; k++)
		assert_int_equal(sources_count(&s, network_at(13, k + 1)), 0);
	assert_int_equal(sources_uncounted(&s), before);
}

static void
rates(void **state)
{
	static const unsigned all[] = { 1, 2, 3, 7, 100, 999, 10000 };
	/* Also where the clock that an entry keeps begins anew. */
	static const int64_t begins[] = { 0, 5 * SECOND, (INT64_C(1) << 40) - 1,
		(INT64_C(1) << 40) - SECOND / 2, (INT64_C(1) << 44) - 3 };

	(void)state;
	for (size_t b = 0; b < COUNT(begins); b++)
		for (size_t i = 0; i < COUNT(all); i++) {
			unsigned rate = all[i], passed = 0;
			uint64_t a = network_at(20 + (unsigned)b,
			    (unsigned)i + 1);
			int64_t now = begins[b];

			/* As many at once as in a second, and no more. */
			for (unsigned k = 0; k < 2 * rate; k++)
				passed += sources_arrive(&s, a, rate, now);
			CHECK(passed == rate, "%zu, %u: %u", b, rate, passed);
			/* Then at that rate, however many are refused. */
			for (passed = 0; now < begins[b] + 5 * SECOND;
			     now += 50)
				passed += sources_arrive(&s, a, rate, now);
			CHECK(passed >= 5 * rate - 1 - rate / 100 &&
				passed <= 5 * rate + 1 + rate / 100,
			    "%zu, %u: %u", b, rate, passed);
			/* After a pause the burst again. */
			now += 2 * SECOND;
			for (passed = 0; sources_arrive(&s, a, rate, now);)
				passed++;
			CHECK(passed == rate, "%zu, %u: %u", b, rate, passed);
			/* Another network of the set has its own. */
			CHECK(sources_arrive(&s, a ^ UINT64_C(1) << 60, rate,
				  now),
			    "%zu, %u", b, rate);
		}
}

static void
rates_of_a_full_set(void **state)
{
	uint64_t before = sources_uncounted(&s);
	int64_t now = SECOND;

	(void)state;
	for (unsigned i = 0; i < SOURCES_WAYS; i++)
		assert_true(sources_arrive(&s, network_at(40, i + 1), 1, now));
	for (unsigned i = 0; i < SOURCES_WAYS; i++)
		assert_false(sources_arrive(&s, network_at(40, i + 1), 1, now));
	assert_int_equal(sources_uncounted(&s), before);
	assert_true(sources_arrive(&s, network_at(40, 99), 1, now));
	assert_true(sources_arrive(&s, network_at(40, 99), 1, now));
	assert_int_equal(sources_uncounted(&s), before + 2);
	/* A second later their places are free. */
	assert_true(sources_arrive(&s, network_at(40, 99), 1, now + SECOND));
	assert_false(sources_arrive(&s, network_at(40, 99), 1, now + SECOND));
}

/* A worker may write anything over all of it. */
static void
rubbish(void **state)
{
	uint32_t seed = 4711, *memory = (uint32_t *)s.count;
	uint32_t *step = (uint32_t *)s.step;

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		for (size_t i = 0; i < table_bytes() / sizeof(*memory); i++)
			memory[i] = check_random(&seed);
		for (unsigned k = 0; k < 2000; k++) {
			unsigned worker = k % WORKERS;
			uint64_t a = network_at(check_random(&seed),
			    check_random(&seed));

			step[check_random(&seed) % (2 * WORKERS)] =
			    check_random(&seed);
			(void)sources_enter(&s, worker, a, 1 + k % 20000);
			if (k % 3 == 0)
				sources_leave(&s, worker);
			(void)sources_count(&s, a);
			(void)sources_arrive(&s, a, 1 + k % 10000, k);
			if (k % 2 == 0)
				sources_reaped(&s, worker);
		}
	}
	memset((void *)s.count, 0, table_bytes());
	counts(state);
}

int
main(void)
{
	const struct CMUnitTest sources[] = {
		cmocka_unit_test(networks),
		cmocka_unit_test(networks_have_a_key),
		cmocka_unit_test(counts),
		cmocka_unit_test(full_set_is_not_counted),
		cmocka_unit_test(network_in_two_places_is_one),
		cmocka_unit_test(death_at_any_instruction),
		cmocka_unit_test(death_in_a_step_like_one_long_ago),
		cmocka_unit_test(never_more_than_the_limit),
		cmocka_unit_test(exact_after_random_deaths),
		cmocka_unit_test(rates),
		cmocka_unit_test(rates_of_a_full_set),
		cmocka_unit_test(rubbish),
	};

	inside = mmap(NULL, PLACES * sizeof(*inside), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (inside == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(sources, create, destroy);
}
