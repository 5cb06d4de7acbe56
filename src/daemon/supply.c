/* SPDX-License-Identifier: ISC */
#include "daemon/supply.h"

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/config.h"
#include "daemon/listener.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "daemon/pool.h"

enum {
	BATCH = 32,	   /* forks between two looks at the signals */
	PROOF_MS = 100,	   /* a try that lives so long is a success */
	UNPROVEN = 10,	   /* workers that may die before they serve */
	STABLE_MS = 10000, /* a failure after so long is the first again */
};

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Fork until so many of the generation have been launched. */
static int
launch(struct supply *supply, struct pool *pool, const struct generation *gen,
    unsigned wanted, struct errbuf *err)
{
	for (; supply->launched < wanted; supply->launched++)
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
	return launch(supply, pool, gen, 1, err);
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
	return SUPPLY_LAUNCHING;
}

void
supply_launch_over(struct supply *supply)
{
	supply->awaiting = false;
}

/*
 * Something failed: fork nobody for a while, then one to see whether it is
 * over.  Several failures in one step are one.
 */
static void
back_off(struct supply *supply, const char *what, int64_t now_ms)
{
	int64_t ms;

	if (now_ms < supply->retry_ms)
		return;
	if (now_ms - supply->retry_ms > STABLE_MS)
		supply->failures = 0;
	ms = policy_backoff_ms(++supply->failures,
	    (uint32_t)now_ms * 2654435761U);
	supply->blocked = true;
	supply->probing = false;
	supply->retry_ms = now_ms + ms;
	log_warning("%s, next try in %.1f s", what, (double)ms / 1000);
}

/* One more unproven death: is it one of many?  They wear off, one a second. */
static bool
too_many(struct supply *supply, int64_t now_ms)
{
	int64_t worn = (now_ms - supply->unproven_ms) / 1000;

	if (supply->failures > 0 && now_ms - supply->retry_ms <= STABLE_MS)
		return true;
	supply->unproven_ms += worn * 1000;
	supply->unproven = worn < supply->unproven ?
	    supply->unproven - (unsigned)worn :
	    0;
	return ++supply->unproven > UNPROVEN;
}

void
supply_frozen(struct supply *supply)
{
	supply->replace++;
}

void
supply_ended(struct supply *supply, const struct pool_end *end, int64_t now_ms)
{
	if (!end->unexpected)
		return;
	supply->replace++;
	/*
	 * Who has served somebody was all right, whatever happened then; a
	 * client that kills its worker must not slow down the others.  Who
	 * has not may be the first of many: a few are replaced at once too,
	 * more in a short time are a failure.
	 */
	if (end->early)
		back_off(supply, "a worker died before it was ready", now_ms);
	else if (!end->proven && too_many(supply, now_ms))
		back_off(supply, "workers die before they serve anybody",
		    now_ms);
}

void
supply_renew(struct supply *supply)
{
	supply->blocked = false;
	supply->probing = false;
	supply->failures = 0;
	supply->unproven = 0;
	supply->retry_ms = 0;
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
				    "clients wait; see workers.max",
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

/* How many may be forked now, given what failed lately. */
static unsigned
allowed_now(struct supply *supply, unsigned wanted, unsigned starting,
    int64_t now_ms)
{
	if (!supply->blocked)
		return least(wanted, BATCH);
	if (now_ms < supply->retry_ms)
		return 0;
	if (!supply->probing && wanted > 0) {
		supply->probing = true;
		supply->proof_ms = 0;
		return 1;
	}
	if (supply->probing && starting > 0)
		return 0;
	if (supply->probing && supply->proof_ms == 0)
		supply->proof_ms = now_ms + PROOF_MS;
	if (supply->probing && now_ms < supply->proof_ms)
		return 0;
	supply->blocked = false;
	supply->probing = false;
	return least(wanted, BATCH);
}

/* When to look again at what failed. */
static int64_t
next_try(const struct supply *supply, int64_t now_ms)
{
	if (now_ms < supply->retry_ms)
		return supply->retry_ms;
	if (supply->probing && now_ms < supply->proof_ms)
		return supply->proof_ms;
	return INT64_MAX;
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
    unsigned n, int64_t now_ms)
{
	if (n == 0) {
		supply->shrink_ms = 0;
		return INT64_MAX;
	}
	if (supply->shrink_ms != 0 && now_ms >= supply->shrink_ms) {
		pool_retire(pool, gen->number, n, now_ms);
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

	granted = allowed_now(supply, wanted, view.starting, now_ms);
	report_full(supply, &view, &plan, now_ms);
	next = shrink(supply, pool, gen, plan.retire, now_ms);
	granted = grow(supply, pool, gen, granted, now_ms);
	supply->replace -= least(supply->replace, granted);
	if (supply->blocked) {
		/* Whoever gets ready rings. */
		plan.ring_above = 0;
		if (next_try(supply, now_ms) < next)
			next = next_try(supply, now_ms);
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

	while (
	    left > 0 && pool->count < max && pool_spawn(pool, gen, true) == 0)
		left--;
	return left;
}
