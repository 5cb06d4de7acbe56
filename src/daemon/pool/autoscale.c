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

enum { LATE_MS = 1500 }; /* a look that was due half a second ago */

static void
back_off(struct autoscale *autoscale, const char *what, int64_t now_ms)
{
	int64_t ms = backoff_failed(&autoscale->backoff, BACKOFF_MAX_MS,
	    now_ms);

	/* Several failures in one step count as one, with one line. */
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
	/* One that had served is replaced at once, however often that happens:
	 * a client that kills its worker must not slow down the others. */
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
	/* Its queues are looked at at once, which is not a second later. */
	autoscale->looks = 0;
}

static void
begin(struct episode *episode, bool said, int64_t now_ms)
{
	episode->on = true;
	episode->since_ms = now_ms;
	episode->said = said;
}

/* True when it ends and the log has said that it began. */
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
	else /* The log has a line of it already. */
		(void)backoff_failed(&autoscale->backoff, BACKOFF_FORK_MS,
		    now_ms);
}

/* A generation whose forker has died gets another, before it needs one. */
static void
keep_forker(struct autoscale *autoscale, struct pool *pool,
    const struct generation *gen, int64_t now_ms)
{
	if (!spawn_has_forker(pool, gen) &&
	    backoff_over(&autoscale->backoff, now_ms) &&
	    spawn_forker(pool, gen) == -1)
		fork_failed(autoscale, pool, errno, now_ms);
}

/* Returns how many could be requested. */
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

/* As the workers say. */
static uint64_t
connections(const struct pool *pool)
{
	uint64_t sum = pool->served;

	for (unsigned i = 0; i < pool->used; i++)
		if (pool->worker[i].pid != 0)
			sum += atomic_load(&pool->board.slots[i].connections);
	return sum;
}

/* Clients have waited for a second, and there are idle workers. */
static void
judge_idle(struct autoscale *autoscale, struct pool *pool,
    const struct generation *gen, unsigned waiting, bool moved, int64_t now_ms)
{
	struct pool_census census;

	pool_census(pool, gen->number, &census);
	if (census.idle == 0)
		return;
	if (census.paused > 0) {
		/* They say themselves why they accept nobody, and a lack of
		 * memory does not ask for many more; but see. */
		autoscale->replace++;
	} else if (moved) {
		/* Too much work for this machine; or the counts are forged, and
		 * then the clients must not wait for ever. */
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

	/* A machine that stood still proves nothing about its workers. */
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
 * One round a second while too many are idle, the first one after a while.
 * Returns when the next is.
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

	/* A connection may have woken a worker that died before it took it;
	 * its replacement looks at the listeners first. */
	if (wanted < autoscale->replace)
		wanted = policy_least(autoscale->replace,
		    policy_least(total < limits.max ? limits.max - total : 0,
			view.room));

	keep_forker(autoscale, pool, gen, now_ms);
	granted = backoff_allow(&autoscale->backoff, wanted, view.starting,
	    now_ms);
	/* Each birth brings us here again, for what is wanted beyond that. */
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
		launching = true; /* the probe */
	} else if (granted == wanted) {
		autoscale->replace = 0;
	}
	if (launching)
		plan.wake_above = 0;

	/* A worker may have changed its state by the old thresholds. */
	scoreboard_thresholds(&pool->board, plan.wake_below, plan.wake_above);
	after = scoreboard_idle_count(&pool->board);
	if (after != before &&
	    (after < plan.wake_below || after > plan.wake_above))
		next = now_ms;
	return next;
}
