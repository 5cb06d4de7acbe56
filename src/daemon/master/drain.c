/* SPDX-License-Identifier: ISC */
#include "daemon/master/drain.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "config/config.h"
#include "daemon/log/log.h"
#include "daemon/master/master.h"
#include "daemon/master/terminate.h"

enum {
	CLOSE_MS = 5000, /* clients may come faster than they are served */
	STOP_MS = 1000,	 /* the same at a stop, for which somebody waits */
	ANSWER_MS = 500, /* for a client to answer a SYN-ACK */
	LOOK_MS = 20,	 /* nobody rings for what is looked at here */
};

void
drain_all(const struct master *m, struct listener_set *all)
{
	const struct listener_set *more = &m->drain.listeners;

	*all = m->listeners;
	for (unsigned i = 0; i < more->count && all->count < CONFIG_ADDRESSES;
	     i++)
		all->item[all->count++] = more->item[i];
}

/*
 * For how long the kernel may hold back a client that connected before the
 * listener was hidden: it repeats its SYN-ACK after a second and at doubled
 * distances, none of which is longer than what it was told to wait in all.
 */
static int64_t
hold_ms(const struct config *config)
{
	int64_t ms = (config->timeout_defer_ms + 999) / 1000 * 1000 + ANSWER_MS;

	/* Clients that have said nothing are not worth more than others. */
	if (config->timeout_drain_ms > 0 && config->timeout_drain_ms < ms)
		ms = config->timeout_drain_ms;
	return ms;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Room for one more is that of the oldest, whose clients had the most time. */
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
 * Their sockets are ours from now on, and are closed `ms` after nobody is held
 * back any more at the latest.
 */
static void
take_over(struct master *m, const struct listener_set *removed,
    const struct config *config, int64_t ms, int64_t now_ms)
{
	struct drain *r = &m->drain;
	int64_t held_ms = now_ms + hold_ms(config);

	for (unsigned i = 0; i < removed->count; i++) {
		make_room(&r->listeners);
		r->listeners.item[r->listeners.count] = removed->item[i];
		r->listeners.item[r->listeners.count++].reported = false;
	}
	listener_set_hide(&r->listeners);
	r->held_ms = later(r->held_ms, held_ms);
	r->close_ms = later(r->close_ms, held_ms + ms);
}

/* Fork for the clients that wait, but for `takers` of them: others take these. */
static unsigned
sweep(struct master *m, unsigned takers)
{
	const struct config *next = m->reload.config;
	struct generation gen = m->current;
	int64_t now_ms = clock_ms(), finish_ms = m->drain.finish_ms;
	unsigned left;

	/* Not more than those who come after them will have room beside. */
	if (next != NULL && next->workers_max < gen.config->workers_max)
		gen.config = next;
	gen.listeners = &m->drain.listeners;
	left = autoscale_sweep(&m->pool, &gen, takers);
	/* A worker that starts late has no more time than the others. */
	if (finish_ms > 0)
		terminate_generations(&m->pool, 0, UINT_MAX,
		    finish_ms > now_ms ? finish_ms - now_ms : 1, now_ms);
	return left;
}

void
drain_begin(struct master *m, const struct listener_set *next, int64_t now_ms)
{
	struct listener_set removed;

	listener_set_removed(&removed, &m->drain.listeners, next);
	m->drain.listeners = removed;
	listener_set_removed(&removed, &m->listeners, next);
	for (unsigned i = 0; i < removed.count; i++)
		log_notice("closing %s", removed.item[i].text);
	take_over(m, &removed, m->config, CLOSE_MS, now_ms);
	(void)sweep(m, 0);
}

void
drain_abandon(struct master *m, struct listener_set *next,
    const struct config *config, int64_t now_ms)
{
	struct listener_set all, fresh;

	drain_all(m, &all);
	listener_set_removed(&fresh, next, &all);
	next->count = 0;
	if (fresh.count == 0)
		return;
	take_over(m, &fresh, config, CLOSE_MS, now_ms);
	(void)sweep(m, 0);
}

void
drain_stop(struct master *m, int64_t now_ms)
{
	struct pool_census census;
	int64_t drain_ms = m->config->timeout_drain_ms;

	m->drain.held_ms = m->drain.close_ms = 0;
	take_over(m, &m->listeners, m->config, STOP_MS, now_ms);
	m->listeners.count = 0;
	/* Each idle worker takes one that waits, before it leaves. */
	pool_census(&m->pool, m->current.number, &census);
	(void)sweep(m, census.idle);
	m->drain.finish_ms = drain_ms > 0 ? now_ms + drain_ms : 0;
}

/* Whether no worker takes clients from these listeners, but for frozen ones. */
static bool
settled(const struct master *m)
{
	return pool_settled_beside(&m->pool,
	    m->phase == PHASE_STOP ? 0 : m->current.number);
}

static void
close_all(struct master *m, unsigned left)
{
	if (left > 0)
		log_warning("%s with connections unserved count=%u",
		    m->phase == PHASE_STOP ? "stopping" : "closing", left);
	listener_set_close(&m->drain.listeners);
	m->drain.held_ms = m->drain.close_ms = 0;
}

int64_t
drain_step(struct master *m, int64_t now_ms)
{
	struct drain *r = &m->drain;
	bool expects;

	/* Of a reload that is under way some may be taken back. */
	if (r->listeners.count == 0 || m->reload.step == RELOAD_READYING)
		return INT64_MAX;
	if (now_ms < r->close_ms) {
		if (!settled(m))
			return now_ms + LOOK_MS;
		/* In this order: a client that is held back may be queued meanwhile. */
		expects = now_ms < r->held_ms &&
		    listener_set_expects(&r->listeners);
		/* Where there is no room for them yet, some may be made. */
		if (listener_set_waiting(&r->listeners) > 0) {
			(void)sweep(m, 0);
			return now_ms + LOOK_MS;
		}
		if (expects)
			return now_ms + LOOK_MS;
	}
	close_all(m, sweep(m, 0));
	return INT64_MAX;
}

void
drain_end(struct master *m)
{
	unsigned left = listener_set_waiting(&m->listeners) +
	    listener_set_waiting(&m->drain.listeners);

	listener_set_close(&m->listeners);
	close_all(m, left);
}
