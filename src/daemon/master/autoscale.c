/* SPDX-License-Identifier: ISC */
#include "daemon/master/autoscale.h"

#include "common/clock.h"
#include "common/errbuf.h"
#include "config/config.h"
#include "daemon/log/log.h"
#include "daemon/master/listener.h"
#include "daemon/master/policy.h"
#include "daemon/master/pool.h"
#include "daemon/master/terminate.h"

enum { BATCH = 32 }; /* forks between two looks at the signals */

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Fork until so many of the generation have been launched, or a batch has. */
static int
launch(struct supply *supply, struct pool *pool, const struct generation *gen,
    unsigned wanted, struct errbuf *err)
{
	unsigned last = least(wanted, supply->launched + BATCH);

	for (; supply->launched < last; supply->launched++)
		if (pool_spawn(pool, gen, false) == -1)
			return errbuf_sys(err, "cannot fork a worker");
	return 0;
}

int
supply_launch(struct supply *supply, struct pool *pool,
    const struct generation *gen, struct errbuf *err)
{
	supply->awaiting = true;
	supply->launched = 0;
	scoreboard_thresholds(&pool->board, 0, 0);
	if (launch(supply, pool, gen, 1, err) == 0)
		return 0;
	supply->awaiting = false;
	return -1;
}

enum supply_launch
supply_launched(struct supply *supply, struct pool *pool,
    const struct generation *gen, struct errbuf *err)
{
	struct pool_census census;
	unsigned wanted = (unsigned)gen->config->workers_start;

	pool_census(pool, gen->number, &census);
	if (census.starting > 0)
		return SUPPLY_LAUNCHING;
	if (supply->launched == wanted)
		return SUPPLY_LAUNCHED;
	if (launch(supply, pool, gen, wanted, err) == -1)
		return SUPPLY_FAILED;
	return SUPPLY_LAUNCHED_MORE;
}

void
supply_launch_over(struct supply *supply)
{
	supply->awaiting = false;
}

static void
back_off(struct supply *supply, const char *what, int64_t now_ms)
{
	int64_t ms = backoff_failed(&supply->backoff, now_ms);

	/* Several in one step are one failure, and one line. */
	if (ms > 0)
		log_warning("%s, next try in %.1f s", what, (double)ms / 1000);
}

void
supply_frozen(struct supply *supply)
{
	supply->replace++;
}

void
supply_ended(struct supply *supply, const struct pool *pool,
    const struct pool_end *end, int64_t now_ms)
{
	struct backoff *b = &supply->backoff;

	if (!end->unexpected)
		return;
	supply->replace++;
	/* Has anybody served who was born after the last failure? */
	if (b->failures > 0 &&
	    ((end->proven && end->born_ms >= b->retry_ms) ||
		pool_proven(pool, b->retry_ms)))
		backoff_reset(b);
	/*
	 * Who has served somebody was all right, whatever happened then; a
	 * client that kills its worker must not slow down the others.
	 */
	if (end->early)
		back_off(supply, "a worker died before it was ready", now_ms);
	else if (!end->proven && backoff_suspects(b, now_ms))
		back_off(supply, "workers die before they serve anybody",
		    now_ms);
}

void
supply_renew(struct supply *supply)
{
	backoff_reset(&supply->backoff);
}

/* One line when every worker is busy, one when that is over. */
static void
report_full(struct supply *supply, const struct policy_view *view,
    const struct policy_plan *plan, int64_t now_ms)
{
	if (plan->full && !supply->full) {
		supply->full_since_ms = now_ms;
		if (supply->full_said_ms == 0 ||
		    now_ms - supply->full_said_ms >= POLICY_FULL_MS) {
			supply->full_said = true;
			supply->full_said_ms = now_ms;
			log_warning("workers at max busy=%u waiting=%u: "
				    "further clients wait; see workers.max",
			    view->busy, view->waiting);
		}
	} else if (!plan->full && supply->full && supply->full_said) {
		supply->full_said = false;
		log_notice("workers below max busy=%u idle=%u waiting=%u "
			   "seconds=%.1f",
		    view->busy, view->idle, view->waiting,
		    (double)(now_ms - supply->full_since_ms) / 1000);
	}
	supply->full = plan->full;
}

/* Returns how many could be forked. */
static unsigned
grow(struct supply *supply, struct pool *pool, const struct generation *gen,
    unsigned n, int64_t now_ms)
{
	struct errbuf err;

	for (unsigned k = 0; k < n; k++) {
		if (pool_spawn(pool, gen, false) == 0)
			continue;
		errbuf_sys(&err, "cannot fork a worker");
		back_off(supply, err.text, now_ms);
		return k;
	}
	return n;
}

/* One round a second while there are too many.  Returns when the next is. */
static int64_t
shrink(struct supply *supply, struct pool *pool, const struct generation *gen,
    const struct policy_plan *plan, int64_t now_ms)
{
	if (!plan->excess) {
		supply->shrink_ms = 0;
		return INT64_MAX;
	}
	if (supply->shrink_ms != 0 && now_ms >= supply->shrink_ms) {
		/* None while clients wait. */
		dismiss_idle(pool, gen->number, plan->retire, now_ms);
		supply->shrink_ms = 0;
	}
	if (supply->shrink_ms == 0)
		supply->shrink_ms = now_ms + POLICY_SHRINK_MS;
	return supply->shrink_ms;
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
		.waiting = listener_set_waiting(gen->listeners),
		.room = 2 * max > pool->count ? 2 * max - pool->count : 0,
	};
}

int64_t
supply_maintain(struct supply *supply, struct pool *pool,
    const struct generation *gen, int64_t now_ms)
{
	struct policy_limits limits = config_limits(gen->config);
	unsigned before = scoreboard_idle_count(&pool->board);
	struct policy_view view = look(pool, gen, limits.max);
	struct policy_plan plan = policy_plan(&view, &limits, supply->full);
	unsigned total = view.starting + view.idle + view.busy;
	unsigned wanted = plan.spawn, granted, after;
	int64_t next;

	/* A connection may have woken a worker that died before it took it;
	 * its replacement looks at the listeners first. */
	if (wanted < supply->replace)
		wanted = least(supply->replace,
		    least(total < limits.max ? limits.max - total : 0,
			view.room));

	granted = least(BATCH,
	    backoff_allow(&supply->backoff, wanted, view.starting, now_ms));
	report_full(supply, &view, &plan, now_ms);
	next = shrink(supply, pool, gen, &plan, now_ms);
	granted = grow(supply, pool, gen, granted, now_ms);
	supply->replace -= least(supply->replace, granted);
	if (supply->backoff.blocked) {
		/* Whoever gets ready rings. */
		plan.ring_above = 0;
		if (backoff_next(&supply->backoff, now_ms) < next)
			next = backoff_next(&supply->backoff, now_ms);
	} else if (granted < wanted) {
		next = now_ms;
	} else {
		supply->replace = 0;
	}
	if (supply->awaiting)
		plan.ring_above = 0;

	/* Did anybody take a step before it knew the new thresholds? */
	scoreboard_thresholds(&pool->board, plan.ring_below, plan.ring_above);
	after = scoreboard_idle_count(&pool->board);
	if (after != before &&
	    (after < plan.ring_below || after > plan.ring_above))
		next = now_ms;
	return next;
}

unsigned
supply_sweep(struct pool *pool, const struct generation *gen, unsigned takers)
{
	unsigned waiting = listener_set_waiting(gen->listeners);
	unsigned max = 2 * (unsigned)gen->config->workers_max;
	unsigned left = waiting > takers ? waiting - takers : 0;

	for (; left > 0 && pool->count < max; left--)
		if (pool_spawn(pool, gen, true) == -1)
			break;
	return left;
}
