/* SPDX-License-Identifier: ISC */
#include "daemon/pool/spawn.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "daemon/log/class.h"
#include "daemon/pool/generation.h"
#include "daemon/pool/policy.h"
#include "daemon/pool/pool.h"
#include "daemon/sandbox/process.h"
#include "daemon/signals.h"
#include "daemon/worker/job.h"
#include "daemon/worker/worker.h"

enum { HURRY_MS = 1000 }; /* see spawn_hurry() */

/* What all workers of a generation have in common. */
static void
make_job(struct worker_job *job, struct pool *pool,
    const struct generation *gen, const struct listener_set *set)
{
	*job = (struct worker_job){ .master = getpid(),
		.config = &gen->config,
		.board = &pool->board,
		.accounts = pool->accounts,
		.sources = &pool->sources,
		.lifeline = pool->lifeline[0],
		.wake = pool->wake[1],
		.listener_count = set->count };
	for (unsigned i = 0; i < set->count; i++)
		job->listener[i] = (struct worker_listener){ set->item[i].fd,
			set->item[i].text,
			ledger_number(&pool->ledger, set->item[i].text) };
}

bool
spawn_has_forker(struct pool *pool, const struct generation *gen)
{
	return forkers_find(&pool->forkers, gen->number) != NULL;
}

int
spawn_forker(struct pool *pool, const struct generation *gen)
{
	struct worker_job job;

	make_job(&job, pool, gen, &gen->listeners);
	return forkers_start(&pool->forkers, gen->number, &job);
}

/* For each worker another number, so that they do not all leave at once. */
static uint64_t
connections(const struct pool *pool, const struct generation *gen)
{
	return policy_connections((uint64_t)gen->config.workers_max_connections,
	    (uint32_t)pool->born + pool->requested);
}

/* Free the entry of a request that has failed.  Returns -1, and keeps errno. */
static int
give_up(struct pool *pool, int entry)
{
	int saved = errno;

	pool_answer(pool, (unsigned)entry, -1);
	errno = saved;
	return -1;
}

int
spawn_worker(struct pool *pool, const struct generation *gen)
{
	struct forker_request request = { 0 };
	int entry = pool_request(pool, gen->number, clock_ms());

	if (entry == -1)
		return -1;
	request.slot = (uint32_t)entry;
	request.max_connections = connections(pool, gen);
	if ((!spawn_has_forker(pool, gen) && spawn_forker(pool, gen) == -1) ||
	    forkers_request(forkers_find(&pool->forkers, gen->number),
		&request) == -1)
		return give_up(pool, entry);
	return 0;
}

/* In the child. */
static _Noreturn void
be_drainer(struct worker_job *job)
{
	worker_prepare(job, process_worker, -1);
	worker_main(job);
}

int
spawn_drainer(struct pool *pool, const struct generation *gen,
    const struct listener_set *set)
{
	int64_t drain_ms = gen->config.timeout.drain_ms, now_ms = clock_ms();
	int entry = pool_request(pool, gen->number, now_ms);
	unsigned i = (unsigned)entry;
	struct worker_job job;
	pid_t pid;

	if (entry == -1)
		return -1;
	make_job(&job, pool, gen, set);
	job.slot = i;
	job.drainer = true;
	job.max_connections = connections(pool, gen);
	if ((pid = fork()) == 0)
		be_drainer(&job);
	if (pid == -1)
		return give_up(pool, entry);
	pool_answer(pool, i, pid);
	pool->worker[i].drainer = true;
	pool->worker[i].quit_ms = drain_ms > 0 ? now_ms + drain_ms : 0;
	pool_mark_leaving(pool, i);
	return 0;
}

/* Whether this is a child of ours that has not been reaped, dead or alive. */
static bool
is_child(pid_t pid)
{
	siginfo_t info;

	return pid > 0 &&
	    (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		    0 ||
		errno != ECHILD);
}

/*
 * Take a message about a request.  False if it cannot be true: then somebody
 * has forged it, and the forker is not to be trusted any more.
 */
static bool
take(struct pool *pool, struct forker *forker,
    const struct forker_answer *answer, pid_t sender)
{
	unsigned i = answer->slot;

	if (i == FORKER_READY && answer->error == 0 && sender == forker->pid) {
		forker->ready = true;
		return true;
	}
	if (i >= pool->used || !pool->worker[i].requested ||
	    pool->worker[i].generation != forker->generation)
		return false;
	if (answer->error != 0) {
		if (sender == forker->pid)
			pool_answer(pool, i, -1);
		return sender == forker->pid;
	}
	if (sender == forker->pid || !is_child(sender) ||
	    pool_find(pool, sender) != pool->used)
		return false;
	pool_answer(pool, i, sender);
	return true;
}

static void
fail(struct spawn_failure *failure, const struct forker *forker)
{
	*failure = (struct spawn_failure){ .generation = forker->generation,
		.early = !forker->ready };
}

/*
 * This forker is of no more use.  Enter the workers that have been born
 * already, and free the entries of its other requests.
 */
static void
hang_up(struct pool *pool, struct forker *forker, struct spawn_failure *failure)
{
	struct forker_answer answer;
	pid_t sender;
	bool lost;

	forkers_silence(forker);
	while (forkers_hear(forker, &answer, &sender, &lost))
		if (take(pool, forker, &answer, sender) && answer.error != 0)
			failure->lost++;
	for (unsigned i = pool->used; i-- > 0;)
		if (pool->worker[i].requested &&
		    pool->worker[i].generation == forker->generation) {
			pool_answer(pool, i, -1);
			failure->lost++;
		}
}

/* This forker lives, but is not to be relied upon: kill it. */
static void
discard(struct pool *pool, struct forker *forker, const char *what,
    struct spawn_failure *failure)
{
	(void)class_log(CLASS_FORKER, LEVEL_ERR, "forker %s, killed pid=%ld",
	    what, (long)forker->pid);
	fail(failure, forker);
	errbuf_set(&failure->why, "the forker %s", what);
	hang_up(pool, forker, failure);
	forkers_retire(&pool->forkers, forker);
}

/* Returns true if there is a failure. */
static bool
hear(struct pool *pool, struct forker *forker, struct spawn_failure *failure)
{
	struct forker_answer answer;
	pid_t sender;
	bool lost;

	while (forkers_hear(forker, &answer, &sender, &lost)) {
		if (!take(pool, forker, &answer, sender)) {
			discard(pool, forker, "sent a false answer", failure);
			return true;
		}
		if (answer.error != 0) {
			fail(failure, forker);
			failure->lost = 1;
			errno = failure->error = answer.error;
			errbuf_sys(&failure->why, "cannot fork a worker");
			return true;
		}
	}
	/* Nobody holds the other end: the forker has died, and SIGCHLD is about
	 * to tell; or it has closed the link, and is of no use. */
	if (lost)
		kill(forker->pid, SIGKILL);
	return false;
}

bool
spawn_hear(struct pool *pool, struct spawn_failure *failure)
{
	for (unsigned i = 0; i < FORKERS; i++)
		if (pool->forkers.item[i].pid != 0 &&
		    pool->forkers.item[i].fd != -1 &&
		    hear(pool, &pool->forkers.item[i], failure))
			return true;
	return false;
}

int64_t
spawn_deadline(const struct pool *pool)
{
	int64_t next = INT64_MAX;

	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].requested &&
		    pool->worker[i].settle_ms < next)
			next = pool->worker[i].settle_ms;
	return next;
}

bool
spawn_overdue(struct pool *pool, int64_t now_ms, struct spawn_failure *failure)
{
	struct forker *forker;
	unsigned i = 0;

	while (i < pool->used &&
	    !(pool->worker[i].requested && pool->worker[i].settle_ms <= now_ms))
		i++;
	if (i == pool->used)
		return false;
	/* There is a forker as long as there are requests to it. */
	forker = forkers_find(&pool->forkers, pool->worker[i].generation);
	if (forker != NULL)
		discard(pool, forker, "does not answer", failure);
	return forker != NULL;
}

void
spawn_hurry(struct pool *pool, int64_t now_ms)
{
	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].requested &&
		    pool->worker[i].settle_ms > now_ms + HURRY_MS)
			pool->worker[i].settle_ms = now_ms + HURRY_MS;
}

void
spawn_cancel(struct pool *pool, unsigned first, unsigned last)
{
	struct spawn_failure unheard = { 0 };

	for (unsigned i = 0; i < FORKERS; i++) {
		struct forker *forker = &pool->forkers.item[i];

		if (forker->pid == 0 || forker->fd == -1 ||
		    forker->generation < first || forker->generation > last)
			continue;
		hang_up(pool, forker, &unheard);
		forkers_retire(&pool->forkers, forker);
	}
}

bool
spawn_stopped(struct pool *pool, pid_t pid, struct spawn_failure *failure)
{
	struct forker *forker = forkers_by_pid(&pool->forkers, pid);

	if (forker == NULL)
		return false;
	failure->generation = 0;
	if (forker->fd != -1)
		discard(pool, forker, "was stopped", failure);
	return true;
}

bool
spawn_reaped(struct pool *pool, pid_t pid, int wait_status,
    struct spawn_failure *failure)
{
	struct forker *forker = forkers_by_pid(&pool->forkers, pid);
	char how[64];

	if (forker == NULL)
		return false;
	failure->generation = 0;
	if (forker->fd != -1) {
		pool_end_text(wait_status, how, sizeof(how));
		(void)class_log(CLASS_FORKER,
		    WIFSIGNALED(wait_status) &&
			    !signals_is_crash(WTERMSIG(wait_status)) ?
			LEVEL_WARNING :
			LEVEL_ERR,
		    "forker died pid=%ld %s", (long)pid, how);
		fail(failure, forker);
		failure->status = WIFEXITED(wait_status) ?
		    WEXITSTATUS(wait_status) :
		    0;
		errbuf_set(&failure->why, "the forker died%s",
		    failure->early ? " before it was ready" : "");
		hang_up(pool, forker, failure);
	}
	forkers_reaped(&pool->forkers, forker);
	return true;
}
