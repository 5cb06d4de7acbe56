/* SPDX-License-Identifier: ISC */
#include "daemon/pool/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/sandbox/descriptors.h"
#include "daemon/sandbox/filter.h"
#include "daemon/signals.h"

/* A generation of workers.max, and as many that leave beside it. */
enum { CAPACITY = 2 * CONFIG_WORKERS };

int
pool_open(struct pool *pool, int waiter, struct errbuf *err)
{
	memset(pool, 0, sizeof(*pool));
	forkers_init(&pool->forkers, waiter);
	pool->worker = calloc(CAPACITY, sizeof(pool->worker[0]));
	if (pool->worker == NULL)
		return errbuf_sys(err, "no memory for the table of workers");
	if (pipe2(pool->lifeline, O_CLOEXEC) == -1 ||
	    (pool->lifeline[0] = descriptors_fix(pool->lifeline[0])) == -1)
		return errbuf_sys(err, "cannot make the lifeline");
	if (pipe2(pool->wake, O_NONBLOCK | O_CLOEXEC) == -1 ||
	    (pool->wake[1] = descriptors_fix(pool->wake[1])) == -1)
		return errbuf_sys(err, "cannot make the pipe of the workers");
	if (scoreboard_create(&pool->board, CAPACITY, err) == -1)
		return -1;
	if ((pool->accounts = accounts_create(CAPACITY, err)) == NULL)
		return -1;
	return sources_create(&pool->sources, CAPACITY, err);
}

void
pool_woken(struct pool *pool)
{
	char bytes[4096];

	/* To read a part is enough: there is room for a write now, and the next
	 * write is another event. */
	(void)!read(pool->wake[0], bytes, sizeof(bytes));
}

static bool
is_free(const struct pool_worker *worker)
{
	return worker->pid == 0 && !worker->requested;
}

int
pool_request(struct pool *pool, unsigned generation, int64_t now_ms)
{
	unsigned i = 0;

	while (i < CAPACITY && !is_free(&pool->worker[i]))
		i++;
	if (i == CAPACITY) {
		errno = EAGAIN;
		return -1;
	}
	scoreboard_claim(&pool->board, i, now_ms);
	pool->worker[i] = (struct pool_worker){ .requested = true,
		.generation = generation,
		.born_ms = now_ms,
		.settle_ms = now_ms + POOL_START_MS };
	pool->requested++;
	pool->count++;
	if (i >= pool->used)
		pool->used = i + 1;
	return (int)i;
}

static void
free_entry(struct pool *pool, unsigned i)
{
	scoreboard_release(&pool->board, i);
	pool->count--;
	pool->worker[i] = (struct pool_worker){ 0 };
	/* Keep the part of the table that is in use short. */
	while (pool->used > 0 && is_free(&pool->worker[pool->used - 1]))
		pool->used--;
}

void
pool_answer(struct pool *pool, unsigned i, pid_t pid)
{
	pool->requested--;
	pool->worker[i].requested = false;
	if (pid == -1) {
		free_entry(pool, i);
		return;
	}
	pool->worker[i].pid = pid;
	pool->born++;
}

void
pool_mark_leaving(struct pool *pool, unsigned i)
{
	pool->worker[i].leaving = true;
	scoreboard_discount(&pool->board, i);
}

void
pool_census(const struct pool *pool, unsigned generation,
    struct pool_census *census)
{
	*census = (struct pool_census){ 0 };
	for (unsigned i = 0; i < pool->used; i++) {
		const struct pool_worker *worker = &pool->worker[i];
		enum slot_state state;

		if (worker->pid != 0 && worker->leaving)
			census->leaving++;
		if (is_free(worker) || worker->leaving ||
		    worker->generation != generation)
			continue;
		/* Its slot may say more already, but its birth has not been
		 * heard yet. */
		if (worker->requested) {
			census->starting++;
			continue;
		}
		/* A frozen worker takes no new client, but keeps the one that
		 * it has. */
		state = scoreboard_state(&pool->board, i);
		if (worker->frozen && state != SLOT_BUSY)
			continue;
		switch (state) {
		case SLOT_FREE:
		case SLOT_STARTING:
			/* A worker that was ready once can claim to be
			 * starting; but as it takes no client, it counts as
			 * busy. */
			if (worker->settle_ms != 0)
				census->starting++;
			else
				census->busy++;
			break;
		case SLOT_PAUSED:
			census->paused++;
			census->idle++;
			break;
		case SLOT_IDLE:
			census->idle++;
			break;
		default:
			census->busy++;
		}
	}
}

bool
pool_may_signal(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].pid != 0 &&
		    kill(pool->worker[i].pid, 0) == -1)
			return false;
	return true;
}

void
pool_let_go(struct pool *pool)
{
	if (pool->lifeline[1] != -1)
		close(pool->lifeline[1]);
	pool->lifeline[1] = -1;
}

bool
pool_settled_beside(const struct pool *pool, unsigned generation)
{
	for (unsigned i = 0; i < pool->used; i++) {
		const struct pool_worker *worker = &pool->worker[i];

		/* Frozen workers are left out: they would keep the listeners
		 * open. */
		if (worker->pid != 0 && !worker->frozen &&
		    (worker->generation != generation || worker->drainer) &&
		    scoreboard_state(&pool->board, i) != SLOT_BUSY)
			return false;
	}
	/* A forker of another generation that has been killed may not have
	 * closed them yet. */
	return forkers_beside(&pool->forkers, generation) == 0;
}

unsigned
pool_find(const struct pool *pool, pid_t pid)
{
	unsigned i = 0;

	while (i < pool->used && pool->worker[i].pid != pid)
		i++;
	return i;
}

bool
pool_frozen(struct pool *pool, pid_t pid, bool frozen)
{
	unsigned i = pool_find(pool, pid);

	if (i == pool->used)
		return false;
	pool->worker[i].frozen = frozen;
	if (frozen) {
		/* The worker sets its idle bit again when it is continued. */
		scoreboard_discount(&pool->board, i);
		(void)class_log(CLASS_FROZEN, LEVEL_WARNING,
		    "worker stopped pid=%ld", (long)pid);
	} else {
		if (!pool->worker[i].leaving)
			scoreboard_recount(&pool->board, i);
		(void)class_log(CLASS_FROZEN, LEVEL_NOTICE,
		    "worker continued pid=%ld", (long)pid);
	}
	return true;
}

/*
 * Whether a worker ended because its filter forbids a system call.  The number
 * of the call comes from the worker, which may have been taken over and lie; so
 * nothing but a line of the log depends on it.
 */
static bool
is_violation(const struct pool *pool, unsigned i, int wait_status)
{
	return WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGSYS &&
	    scoreboard_broken_by(&pool->board.slots[i]) != -1;
}

void
pool_end_text(int wait_status, char *buf, size_t size)
{
	if (WIFSIGNALED(wait_status))
		snprintf(buf, size, "signal=%s core=%s",
		    signals_name(WTERMSIG(wait_status)),
		    WCOREDUMP(wait_status) ? "yes" : "no");
	else
		snprintf(buf, size, "status=%d", WEXITSTATUS(wait_status));
}

/* Log the end of a worker that did not leave in order. */
static void
report_death(const struct pool *pool, unsigned i, int wait_status)
{
	long pid = (long)pool->worker[i].pid;
	char text[ADDR_TEXT], peer[ADDR_TEXT + 8] = "", how[64];
	enum log_level level = LEVEL_ERR;
	struct addr addr;

	if (scoreboard_state(&pool->board, i) == SLOT_BUSY) {
		scoreboard_peer(&pool->board.slots[i], &addr);
		addr_text(&addr, text, sizeof(text));
		snprintf(peer, sizeof(peer), " peer=%s", text);
	}
	pool_end_text(wait_status, how, sizeof(how));
	if (is_violation(pool, i, wait_status)) {
		(void)class_log(CLASS_VIOLATION, LEVEL_ERR,
		    "worker broke its confinement pid=%ld call=%s%s", pid,
		    filter_call_name(
			scoreboard_broken_by(&pool->board.slots[i])),
		    peer);
		return;
	}
	if (WIFSIGNALED(wait_status) &&
	    !signals_is_crash(WTERMSIG(wait_status)))
		level = LEVEL_WARNING;
	(void)class_log(CLASS_DIED, level, "worker died pid=%ld %s%s", pid, how,
	    peer);
}

/*
 * Add to the ledger what a worker has counted, and the connection that it has
 * left unfinished.
 */
static void
close_account(struct pool *pool, unsigned i, int64_t now_ms)
{
	const struct slot *slot = &pool->board.slots[i];
	int64_t since_ms = atomic_load(&slot->since_ms);
	struct account_copy copy;

	/* The worker wrote it: it may be untrue, or the number of a forbidden
	 * call. */
	if (since_ms < pool->worker[i].born_ms || since_ms > now_ms)
		since_ms = now_ms;
	account_read(&pool->accounts[i], slot, &copy);
	account_settle(&copy, now_ms - since_ms);
	ledger_bury(&pool->ledger, &copy);
	account_clear(&pool->accounts[i]);
	pool->served += atomic_load(&slot->connections);
}

static enum snapshot_exit
cause(const struct pool_worker *worker, int wait_status, bool early)
{
	if (early)
		return SNAPSHOT_NOT_READY;
	if (WIFSIGNALED(wait_status))
		return SNAPSHOT_SIGNAL;
	if (WEXITSTATUS(wait_status) != 0)
		return SNAPSHOT_STATUS;
	return worker->leaving ? SNAPSHOT_RETIRED : SNAPSHOT_RECYCLED;
}

void
pool_forget(struct pool *pool)
{
	memset(&pool->ledger, 0, sizeof(pool->ledger));
	memset(pool->exited, 0, sizeof(pool->exited));
	pool->born = pool->served = 0;
}

bool
pool_reaped(struct pool *pool, pid_t pid, int wait_status, int64_t now_ms,
    struct pool_end *end)
{
	struct pool_worker *worker;
	enum slot_state state;
	bool in_order = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
	unsigned i = pool_find(pool, pid);

	if (i == pool->used)
		return false;
	worker = &pool->worker[i];
	state = scoreboard_state(&pool->board, i);
	end->generation = worker->generation;
	end->status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
	end->early = !worker->leaving && worker->settle_ms != 0 &&
	    state == SLOT_STARTING;
	end->unexpected = !worker->leaving && (end->early || !in_order);
	end->wake_lost = !in_order && state != SLOT_STARTING &&
	    state != SLOT_BUSY;
	end->served = atomic_load(&pool->board.slots[i].connections) > 0;
	if (end->early || !in_order) {
		/* A SIGKILL of terminate_enforce() has its line in the log
		 * already. */
		if (worker->kill_ms == 0 || !WIFSIGNALED(wait_status) ||
		    WTERMSIG(wait_status) != SIGKILL)
			report_death(pool, i, wait_status);
	} else {
		log_debug("worker left pid=%ld", (long)pid);
	}
	pool->exited[cause(worker, wait_status, end->early)]++;
	close_account(pool, i, now_ms);
	sources_reaped(&pool->sources, i);
	free_entry(pool, i);
	return true;
}
