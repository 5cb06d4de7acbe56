/* SPDX-License-Identifier: ISC */
#include "daemon/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/config.h"
#include "daemon/echo.h"
#include "daemon/log.h"
#include "daemon/signals.h"
#include "daemon/worker.h"

enum {
	/* A generation may be as large as workers.max, and as many may be
	 * leaving beside it. */
	CAPACITY = 2 * CONFIG_WORKERS,
	/* After QUIT: time to send the rest, to linger, and a second. */
	CUT_MS = 2 * ECHO_LINGER_MS + 1000,
	/* A drain time-out is for clients: who has none is gone by then. */
	SETTLE_MS = 5000,
};

int
pool_open(struct pool *pool, struct errbuf *err)
{
	memset(pool, 0, sizeof(*pool));
	pool->worker = calloc(CAPACITY, sizeof(pool->worker[0]));
	if (pool->worker == NULL)
		return errbuf_sys(err, "no memory for the table of workers");
	if (pipe2(pool->lifeline, O_CLOEXEC) == -1)
		return errbuf_sys(err, "cannot make the lifeline");
	pool->demand = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (pool->demand == -1)
		return errbuf_sys(err, "cannot make the demand eventfd");
	return scoreboard_create(&pool->board, CAPACITY, err);
}

void
pool_heard(struct pool *pool)
{
	uint64_t rings;

	/* Empty is as good as emptied. */
	while (
	    read(pool->demand, &rings, sizeof(rings)) == -1 && errno == EINTR)
		;
}

/* The lowest free entry, so that the table stays short; -1: none. */
static int
free_entry(const struct pool *pool)
{
	for (int i = 0; i < CAPACITY; i++)
		if (pool->worker[i].pid == 0)
			return i;
	return -1;
}

/* Cut it off after drain_ms (0: never), unless that is due earlier. */
static void
bound(struct pool_worker *worker, int64_t drain_ms, int64_t now_ms)
{
	if (drain_ms == 0 || worker->kill_ms != 0)
		return;
	if (worker->quit_ms == 0 || worker->quit_ms > now_ms + drain_ms)
		worker->quit_ms = now_ms + drain_ms;
}

int
pool_spawn(struct pool *pool, const struct generation *gen, bool leaving)
{
	int i = free_entry(pool);
	struct worker_job job = {
		.slot = (unsigned)i,
		.leaving = leaving,
		.master = getpid(),
		.config = gen->config,
		.listeners = gen->listeners,
		.log = gen->log,
		.board = &pool->board,
		.lifeline = pool->lifeline[0],
		.demand = pool->demand,
	};
	pid_t pid;

	if (i == -1) {
		errno = EAGAIN;
		return -1;
	}
	scoreboard_claim(&pool->board, (unsigned)i, clock_ms());
	if ((pid = fork()) == -1) {
		scoreboard_release(&pool->board, (unsigned)i);
		return -1;
	}
	if (pid == 0)
		worker_main(&job);
	pool->worker[i] = (struct pool_worker){ .pid = pid,
		.generation = gen->number,
		.leaving = leaving };
	if (leaving)
		bound(&pool->worker[i], gen->config->timeout_drain_ms,
		    clock_ms());
	pool->count++;
	pool->leaving += leaving;
	if ((unsigned)i >= pool->used)
		pool->used = (unsigned)i + 1;
	return 0;
}

void
pool_census(const struct pool *pool, unsigned generation,
    struct pool_census *census)
{
	*census = (struct pool_census){ .leaving = pool->leaving };
	for (unsigned i = 0; i < pool->used; i++) {
		const struct pool_worker *worker = &pool->worker[i];
		enum slot_state state;

		if (worker->pid == 0 || worker->leaving ||
		    worker->generation != generation)
			continue;
		/* A frozen one takes nobody, but keeps whom it has. */
		state = scoreboard_state(&pool->board, i);
		if (worker->frozen && state != SLOT_BUSY)
			continue;
		switch (state) {
		case SLOT_FREE:
		case SLOT_STARTING:
			census->starting++;
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
pool_settled(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].pid != 0 &&
		    scoreboard_state(&pool->board, i) != SLOT_BUSY)
			return false;
	return true;
}

static void
tell_leave(struct pool *pool, unsigned i, int64_t drain_ms, int64_t now_ms)
{
	struct pool_worker *worker = &pool->worker[i];

	worker->leaving = true;
	worker->settle_ms = now_ms + SETTLE_MS;
	bound(worker, drain_ms, now_ms);
	pool->leaving++;
	scoreboard_discount(&pool->board, i);
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
pool_retire(struct pool *pool, unsigned generation, unsigned n, int64_t now_ms)
{
	for (unsigned i = pool->used; i-- > 0 && n > 0;) {
		const struct pool_worker *worker = &pool->worker[i];

		if (worker->pid == 0 || worker->leaving ||
		    worker->generation != generation ||
		    scoreboard_state(&pool->board, i) != SLOT_IDLE)
			continue;
		tell_leave(pool, i, 0, now_ms);
		n--;
	}
}

void
pool_leave(struct pool *pool, unsigned first, unsigned last, int64_t drain_ms,
    int64_t now_ms)
{
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
pool_cut(struct pool *pool, int64_t now_ms)
{
	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].pid != 0 && pool->worker[i].kill_ms == 0)
			tell_cut(pool, i, now_ms);
}

/* Has a client, was told to finish, and may still do so. */
static bool
is_finishing(const struct pool *pool, unsigned i)
{
	return pool->worker[i].pid != 0 && pool->worker[i].leaving &&
	    pool->worker[i].kill_ms == 0 &&
	    scoreboard_state(&pool->board, i) == SLOT_BUSY;
}

void
pool_bound_leaving(struct pool *pool, unsigned max, int64_t now_ms)
{
	unsigned finishing = 0, cut = 0;

	for (unsigned i = 0; i < pool->used; i++)
		finishing += is_finishing(pool, i);
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

/* Of two deadlines, of which the second may be none. */
static int64_t
earlier(int64_t a, int64_t b)
{
	return b != 0 && b < a ? b : a;
}

int64_t
pool_enforce(struct pool *pool, int64_t now_ms)
{
	int64_t next = INT64_MAX;

	for (unsigned i = 0; i < pool->used; i++) {
		struct pool_worker *worker = &pool->worker[i];

		if (worker->pid == 0)
			continue;
		if (worker->settle_ms != 0 && now_ms >= worker->settle_ms) {
			worker->settle_ms = 0;
			if (worker->kill_ms == 0 &&
			    scoreboard_state(&pool->board, i) != SLOT_BUSY)
				tell_cut(pool, i, now_ms);
		}
		if (worker->quit_ms != 0 && now_ms >= worker->quit_ms)
			tell_cut(pool, i, now_ms);
		if (worker->kill_ms != 0 && now_ms >= worker->kill_ms) {
			log_warning("worker did not end, killed pid=%ld",
			    (long)worker->pid);
			kill(worker->pid, SIGKILL);
			/* Once may be too early for a frozen one; repeat. */
			worker->kill_ms = now_ms + CUT_MS;
		}
		next = earlier(next, worker->settle_ms);
		next = earlier(next, worker->quit_ms);
		next = earlier(next, worker->kill_ms);
	}
	return next;
}

/* The entry of a child, pool->used if it is none of ours. */
static unsigned
find(const struct pool *pool, pid_t pid)
{
	unsigned i = 0;

	while (i < pool->used && pool->worker[i].pid != pid)
		i++;
	return i;
}

bool
pool_frozen(struct pool *pool, pid_t pid, bool frozen)
{
	unsigned i = find(pool, pid);

	if (i == pool->used)
		return false;
	pool->worker[i].frozen = frozen;
	if (frozen) {
		/* It counts itself again when it goes on. */
		scoreboard_discount(&pool->board, i);
		log_warning("worker stopped pid=%ld", (long)pid);
	} else {
		log_notice("worker continued pid=%ld", (long)pid);
	}
	return true;
}

/* One line for a worker that did not leave in order. */
static void
report_death(const struct pool *pool, unsigned i, int wait_status)
{
	long pid = (long)pool->worker[i].pid;
	char text[ADDR_TEXT], peer[ADDR_TEXT + 8] = "", how[64];
	struct addr addr;

	if (scoreboard_state(&pool->board, i) == SLOT_BUSY) {
		scoreboard_peer(&pool->board.slots[i], &addr);
		addr_text(&addr, text, sizeof(text));
		snprintf(peer, sizeof(peer), " peer=%s", text);
	}
	if (WIFSIGNALED(wait_status))
		snprintf(how, sizeof(how), "signal=%s core=%s",
		    signals_name(WTERMSIG(wait_status)),
		    WCOREDUMP(wait_status) ? "yes" : "no");
	else
		snprintf(how, sizeof(how), "status=%d",
		    WEXITSTATUS(wait_status));
	if (WIFSIGNALED(wait_status) &&
	    !signals_is_crash(WTERMSIG(wait_status)))
		log_warning("worker died pid=%ld %s%s", pid, how, peer);
	else
		log_err("worker died pid=%ld %s%s", pid, how, peer);
}

static void
add_totals(struct pool *pool, const struct slot *slot)
{
	pool->gone.connections += atomic_load(&slot->connections);
	pool->gone.bytes_in += atomic_load(&slot->bytes_in);
	pool->gone.bytes_out += atomic_load(&slot->bytes_out);
}

bool
pool_reaped(struct pool *pool, pid_t pid, int wait_status, struct pool_end *end)
{
	struct pool_worker *worker;
	bool in_order = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
	unsigned i = find(pool, pid);

	if (i == pool->used)
		return false;
	worker = &pool->worker[i];
	end->generation = worker->generation;
	end->status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
	end->early = !worker->leaving &&
	    scoreboard_state(&pool->board, i) == SLOT_STARTING;
	end->unexpected = !worker->leaving && (end->early || !in_order);
	end->proven = atomic_load(&pool->board.slots[i].connections) > 0;
	if (end->early || !in_order) {
		/* A kill of ours has been reported already. */
		if (worker->kill_ms == 0 || !WIFSIGNALED(wait_status) ||
		    WTERMSIG(wait_status) != SIGKILL)
			report_death(pool, i, wait_status);
		pool->gone.died++;
	} else {
		log_debug("worker left pid=%ld", (long)pid);
	}
	add_totals(pool, &pool->board.slots[i]);
	scoreboard_release(&pool->board, i);
	pool->count--;
	pool->leaving -= worker->leaving;
	*worker = (struct pool_worker){ 0 };
	while (pool->used > 0 && pool->worker[pool->used - 1].pid == 0)
		pool->used--;
	return true;
}
