/* SPDX-License-Identifier: ISC */
#include "daemon/pool/terminate.h"

#include <limits.h>
#include <signal.h>

#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/pool/pool.h"
#include "daemon/pool/spawn.h"
#include "daemon/worker/echo.h"

enum {
	/* For an idle worker to leave: timeouts.drain is for clients alone. */
	SETTLE_MS = 5000,
	/* From QUIT to KILL: to send the rest, to linger, and a second more. */
	CUT_MS = 2 * ECHO_LINGER_MS + 1000,
};

/*
 * Have a worker cut off after drain_ms (0: never), if it is not to be earlier.
 */
static void
bound(struct pool_worker *worker, int64_t drain_ms, int64_t now_ms)
{
	if (drain_ms == 0 || worker->kill_ms != 0)
		return;
	if (worker->quit_ms == 0 || worker->quit_ms > now_ms + drain_ms)
		worker->quit_ms = now_ms + drain_ms;
}

static void
tell_leave(struct pool *pool, unsigned i, int64_t drain_ms, int64_t now_ms)
{
	struct pool_worker *worker = &pool->worker[i];

	pool_mark_leaving(pool, i);
	worker->settle_ms = now_ms + SETTLE_MS;
	bound(worker, drain_ms, now_ms);
	kill(worker->pid, SIGTERM);
}

static void
tell_cut(struct pool *pool, unsigned i, int64_t now_ms)
{
	struct pool_worker *worker = &pool->worker[i];

	if (!worker->leaving)
		tell_leave(pool, i, 0, now_ms);
	worker->quit_ms = 0;
	worker->kill_ms = now_ms + CUT_MS;
	kill(worker->pid, SIGQUIT);
}

void
terminate_idle(struct pool *pool, unsigned generation, unsigned n,
    int64_t now_ms)
{
	for (unsigned i = pool->used; i-- > 0 && n > 0;) {
		const struct pool_worker *worker = &pool->worker[i];

		/* A frozen worker does not count as idle, and would not hear
		 * TERM. */
		if (worker->pid == 0 || worker->leaving || worker->frozen ||
		    worker->generation != generation ||
		    scoreboard_state(&pool->board, i) != SLOT_IDLE)
			continue;
		tell_leave(pool, i, 0, now_ms);
		n--;
	}
}

void
terminate_generations(struct pool *pool, unsigned first, unsigned last,
    int64_t drain_ms, int64_t now_ms)
{
	spawn_cancel(pool, first, last);
	for (unsigned i = 0; i < pool->used; i++) {
		struct pool_worker *worker = &pool->worker[i];

		if (worker->pid == 0 || worker->generation < first ||
		    worker->generation > last)
			continue;
		if (!worker->leaving)
			tell_leave(pool, i, drain_ms, now_ms);
		else
			bound(worker, drain_ms, now_ms);
	}
}

void
terminate_now(struct pool *pool, int64_t now_ms)
{
	spawn_cancel(pool, 0, UINT_MAX);
	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].pid != 0 && pool->worker[i].kill_ms == 0)
			tell_cut(pool, i, now_ms);
}

/* Whether this worker was told to finish, has a client, and is not cut off. */
static bool
is_finishing(const struct pool *pool, unsigned i)
{
	return pool->worker[i].pid != 0 && pool->worker[i].leaving &&
	    pool->worker[i].kill_ms == 0 &&
	    scoreboard_state(&pool->board, i) == SLOT_BUSY;
}

/* Whether this is a drainer that has not taken its client yet. */
static bool
is_draining(const struct pool *pool, unsigned i)
{
	return pool->worker[i].pid != 0 && pool->worker[i].drainer &&
	    scoreboard_state(&pool->board, i) == SLOT_STARTING;
}

void
terminate_excess(struct pool *pool, unsigned max, int64_t now_ms)
{
	unsigned finishing = 0, cut = 0;

	for (unsigned i = 0; i < pool->used; i++)
		finishing += is_finishing(pool, i) || is_draining(pool, i);
	for (; finishing > max; finishing--, cut++) {
		unsigned oldest = pool->used;

		for (unsigned i = 0; i < pool->used; i++)
			if (is_finishing(pool, i) &&
			    (oldest == pool->used ||
				pool->worker[i].generation <
				    pool->worker[oldest].generation))
				oldest = i;
		if (oldest == pool->used)
			break;
		tell_cut(pool, oldest, now_ms);
	}
	if (cut > 0)
		log_warning("workers leaving above workers.max, "
			    "cut off the oldest count=%u",
		    cut);
}

/* The earlier of two deadlines; the second may be 0: none. */
static int64_t
earlier(int64_t a, int64_t b)
{
	return b != 0 && b < a ? b : a;
}

/*
 * The first deadline of a new worker ends when it is ready, and that of a
 * worker which was told to leave when it serves a last client.  A worker that
 * misses it is cut off.
 */
static void
enforce_settling(struct pool *pool, unsigned i, int64_t now_ms)
{
	struct pool_worker *worker = &pool->worker[i];
	enum slot_state state = scoreboard_state(&pool->board, i);

	if (worker->settle_ms == 0)
		return;
	if (state == SLOT_BUSY ||
	    ((state == SLOT_IDLE || state == SLOT_PAUSED) &&
		!worker->leaving)) {
		worker->settle_ms = 0;
	} else if (now_ms >= worker->settle_ms) {
		worker->settle_ms = 0;
		if (worker->kill_ms == 0)
			tell_cut(pool, i, now_ms);
	}
}

int64_t
terminate_enforce(struct pool *pool, int64_t now_ms)
{
	int64_t next = INT64_MAX;

	for (unsigned i = 0; i < pool->used; i++) {
		struct pool_worker *worker = &pool->worker[i];

		if (worker->pid == 0)
			continue;
		enforce_settling(pool, i, now_ms);
		if (worker->quit_ms != 0 && now_ms >= worker->quit_ms)
			tell_cut(pool, i, now_ms);
		if (worker->kill_ms != 0 && now_ms >= worker->kill_ms) {
			(void)class_log(CLASS_KILLED, LEVEL_WARNING,
			    "worker did not end, killed pid=%ld",
			    (long)worker->pid);
			kill(worker->pid, SIGKILL);
			worker->kills++;
			/* A process may take time to die: look again later. */
			worker->kill_ms = now_ms + CUT_MS;
		}
		next = earlier(next, worker->settle_ms);
		next = earlier(next, worker->quit_ms);
		next = earlier(next, worker->kill_ms);
	}
	return next;
}

bool
terminate_hopeless(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].requested ||
		    (pool->worker[i].pid != 0 && pool->worker[i].kills < 2))
			return false;
	return pool->count > 0;
}
