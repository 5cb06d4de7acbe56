/* SPDX-License-Identifier: ISC */
/*
 * spawn: what a forker says is taken when it can be true, and a forker that
 * tells untruths, or nothing, is ended.  The forker is one of the test's own,
 * a process that only sleeps; its words are put into its mouth.
 */
#include "check.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "daemon/link.h"
#include "daemon/pool/pool.h"
#include "daemon/pool/spawn.h"

enum { GENERATION = 7 };

static struct pool pool;
static struct forker *forker; /* the one of the test */
static int theirs;	      /* the other end of its link */

/* A child that waits for its end; it says something first if answer is given. */
static pid_t
child(const struct forker_answer *answer, size_t size)
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid != 0)
		return pid;
	if (answer != NULL && send(theirs, answer, size, 0) != (ssize_t)size)
		_exit(1);
	for (;;)
		pause();
}

static void
end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Wait until something is in the link, and hear it. */
static bool
hear(struct spawn_failure *failure)
{
	struct epoll_event event;

	assert_int_equal(epoll_wait(pool.forkers.waiter, &event, 1, 5000), 1);
	return spawn_hear(&pool, failure);
}

static int
open_forker(void **state)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct errbuf err;
	int link[2], waiter = epoll_create1(0);

	(void)state;
	if (waiter == -1 || pool_open(&pool, waiter, &err) == -1 ||
	    link_open(link) == -1 ||
	    epoll_ctl(waiter, EPOLL_CTL_ADD, link[0], &event) == -1)
		return -1;
	theirs = link[1];
	forker = &pool.forkers.item[0];
	*forker = (struct forker){ .pid = child(NULL, 0),
		.generation = GENERATION,
		.fd = link[0],
		.ready = true };
	return 0;
}

/* Nothing that spawn has killed was any other process. */
static int
close_forker(void **state)
{
	(void)state;
	if (forker->pid != 0) {
		kill(forker->pid, SIGKILL);
		if (waitpid(forker->pid, NULL, 0) != forker->pid)
			return -1;
	}
	if (forker->fd != -1)
		close(forker->fd);
	close(theirs);
	close(pool.forkers.waiter);
	close(pool.lifeline[0]);
	close(pool.lifeline[1]);
	close(pool.wake[0]);
	close(pool.wake[1]);
	free(pool.worker);
	return 0;
}

static unsigned
request(unsigned generation)
{
	int entry = pool_request(&pool, generation, clock_ms());

	assert_int_not_equal(entry, -1);
	return (unsigned)entry;
}

/* It was retired, it dies of it, and there is no request any more. */
static void
assert_ended(const struct spawn_failure *failure)
{
	int status;

	assert_int_equal(failure->generation, GENERATION);
	assert_int_equal(forker->fd, -1);
	assert_int_equal(waitpid(forker->pid, &status, 0), forker->pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	forker->pid = 0;
	for (unsigned i = 0; i < pool.used; i++)
		assert_true(!pool.worker[i].requested ||
		    pool.worker[i].generation != GENERATION);
}

static void
a_worker_is_known_when_it_says_so(void **state)
{
	struct forker_answer answer = { .slot = request(GENERATION) };
	struct spawn_failure failure;
	struct pool_census census;
	pid_t pid;

	(void)state;
	pool_census(&pool, GENERATION, &census);
	assert_int_equal(census.starting, 1);
	assert_int_equal(pool.requested, 1);
	assert_int_equal(pool.worker[answer.slot].pid, 0);
	pid = child(&answer, sizeof(answer));
	assert_false(hear(&failure));
	assert_int_equal(pool.worker[answer.slot].pid, pid);
	assert_int_equal(pool.requested, 0);
	assert_int_equal(pool.count, 1);
	end(pid);
}

static void
a_worker_that_has_died_was_there(void **state)
{
	struct forker_answer answer = { .slot = request(GENERATION) };
	struct spawn_failure failure;
	siginfo_t info;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0)
		_exit(send(theirs, &answer, sizeof(answer), 0) == -1);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_status, 0);
	assert_false(hear(&failure));
	assert_int_equal(pool.worker[answer.slot].pid, pid);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
a_failed_clone_frees_its_entry(void **state)
{
	struct forker_answer answer = { .error = EAGAIN };
	struct spawn_failure failure;

	(void)state;
	answer.slot = request(GENERATION);
	end(forker->pid);
	/* It has the word of the forker itself. */
	forker->pid = child(&answer, sizeof(answer));
	assert_true(hear(&failure));
	assert_int_equal(failure.generation, GENERATION);
	assert_int_equal(failure.error, EAGAIN);
	assert_int_equal(failure.lost, 1);
	assert_int_equal(pool.count, 0);
	assert_int_equal(pool.requested, 0);
	assert_int_not_equal(forker->fd, -1);
	assert_false(spawn_hear(&pool, &failure));
}

/* What nobody can say, with the sender and the slot. */
enum sender { STRANGER, CHILD, FORKER };

static pid_t
tell(enum sender sender, const struct forker_answer *answer, size_t size)
{
	pid_t between;

	if (sender == CHILD)
		return child(answer, size);
	if (sender == FORKER) {
		end(forker->pid);
		return forker->pid = child(answer, size);
	}
	/* The child of somebody else. */
	if ((between = fork()) == 0) {
		if (fork() == 0)
			_exit(send(theirs, answer, size, 0) == -1);
		(void)wait(NULL);
		_exit(0);
	}
	assert_int_equal(check_wait(between), 0);
	return between;
}

static void
untruths_end_the_forker(void **state)
{
	static const struct {
		const char *what;
		enum sender sender;
		uint32_t slot;
		int32_t error;
		size_t size;
	} cases[] = {
		{ "no child of ours", STRANGER, 0, 0, 8 },
		{ "a slot that is not requested", CHILD, 1, 0, 8 },
		{ "a slot beyond those in use", CHILD, 3, 0, 8 },
		{ "a slot beyond the table", CHILD, 1U << 30, 0, 8 },
		{ "a slot of another generation", CHILD, 2, 0, 8 },
		{ "a failed clone, not told by the forker", CHILD, 0, EAGAIN,
		    8 },
		{ "the forker as a worker", FORKER, 0, 0, 8 },
		{ "ready, not told by the forker", CHILD, UINT32_MAX, 0, 8 },
		{ "half a record", CHILD, 0, 0, 4 },
	};

	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct forker_answer answer = { cases[i].slot, cases[i].error };
		struct spawn_failure failure = { 0 };
		int status;
		pid_t said;

		assert_int_equal(request(GENERATION), 0);
		assert_int_equal(request(GENERATION), 1);
		pool_answer(&pool, 1, getpid());
		assert_int_equal(request(GENERATION + 1), 2);
		said = tell(cases[i].sender, &answer, cases[i].size);
		CHECK(hear(&failure), "%s", cases[i].what);
		CHECK(failure.lost == 1, "%s", cases[i].what);
		assert_ended(&failure);
		assert_int_equal(pool.worker[1].pid, getpid());
		assert_true(pool.worker[2].requested);
		/* Whoever said it is not signalled. */
		if (cases[i].sender == CHILD) {
			CHECK(waitpid(said, &status, WNOHANG) == 0, "%s",
			    cases[i].what);
			end(said);
		}
		assert_int_equal(close_forker(state), 0);
		assert_int_equal(open_forker(state), 0);
	}
}

static void
a_worker_cannot_be_born_twice(void **state)
{
	struct forker_answer answer = { .slot = request(GENERATION) };
	struct spawn_failure failure;
	pid_t pid;

	(void)state;
	(void)request(GENERATION);
	if ((pid = fork()) == 0) {
		(void)!send(theirs, &answer, sizeof(answer), 0);
		answer.slot = 1;
		(void)!send(theirs, &answer, sizeof(answer), 0);
		for (;;)
			pause();
	}
	while (pool.worker[1].requested)
		if (hear(&failure))
			break;
	assert_ended(&failure);
	assert_int_equal(pool.worker[0].pid, pid);
	assert_int_equal(pool.count, 1);
	end(pid);
}

static void
silence_ends_the_forker(void **state)
{
	struct spawn_failure failure;
	int64_t now_ms = clock_ms();

	(void)state;
	assert_int_equal(spawn_deadline(&pool), INT64_MAX);
	(void)request(GENERATION);
	assert_true(spawn_deadline(&pool) >= now_ms + POOL_START_MS);
	assert_false(spawn_overdue(&pool, now_ms, &failure));
	/* A child has ended that nobody knows. */
	spawn_hurry(&pool, now_ms);
	assert_true(spawn_deadline(&pool) <= now_ms + 1000);
	assert_false(spawn_overdue(&pool, now_ms, &failure));
	assert_true(spawn_overdue(&pool, now_ms + 1000, &failure));
	assert_int_equal(failure.lost, 1);
	assert_ended(&failure);
}

static void
a_full_link_is_a_failure(void **state)
{
	struct forker_request request = { 0 };
	int n = 0;

	(void)state;
	while (forkers_request(forker, &request) == 0)
		assert_true(n++ < 100000);
	assert_int_equal(errno, EAGAIN);
	assert_true(n >= POOL_BATCH);
	/* What a forker that has died has not read is lost with it. */
	end(forker->pid);
	forker->pid = 0;
	close(theirs);
	assert_int_equal(forkers_request(forker, &request), 0);
	theirs = dup(STDIN_FILENO);
}

static void
after_a_cancel_nobody_is_born(void **state)
{
	struct forker_answer answer = { .slot = request(GENERATION) };
	struct epoll_event event;
	int status;
	pid_t pid;

	(void)state;
	(void)request(GENERATION);
	(void)request(GENERATION + 1);
	pid = child(&answer, sizeof(answer));
	assert_int_equal(epoll_wait(pool.forkers.waiter, &event, 1, 5000), 1);
	spawn_cancel(&pool, 0, GENERATION);
	/* Who has spoken before is there. */
	assert_int_equal(pool.worker[0].pid, pid);
	assert_int_equal(pool.requested, 1);
	assert_int_equal(pool.count, 2);
	assert_int_equal(send(theirs, &answer, sizeof(answer), MSG_NOSIGNAL),
	    -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(forker->fd, -1);
	assert_int_equal(waitpid(forker->pid, &status, 0), forker->pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	forker->pid = 0;
	end(pid);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, open_forker, close_forker)
	const struct CMUnitTest tests[] = {
		TEST(a_worker_is_known_when_it_says_so),
		TEST(a_worker_that_has_died_was_there),
		TEST(a_failed_clone_frees_its_entry),
		TEST(untruths_end_the_forker),
		TEST(a_worker_cannot_be_born_twice),
		TEST(silence_ends_the_forker),
		TEST(a_full_link_is_a_failure),
		TEST(after_a_cancel_nobody_is_born),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
