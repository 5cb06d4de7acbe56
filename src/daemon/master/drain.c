/* SPDX-License-Identifier: ISC */
#include "daemon/master/drain.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "daemon/listen/announce.h"
#include "daemon/log/log.h"
#include "daemon/pool/generation.h"
#include "daemon/pool/pool.h"
#include "daemon/pool/spawn.h"
#include "daemon/pool/terminate.h"

enum {
	CLOSE_MS = 5000, /* as clients may come faster than they are served */
	STOP_MS = 1000,	 /* the same at a stop, which has to be quick */
	ANSWER_MS = 500, /* for a client to answer a SYN-ACK */
	LOOK_MS = 20,	 /* between two looks: no event tells of this */
};

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void
drain_all(const struct drain *d, const struct generation *now,
    struct listener_set *all)
{
	*all = now->listeners;
	for (unsigned i = 0;
	     i < d->listeners.count && all->count < CONFIG_ADDRESSES; i++)
		all->item[all->count++] = d->listeners.item[i];
}

/*
 * For how long the kernel may hold back a client that connected before the
 * listener was hidden: it repeats its SYN-ACK after a second and at doubled
 * distances, none longer than timeouts.defer_accept.
 */
static int64_t
hold_ms(const struct config *config)
{
	int64_t ms = (config->timeout.defer_ms + 999) / 1000 * 1000 + ANSWER_MS;

	/* A client that connected and is silent gets no more time than those
	 * that have a worker. */
	if (config->timeout.drain_ms > 0 && config->timeout.drain_ms < ms)
		ms = config->timeout.drain_ms;
	return ms;
}

/*
 * A full set loses its oldest listener, whose clients had the most time to be
 * served.
 */
static void
make_room(struct listener_set *set)
{
	unsigned left;

	if (set->count < CONFIG_ADDRESSES)
		return;
	if ((left = listener_waiting(&set->item[0], NULL)) > 0)
		log_warning("closing with connections unserved count=%u", left);
	close(set->item[0].fd);
	set->count--;
	memmove(set->item, set->item + 1, set->count * sizeof(set->item[0]));
}

/*
 * Add these listeners to the drained ones, which own their sockets from now on.
 */
static void
take(struct drain *d, const struct listener_set *removed)
{
	for (unsigned i = 0; i < removed->count; i++) {
		make_room(&d->listeners);
		d->listeners.item[d->listeners.count++] = removed->item[i];
	}
}

/*
 * The same, and hide them.  They are closed at the latest `ms` after the time
 * when the kernel holds back no client any more.
 */
static void
take_over(struct drain *d, const struct listener_set *removed,
    const struct config *config, int64_t ms, int64_t now_ms)
{
	int64_t held_ms = now_ms + hold_ms(config);

	take(d, removed);
	listener_set_hide(&d->listeners);
	d->held_ms = later(d->held_ms, held_ms);
	d->close_ms = later(d->close_ms, held_ms + ms);
}

/*
 * Fork a drainer for each client in the queues, less `takers`, for which there
 * are other workers; and not more than a pool of `max` workers has room for.
 * Returns how many clients are left without a worker.
 */
static unsigned
serve(struct drain *d, struct pool *pool, const struct generation *now,
    int64_t max, unsigned takers, int64_t now_ms)
{
	unsigned waiting = listener_set_waiting(&d->listeners);
	unsigned left = waiting > takers ? waiting - takers : 0;

	for (; left > 0 && pool->count < 2 * (unsigned)max; left--)
		if (spawn_drainer(pool, now, &d->listeners) == -1)
			break;
	/* During a stop, the deadline of the clients holds for these drainers
	 * as well. */
	if (d->finish_ms > 0)
		terminate_generations(pool, 0, UINT_MAX,
		    later(d->finish_ms - now_ms, 1), now_ms);
	return left;
}

/*
 * Move the listeners of socket units from one set to another.  `inherited`
 * cannot overflow: there are never more of them than a set can hold.
 */
static void
set_aside(struct listener_set *set, struct listener_set *inherited)
{
	unsigned left = 0;

	for (unsigned i = 0; i < set->count; i++)
		if (set->item[i].origin == LISTENER_INHERITED)
			inherited->item[inherited->count++] = set->item[i];
		else
			set->item[left++] = set->item[i];
	set->count = left;
}

/*
 * The log is told which listeners go.  Those of socket units are set aside, for
 * a later reload may list them again.
 */
static void
part_with(struct listener_set *removed, struct listener_set *aside)
{
	unsigned before = aside->count;

	for (unsigned i = 0; i < removed->count; i++)
		log_notice("closing %s", removed->item[i].text);
	set_aside(removed, aside);
	for (unsigned i = before; i < aside->count; i++) {
		aside->item[i].reported = false;
		log_warning("clients still connect to %s, which its socket "
			    "unit keeps open: nobody serves them",
		    aside->item[i].text);
	}
}

/*
 * These listeners do not count as stored any more: the next store_step() has
 * the service manager forget them.
 */
static void
disown(struct listener_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		set->item[i].stored = false;
}

void
drain_begin(struct drain *d, struct pool *pool, const struct generation *now,
    struct listener_set *adopted, const struct generation *next, int64_t now_ms)
{
	bool start = now->number == 0;
	const struct config *config = start ? &next->config : &now->config;
	int64_t max = config->workers_max;
	/* Too large for a small stack. */
	static struct listener_set removed, unwanted;

	listener_set_removed(&removed, &d->listeners, &next->listeners);
	d->listeners = removed;
	listener_set_removed(&unwanted, adopted, &next->listeners);
	adopted->count = 0;
	set_aside(&unwanted, adopted);
	disown(&unwanted);
	for (unsigned i = 0; i < unwanted.count; i++)
		log_notice("closing %s, not in `listen` origin=%s",
		    unwanted.item[i].text, announce_origin(&unwanted.item[i]));
	take_over(d, &unwanted, config, CLOSE_MS, now_ms);
	listener_set_removed(&removed, &now->listeners, &next->listeners);
	part_with(&removed, adopted);
	disown(&removed);
	take_over(d, &removed, config, CLOSE_MS, now_ms);
	/* At a start there is no generation before this one whose workers could
	 * serve them. */
	if (start)
		return;
	/* Leave room for the workers of the next generation. */
	if (next->config.workers_max < max)
		max = next->config.workers_max;
	(void)serve(d, pool, now, max, 0, now_ms);
}

void
drain_abandon(struct drain *d, struct pool *pool, const struct generation *now,
    struct generation *next, int64_t now_ms)
{
	/* Too large for a small stack. */
	static struct listener_set fresh;

	fresh.count = 0;
	for (unsigned i = 0; i < next->listeners.count; i++)
		if (!next->listeners.item[i].kept)
			fresh.item[fresh.count++] = next->listeners.item[i];
	next->listeners.count = 0;
	if (fresh.count == 0)
		return;
	take_over(d, &fresh, &next->config, CLOSE_MS, now_ms);
	(void)serve(d, pool, now, now->config.workers_max, 0, now_ms);
}

/*
 * Close our copies of the listeners of socket units.  The queue, with the
 * clients that wait in it, lives on in the copy of the service manager.
 */
static void
let_go(struct listener_set *set)
{
	static struct listener_set inherited;

	inherited.count = 0;
	set_aside(set, &inherited);
	listener_set_close(&inherited);
}

void
drain_stop(struct drain *d, struct pool *pool, struct generation *now,
    int64_t now_ms)
{
	int64_t drain_ms = now->config.timeout.drain_ms;
	struct pool_census census;

	d->stopping = true;
	d->held_ms = d->close_ms = 0;
	let_go(&now->listeners);
	take_over(d, &now->listeners, &now->config, STOP_MS, now_ms);
	now->listeners.count = 0;
	/* Each idle worker that is told to leave takes one client first. */
	pool_census(pool, now->number, &census);
	(void)serve(d, pool, now, now->config.workers_max, census.idle, now_ms);
	d->finish_ms = drain_ms > 0 ? now_ms + drain_ms : 0;
}

static void
close_all(struct drain *d, unsigned left)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < d->listeners.count; i++)
		if (d->listeners.item[i].stored)
			kept += listener_waiting(&d->listeners.item[i], NULL);
	if (kept > 0)
		log_notice("clients wait for the next start count=%u", kept);
	left = left > kept ? left - kept : 0;
	if (left > 0)
		log_warning("%s with connections unserved count=%u",
		    d->stopping ? "stopping" : "closing", left);
	listener_set_close(&d->listeners);
	d->held_ms = d->close_ms = 0;
}

int64_t
drain_step(struct drain *d, struct pool *pool, const struct generation *now,
    int64_t now_ms)
{
	int64_t max = now->config.workers_max;
	bool expects;

	if (d->listeners.count == 0)
		return INT64_MAX;
	if (now_ms < d->close_ms) {
		if (!pool_settled_beside(pool, d->stopping ? 0 : now->number))
			return now_ms + LOOK_MS;
		/* This question comes first: a client that is held back may
		 * enter the queue between the two questions, and the second one
		 * finds it then. */
		expects = now_ms < d->held_ms &&
		    listener_set_expects(&d->listeners);
		if (listener_set_waiting(&d->listeners) > 0) {
			(void)serve(d, pool, now, max, 0, now_ms);
			return now_ms + LOOK_MS;
		}
		if (expects)
			return now_ms + LOOK_MS;
	}
	close_all(d, serve(d, pool, now, max, 0, now_ms));
	return INT64_MAX;
}

void
drain_end(struct drain *d, struct generation *now)
{
	d->stopping = true;
	let_go(&now->listeners);
	take(d, &now->listeners);
	now->listeners.count = 0;
	close_all(d, listener_set_waiting(&d->listeners));
}
