/* SPDX-License-Identifier: ISC */
#include "daemon/removal.h"

#include <unistd.h>

#include "daemon/log.h"
#include "daemon/master.h"

enum {
	CLOSE_MS = 5000, /* clients may come faster than they are served */
	LOOK_MS = 20,	 /* nobody rings for what is looked at here */
};

void
removal_all(const struct master *m, struct listener_set *all)
{
	const struct listener_set *more = &m->removal.listeners;

	*all = m->listeners;
	for (unsigned i = 0; i < more->count && all->count < CONFIG_ADDRESSES;
	     i++)
		all->item[all->count++] = more->item[i];
}

/* Their sockets are ours from now on. */
static void
keep(struct listener_set *set, const struct listener_set *removed)
{
	for (unsigned i = 0; i < removed->count; i++) {
		if (set->count == CONFIG_ADDRESSES) {
			/* Whoever waits there is reset. */
			close(removed->item[i].fd);
			continue;
		}
		set->item[set->count] = removed->item[i];
		set->item[set->count++].reported = false;
	}
}

static unsigned
sweep(struct master *m)
{
	const struct config *next = m->reload.config;
	struct generation gen = m->current;

	/* Not more than those who come after them will have room beside. */
	if (next != NULL && next->workers_max < gen.config->workers_max)
		gen.config = next;
	gen.listeners = &m->removal.listeners;
	return supply_sweep(&m->pool, &gen, 0);
}

void
removal_begin(struct master *m, const struct listener_set *next, int64_t now_ms)
{
	struct listener_set removed;

	listener_set_removed(&removed, &m->removal.listeners, next);
	m->removal.listeners = removed;
	listener_set_removed(&removed, &m->listeners, next);
	for (unsigned i = 0; i < removed.count; i++)
		log_notice("closing %s", removed.item[i].text);
	keep(&m->removal.listeners, &removed);
	m->removal.close_ms = now_ms + CLOSE_MS;
	(void)sweep(m);
}

int64_t
removal_step(struct master *m, int64_t now_ms)
{
	struct removal *r = &m->removal;

	/* Of a reload that is under way some may be taken back. */
	if (r->listeners.count == 0 || m->reload.step == RELOAD_READYING)
		return INT64_MAX;
	if (now_ms < r->close_ms) {
		if (!pool_settled_before(&m->pool, m->current.number))
			return now_ms + LOOK_MS;
		/* Where there is no room for them yet, some may be made. */
		if (listener_set_waiting(&r->listeners) > 0) {
			(void)sweep(m);
			return now_ms + LOOK_MS;
		}
	}
	removal_end(m);
	return INT64_MAX;
}

void
removal_end(struct master *m)
{
	struct listener_set *set = &m->removal.listeners;
	unsigned left;

	if (set->count == 0)
		return;
	left = sweep(m);
	if (left > 0)
		log_warning("closing with connections unserved count=%u", left);
	listener_set_close(set);
}
