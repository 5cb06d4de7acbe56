/* SPDX-License-Identifier: ISC */
#include "daemon/reporter/endpoint.h"

#include <errno.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/net.h"
#include "daemon/listen/open.h"
#include "daemon/log/log.h"

static bool
has(const struct endpoint_set *set, const struct endpoint *e)
{
	for (unsigned i = 0; i < set->count; i++)
		if (set->item[i].fd == e->fd)
			return true;
	return false;
}

static const struct endpoint *
find_kept(const struct endpoint_set *next, const struct endpoint_set *now,
    const struct addr *wanted)
{
	for (unsigned i = 0; i < now->count; i++) {
		const struct endpoint *e = &now->item[i];

		/* One that was opened for port 0 also serves the port that it
		 * was given. */
		if (!has(next, e) &&
		    (addr_equal(&e->wanted, wanted) ||
			addr_equal(&e->bound, wanted)))
			return e;
	}
	return NULL;
}

/*
 * Open a socket, even if it overlaps with those of `now`, which may be about to
 * go.
 */
static int
open_beside(const struct addr *at, const struct endpoint_set *now,
    const struct config *config)
{
	int beside[CONFIG_METRICS];

	for (unsigned i = 0; i < now->count; i++)
		beside[i] = now->item[i].fd;
	return open_listener(at, beside, now->count, config);
}

/* Take the listener of a socket unit for this address, if there is one. */
static bool
adopt(struct endpoint *e, struct listener_set *adopted)
{
	const struct listener *l = listener_set_find(adopted, &e->wanted);

	if (l == NULL || l->origin != LISTENER_INHERITED)
		return false;
	e->from = *l;
	e->fd = l->fd;
	e->bound = l->bound;
	e->adopted = true;
	adopted->item[l - adopted->item] = adopted->item[--adopted->count];
	return true;
}

/* Whether a socket that was adopted is for this address, too. */
static bool
covered(const struct endpoint_set *next, const struct addr *wanted)
{
	for (unsigned i = 0; i < next->count; i++)
		if (next->item[i].adopted && next->item[i].from.dual &&
		    addr_is_wildcard(wanted) &&
		    addr_port(&next->item[i].bound) == addr_port(wanted))
			return true;
	return false;
}

/*
 * Find or open a socket for one address.  1: this system does not have the
 * family of the address, which may be skipped.
 */
static int
prepare(struct endpoint *e, const struct config_address *want,
    const struct endpoint_set *now, struct listener_set *adopted,
    const struct config *config, struct errbuf *err)
{
	*e = (struct endpoint){ .wanted = want->addr };
	if (adopt(e, adopted))
		return 0;
	e->fd = open_beside(&e->wanted, now, config);
	if (e->fd != -1 && net_local(e->fd, &e->bound) == 0)
		return 0;
	if (want->optional && e->fd == -1 &&
	    open_family_missing(&e->wanted, errno))
		return 1;
	addr_text(&e->wanted, e->text, sizeof(e->text));
	errbuf_sys(err, "metrics.address: cannot listen on %s", e->text);
	if (e->fd != -1)
		close(e->fd);
	return -1;
}

int
endpoint_set_prepare(struct endpoint_set *next, const struct endpoint_set *now,
    struct listener_set *adopted, const struct config *config,
    struct errbuf *err)
{
	const struct config_metrics *metrics = &config->metrics;
	int result = 0;

	next->count = 0;
	for (unsigned i = 0; i < metrics->count && result != -1; i++) {
		const struct config_address *want = &metrics->at[i];
		const struct endpoint *kept = find_kept(next, now, &want->addr);
		struct endpoint *e = &next->item[next->count];

		if (covered(next, &want->addr))
			continue;
		if (kept != NULL) {
			*e = *kept;
			e->kept = true;
			e->wanted = want->addr;
			result = 0;
		} else {
			result = prepare(e, want, now, adopted, config, err);
		}
		if (result == 0) {
			addr_text(&e->bound, e->text, sizeof(e->text));
			next->count++;
		}
	}
	if (result != -1 && next->count == 0 && metrics->count > 0)
		result = errbuf_set(err,
		    "metrics.address: this system has none of the address "
		    "families");
	if (result == -1)
		endpoint_set_abandon(next, adopted);
	return result == -1 ? -1 : 0;
}

bool
endpoint_set_commit(struct endpoint_set *now, struct endpoint_set *next)
{
	bool changed = now->count != next->count;
	char host[ADDR_TEXT];

	for (unsigned i = 0; i < now->count; i++)
		if (!has(next, &now->item[i])) {
			log_notice("closing metrics on %s", now->item[i].text);
			close(now->item[i].fd);
		}
	for (unsigned i = 0; i < next->count; i++) {
		struct endpoint *e = &next->item[i];

		if (!e->kept) {
			addr_host(&e->bound, host, sizeof(host));
			log_notice("metrics on %s port %u", host,
			    addr_port(&e->bound));
			changed = true;
		}
		e->kept = false;
	}
	*now = *next;
	next->count = 0;
	return changed;
}

void
endpoint_set_abandon(struct endpoint_set *next, struct listener_set *adopted)
{
	for (unsigned i = 0; i < next->count; i++) {
		const struct endpoint *e = &next->item[i];

		if (e->kept)
			continue;
		if (e->adopted)
			adopted->item[adopted->count++] = e->from;
		else
			close(e->fd);
	}
	next->count = 0;
}

void
endpoint_set_close(struct endpoint_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		close(set->item[i].fd);
	set->count = 0;
}
