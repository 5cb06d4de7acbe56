/* SPDX-License-Identifier: ISC */
#include "daemon/listen/store.h"

#include "common/clock.h"
#include "config/config.h"
#include "daemon/environment.h"
#include "daemon/listen/listener.h"
#include "daemon/service/notify.h"

enum { RETRY_MS = 200 };

void
store_open(struct store *s, const struct notify *n,
    const struct listener_set *adopted)
{
	int64_t max = environment()->store_max;

	*s = (struct store){ 0 };
	/* Without a connection to the manager there is no store, whatever
	 * FDSTORE says. */
	if (n->fd == -1)
		return;
	s->room = max < 0 || max > CONFIG_ADDRESSES ? CONFIG_ADDRESSES :
						      (unsigned)max;
	for (unsigned i = 0; i < adopted->count; i++)
		s->count += adopted->item[i].stored;
	s->certain = max > 0 || s->count > 0;
}

void
store_renew(struct store *s)
{
	s->due = s->room > 0;
	s->retry_ms = 0;
}

/*
 * Empty the store.  One of several descriptors that have the same name cannot
 * be removed alone.
 */
static bool
forget_all(struct store *s, struct notify *n, struct listener_set *set)
{
	if (!notify_descriptors(n, "FDSTOREREMOVE=1\nFDNAME=" STORE_NAME, NULL,
		0))
		return false;
	for (unsigned i = 0; i < set->count; i++)
		set->item[i].stored = false;
	s->count = 0;
	return true;
}

/*
 * Send the listeners that are not stored yet.  With FDPOLL=0 the manager keeps
 * one even if a worker has closed it, for it can be mended.
 */
static bool
keep(struct store *s, struct notify *n, struct listener_set *set)
{
	const char *text = "FDSTORE=1\nFDNAME=" STORE_NAME "\nFDPOLL=0";
	int fds[CONFIG_ADDRESSES];
	unsigned count = 0, missing = 0;

	for (unsigned i = 0; i < set->count && count < s->room; i++) {
		if (set->item[i].origin == LISTENER_INHERITED)
			continue;
		missing += !set->item[i].stored;
		fds[count++] = set->item[i].fd;
	}
	if (missing == 0)
		return true;
	/* All are sent: the manager ignores those that it has already. */
	if (!notify_descriptors(n, text, fds, count))
		return false;
	s->count = count;
	for (unsigned i = 0; i < set->count && count > 0; i++)
		if (set->item[i].origin != LISTENER_INHERITED) {
			set->item[i].stored = true;
			count--;
		}
	return true;
}

int64_t
store_step(struct store *s, struct notify *n, struct listener_set *set,
    int64_t now_ms)
{
	unsigned stored = 0;

	if (!s->due)
		return INT64_MAX;
	if (now_ms < s->retry_ms)
		return s->retry_ms;
	for (unsigned i = 0; i < set->count; i++)
		stored += set->item[i].stored;
	if ((stored < s->count && !forget_all(s, n, set)) || !keep(s, n, set))
		return s->retry_ms = now_ms + RETRY_MS;
	s->due = false;
	return INT64_MAX;
}

void
store_stop(struct store *s, struct notify *n, struct listener_set *set)
{
	s->due = false;
	if (!s->certain && s->count > 0)
		(void)forget_all(s, n, set);
}
