/* SPDX-License-Identifier: ISC */
#include "daemon/pool/autoscale.h"

#include <errno.h>
#include <limits.h>

#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/pool/generation.h"
#include "daemon/pool/policy.h"
#include "daemon/pool/pool.h"
#include "daemon/pool/spawn.h"
#include "daemon/pool/terminate.h"

enum { LATE_MS = 1500 }; /* between two looks: late by half a second */

static void
back_off(struct autoscale *autoscale, const char *what, int64_t now_ms)
{
	int64_t ms = backoff_failed(&autoscale->backoff, BACKOFF_MAX_MS,
	    now_ms);

	/* Of several failures in one step only the first is counted and
	 * logged. */
	if (ms > 0)
		log_warning("%s, next try in %.1f s", what, (double)ms / 1000);
}

void
autoscale_wake_lost(struct autoscale *autoscale)
{
	autoscale->replace++;
}

void
autoscale_ended(struct autoscale *autoscale, const struct pool_end *end,
    int64_t now_ms)
{
	if (end->unexpected || end->wake_lost)
		autoscale->replace++;
	if (!end->unexpected)
		return;
	/* A worker that has served a client is replaced at once, however often
	 * that happens: a client that kills its worker must not slow down the
	 * others. */
	if (end->early)
		back_off(autoscale, "a worker died before it was ready",
		    now_ms);
	else if (!end->served && backoff_suspects(&autoscale->backoff, now_ms))
		back_off(autoscale, "workers die before they serve a client",
		    now_ms);
}

void
autoscale_renew(struct autoscale *autoscale)
{
	autoscale->backoff = (struct backoff){ 0 };
	/* The next look comes at once, so it must not count as one that found
	 * clients still waiting a second later. */
	autoscale->looks = 0;
}

static void
begin(struct episode *episode, bool said, int64_t now_ms)
{
	episode->on = true;
	episode->since_ms = now_ms;
	episode->said = said;
}

/*
 * End an episode.  True if the log has told its beginning, so that it has to
 * tell the end as well.
 */
static bool
ends(struct episode *episode)
{
	bool said = episode->said;

	episode->on = episode->said = false;
	return said;
}

static double
seconds(const struct episode *episode, int64_t now_ms)
{
	return (double)(now_ms - episode->since_ms) / 1000;
}

static void
report_full(struct autoscale *autoscale, const struct policy_view *view,
    const struct policy_plan *plan, int64_t now_ms)
{
	struct episode *full = &autoscale->full;

	if (plan->full == full->on)
		return;
	if (plan->full) {
		autoscale->at_max++;
		begin(full,
		    class_log(CLASS_AT_MAX, LEVEL_WARNING,
			"workers at max busy=%u waiting=%u: "
			"further clients wait; see workers.max",
			view->busy, view->waiting),
		    now_ms);
		return;
	}
	autoscale->at_max_ms += now_ms - full->since_ms;
	if (ends(full))
		log_notice("workers below max busy=%u idle=%u waiting=%u "
			   "seconds=%.1f",
		    view->busy, view->idle, view->waiting,
		    seconds(full, now_ms));
}

static void
fork_failed(struct autoscale *autoscale, const struct pool *pool, int error,
    int64_t now_ms)
{
	errno = error;
	autoscale->fork_failures++;
	if (!autoscale->no_fork.on)
		begin(&autoscale->no_fork,
		    class_log(CLASS_FORK, LEVEL_WARNING,
			"cannot fork a worker: %m, trying again"),
		    now_ms);
	autoscale->born = pool->born;
	(void)backoff_failed(&autoscale->backoff, BACKOFF_FORK_MS, now_ms);
}

static void
report_births(struct autoscale *autoscale, const struct pool *pool,
    int64_t now_ms)
{
	if (pool->born != autoscale->born && ends(&autoscale->no_fork))
		log_notice("workers are forked again seconds=%.1f",
		    seconds(&autoscale->no_fork, now_ms));
}

void
autoscale_lost_birth(struct autoscale *autoscale, const struct pool *pool,
    const struct spawn_failure *failure, int64_t now_ms)
{
	autoscale->replace += failure->lost;
	if (failure->error != 0)
		fork_failed(autoscale, pool, failure->error, now_ms);
	else if (failure->early)
		back_off(autoscale, failure->why.text, now_ms);
	else /* The log has a line about it already. */
		(void)backoff_failed(&autoscale->backoff, BACKOFF_FORK_MS,
		    now_ms);
}

/* If the forker has died, start another now, not when a worker is wanted. */
static void
keep_forker(struct autoscale *autoscale, struct pool *pool,
    const struct generation *gen, int64_t now_ms)
{
	if (!spawn_has_forker(pool, gen) &&
	    backoff_over(&autoscale->backoff, now_ms) &&
	    spawn_forker(pool, gen) == -1)
		fork_failed(autoscale, pool, errno, now_ms);
}

/* Request n workers.  Returns how many requests were made before one failed. */
static unsigned
grow(struct autoscale *autoscale, struct pool *pool,
    const struct generation *gen, unsigned n, int64_t now_ms)
{
	for (unsigned k = 0; k < n; k++)
		if (spawn_worker(pool, gen) == -1) {
			fork_failed(autoscale, pool, errno, now_ms);
			return k;
		}
	return n;
}

/*
 * How many connections have been served in all, if the workers tell the truth.
 */
static uint64_t
connections(const struct pool *pool)
{
	uint64_t sum = pool->served;

	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].pid != 0)
			sum += atomic_load(&pool->board.slots[i].connections);
	return sum;
}

/*
 * Clients were found waiting at two looks in a row.  If there are idle workers,
 * find out why they do not serve them.
 */
static void
judge_idle(struct autoscale *autoscale, struct pool *pool,
    const struct generation *gen, unsigned waiting, bool moved, int64_t now_ms)
{
	struct pool_census census;

	pool_census(pool, gen->number, &census);
	if (census.idle == 0)
		return;
	if (census.paused > 0) {
		/* Their accept(2) fails, as the log says.  Many more workers
		 * would not help if memory is short; but try one. */
		autoscale->replace++;
	} else if (moved) {
		/* Clients are served, but too slowly: the machine has too much
		 * work, or the workers forge their counts.  As in that case the
		 * clients would wait for ever, replace workers all the same
		 * after a few looks. */
		if (autoscale->looks > 2)
			autoscale->replace += waiting;
	} else {
		if (!autoscale->vain.on)
			begin(&autoscale->vain,
			    class_log(CLASS_VAIN, LEVEL_WARNING,
				"clients wait in vain, idle workers are "
				"replaced waiting=%u idle=%u",
				waiting, census.idle),
			    now_ms);
		terminate_idle(pool, gen->number, UINT_MAX, now_ms);
	}
}

void
autoscale_waiting(struct autoscale *autoscale, struct pool *pool,
    const struct generation *gen, unsigned waiting, int64_t now_ms)
{
	uint64_t taken = connections(pool);
	bool moved = taken != autoscale->taken;

	/* If this look is late, the machine stood still, and the workers with
	 * it. */
	if (now_ms - autoscale->looked_ms > LATE_MS)
		autoscale->looks = 0;
	autoscale->looked_ms = now_ms;
	autoscale->taken = taken;
	if (waiting == 0) {
		autoscale->looks = 0;
		if (ends(&autoscale->vain))
			log_notice("clients are served again seconds=%.1f",
			    seconds(&autoscale->vain, now_ms));
	} else if (autoscale->looks++ > 0) {
		judge_idle(autoscale, pool, gen, waiting, moved, now_ms);
	}
}

/*
 * While too many workers are idle, tell some of them to leave once a second;
 * not before they have been too many for POLICY_EXCESS_MS.  Returns the time of
 * the next round.
 */
static int64_t
shrink(struct autoscale *autoscale, struct pool *pool,
    const struct generation *gen, const struct policy_plan *plan,
    int64_t now_ms)
{
	if (!plan->excess) {
		autoscale->shrink_ms = 0;
		return INT64_MAX;
	}
	if (autoscale->shrink_ms == 0) {
		autoscale->shrink_ms = now_ms + POLICY_EXCESS_MS;
	} else if (now_ms >= autoscale->shrink_ms) {
		terminate_idle(pool, gen->number, plan->retire, now_ms);
		autoscale->shrink_ms = now_ms + POLICY_SHRINK_MS;
	}
	return autoscale->shrink_ms;
}

static struct policy_view
look(const struct pool *pool, const struct generation *gen, unsigned max)
{
	struct pool_census census;

	pool_census(pool, gen->number, &census);
	return (struct policy_view){
		.starting = census.starting,
		.idle = census.idle,
		.busy = census.busy,
		.waiting = listener_set_waiting(&gen->listeners),
		.room = 2 * max > pool->count ? 2 * max - pool->count : 0,
	};
}

int64_t
autoscale_maintain(struct autoscale *autoscale, struct pool *pool,
    const struct generation *gen, bool launching, int64_t now_ms)
{
	const struct policy_limits limits = {
		.min_spare = (unsigned)gen->config.workers_min_spare,
		.max_spare = (unsigned)gen->config.workers_max_spare,
		.max = (unsigned)gen->config.workers_max,
	};
	unsigned before = scoreboard_idle_count(&pool->board);
	struct policy_view view = look(pool, gen, limits.max);
	struct policy_plan plan = policy_plan(&view, &limits,
	    autoscale->full.on);
	unsigned total = view.starting + view.idle + view.busy;
	unsigned wanted = plan.spawn, granted, room, after;
	int64_t next, retry;

	/* A connection may have woken only a worker that died before it took
	 * it.  So a worker is requested for each one that is gone: a new worker
	 * looks at the listeners when it starts. */
	if (wanted < autoscale->replace)
		wanted = policy_least(autoscale->replace,
		    policy_least(total < limits.max ? limits.max - total : 0,
			view.room));

	keep_forker(autoscale, pool, gen, now_ms);
	granted = backoff_allow(&autoscale->backoff, wanted, view.starting,
	    now_ms);
	/* No more than a batch at once: each birth leads here again for the
	 * rest. */
	room = pool->requested < POOL_BATCH ? POOL_BATCH - pool->requested : 0;
	granted = policy_least(granted, policy_least(wanted, room));
	report_births(autoscale, pool, now_ms);
	report_full(autoscale, &view, &plan, now_ms);
	next = shrink(autoscale, pool, gen, &plan, now_ms);
	granted = grow(autoscale, pool, gen, granted, now_ms);
	autoscale->replace -= policy_least(autoscale->replace, granted);
	if (autoscale->backoff.state != BACKOFF_OFF) {
		retry = backoff_next(&autoscale->backoff, now_ms);
		next = retry < next ? retry : next;
		launching = true; /* the probe of the back-off has to wake us */
	} else if (granted == wanted) {
		autoscale->replace = 0;
	}
	if (launching)
		plan.wake_above = 0;

	/* A worker that has changed its state before the new thresholds were
	 * set has not woken the master: look again at once if it should
	 * have. */
	scoreboard_thresholds(&pool->board, plan.wake_below, plan.wake_above);
	after = scoreboard_idle_count(&pool->board);
	if (after != before &&
	    (after < plan.wake_below || after > plan.wake_above))
		next = now_ms;
	return next;
}
