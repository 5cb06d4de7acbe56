/* SPDX-License-Identifier: ISC */
#include "daemon/listen/listener.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/net.h"
#include "daemon/log/log.h"
#include "daemon/listen/halfopen.h"
#include "daemon/listen/open.h"
#include "daemon/listen/tune.h"

#ifndef SO_MEMINFO /* for headers older than Linux 4.12 */
#define SO_MEMINFO 55
#endif

/* What SO_MEMINFO tells: SK_MEMINFO_VARS and SK_MEMINFO_DROPS of sock_diag. */
enum { MEMORY_WORDS = 9, MEMORY_DROPS = 8 };

#ifndef SO_BINDTOIFINDEX /* for headers older than Linux 5.0 */
#define SO_BINDTOIFINDEX 62
#endif

static int
set_int(int fd, int level, int option, int64_t value)
{
	int n = (int)value;

	return setsockopt(fd, level, option, &n, sizeof(n));
}

/*
 * Whether a listener of ours keeps this address from being bound, unless both
 * have SO_REUSEPORT.
 */
static bool
overlaps(const struct listener *l, const struct addr *wanted)
{
	const struct addr *ours = &l->bound;

	return l->origin != LISTENER_INHERITED &&
	    ours->sa.sa_family == wanted->sa.sa_family &&
	    addr_port(ours) == addr_port(wanted) && addr_port(ours) != 0 &&
	    (addr_is_wildcard(ours) || addr_is_wildcard(wanted) || l->hidden);
}

/*
 * Open a socket for l->wanted, even if others of ours overlap.  -1 with errno.
 */
static int
open_wanted(struct listener *l, const struct listener_set *now,
    const struct listener_set *adopted, const struct config *config)
{
	int beside[2 * CONFIG_ADDRESSES];
	unsigned count = 0;

	for (unsigned i = 0; i < now->count; i++)
		if (overlaps(&now->item[i], &l->wanted))
			beside[count++] = now->item[i].fd;
	for (unsigned i = 0; i < adopted->count; i++)
		if (overlaps(&adopted->item[i], &l->wanted))
			beside[count++] = adopted->item[i].fd;
	l->fd = open_listener(&l->wanted, beside, count, config);
	if (l->fd == -1 || net_local(l->fd, &l->bound) == 0)
		return l->fd == -1 ? -1 : 0;
	close(l->fd);
	return -1;
}

static bool
has(const struct listener_set *set, const struct listener *l)
{
	for (unsigned i = 0; i < set->count; i++)
		if (set->item[i].fd == l->fd)
			return true;
	return false;
}

/*
 * Whether a listener serves this address.  One that was opened for port 0 also
 * serves the port that it was given.  A hidden one is of no use, for to show it
 * again takes CAP_NET_RAW.
 */
static bool
is_at(const struct listener *l, const struct addr *wanted)
{
	return !l->hidden &&
	    (addr_equal(&l->wanted, wanted) || addr_equal(&l->bound, wanted));
}

static bool
is_at_both(const struct listener *l, const struct addr *wanted)
{
	return l->dual && addr_is_wildcard(wanted) &&
	    addr_port(&l->bound) == addr_port(wanted);
}

static bool
any_at_both(const struct listener_set *set, const struct addr *wanted)
{
	for (unsigned i = 0; i < set->count; i++)
		if (is_at_both(&set->item[i], wanted))
			return true;
	return false;
}

/*
 * Find the listener for an address among those that `next` has not taken yet.
 */
static const struct listener *
find(const struct listener_set *set, const struct listener_set *next,
    const struct addr *wanted)
{
	for (unsigned i = 0; i < set->count; i++)
		if (!has(next, &set->item[i]) && is_at(&set->item[i], wanted))
			return &set->item[i];
	for (unsigned i = 0; i < set->count; i++)
		if (!has(next, &set->item[i]) &&
		    is_at_both(&set->item[i], wanted))
			return &set->item[i];
	return NULL;
}

const struct listener *
listener_set_find(const struct listener_set *set, const struct addr *wanted)
{
	static const struct listener_set none;

	return find(set, &none, wanted);
}

/*
 * Set the options of a listener.  The size of the queue of a socket unit is up
 * to the unit, so listen(2) is not called for it.
 */
static int
tune(const struct listener *l, const struct config *config)
{
	return l->origin == LISTENER_INHERITED ? tune_options(l->fd, config) :
						 tune_listener(l->fd, config);
}

/*
 * Whether the advice to use a socket unit fits: echod has some, and an error
 * that the service manager, with more rights than echod, may not have.
 */
static bool
may_be_inherited(const struct listener_set *now,
    const struct listener_set *adopted, int error)
{
	bool inherits = false;

	for (unsigned i = 0; i < now->count; i++)
		inherits |= now->item[i].origin == LISTENER_INHERITED;
	for (unsigned i = 0; i < adopted->count; i++)
		inherits |= adopted->item[i].origin == LISTENER_INHERITED;
	return inherits &&
	    (error == EACCES || error == EPERM || error == EAFNOSUPPORT ||
		error == EADDRNOTAVAIL || error == ENETUNREACH);
}

/*
 * A listener that is adopted gets its options before workers take clients from
 * it; but if an old master still serves it, only at the commit.
 */
static int
adopt(struct listener *l, const struct config *config)
{
	return l->served ? 0 : tune(l, config);
}

/*
 * Find or open the listener for l->wanted, an entry of `listen`.  -1 with
 * errno.
 */
static int
take(struct listener *l, const struct listener_set *next,
    const struct listener_set *now, const struct listener_set *adopted,
    const struct config *config)
{
	const struct addr wanted = l->wanted;
	const struct listener *kept = find(now, next, &wanted);
	const struct listener *fresh = kept == NULL ?
	    find(adopted, next, &wanted) :
	    NULL;

	if (kept != NULL || fresh != NULL)
		*l = kept != NULL ? *kept : *fresh;
	l->wanted = wanted;
	l->kept = kept != NULL || fresh != NULL;
	l->listed = true;
	return fresh != NULL ? adopt(l, config) :
	    kept != NULL     ? 0 :
			       open_wanted(l, now, adopted, config);
}

/* -1 with the address and the reason in err. */
static int
fail(const struct listener *l, const struct config *config, unsigned line,
    const char *advice, struct errbuf *err)
{
	errbuf_sys(err, "cannot listen on %s", l->text);
	if (advice != NULL)
		errbuf_set(err, "%s; %s", err->text, advice);
	if (config->listen_file[0] != '\0' && line != 0)
		errbuf_prefix(err, "%s:%u: ", config->listen_file, line);
	return -1;
}

/* Take the listeners of socket units that no entry of `listen` asks for. */
static int
take_unlisted(struct listener_set *next, const struct listener_set *set,
    const struct config *config, struct errbuf *err)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct listener *l = &next->item[next->count];

		if (set->item[i].origin != LISTENER_INHERITED ||
		    has(next, &set->item[i]) ||
		    (set->item[i].listed && config->address_count > 0))
			continue;
		if (next->count == CONFIG_ADDRESSES)
			return errbuf_set(err, "more than %d addresses in all",
			    CONFIG_ADDRESSES);
		*l = set->item[i];
		l->kept = true;
		l->listed = false;
		next->count++;
		if (adopt(l, config) == -1)
			return fail(l, config, 0, NULL, err);
	}
	return 0;
}

int
listener_set_prepare(struct listener_set *next, const struct listener_set *now,
    const struct listener_set *adopted, const struct config *config,
    struct errbuf *err)
{
	next->count = 0;
	for (unsigned i = 0; i < config->address_count; i++) {
		const struct config_address *want = &config->addresses[i];
		struct listener *l = &next->item[next->count];
		int error;

		/* One socket may be the wildcard of both families, and serve
		 * two entries. */
		if (any_at_both(next, &want->addr))
			continue;
		*l = (struct listener){ .wanted = want->addr };
		error = take(l, next, now, adopted, config) == 0 ? 0 : errno;
		addr_text(error == 0 ? &l->bound : &want->addr, l->text,
		    sizeof(l->text));
		if (error == 0) {
			next->count++;
			continue;
		}
		if (want->optional && open_family_missing(&want->addr, error)) {
			log_notice("skipped %s: this system does not have its "
				   "address family",
			    l->text);
			continue;
		}
		errno = error;
		return fail(l, config, want->line,
		    may_be_inherited(now, adopted, error) ?
			"the socket unit that passes the others may open it" :
			NULL,
		    err);
	}
	if (take_unlisted(next, now, config, err) == -1 ||
	    take_unlisted(next, adopted, config, err) == -1)
		return -1;
	if (next->count == 0 && config->address_count == 0)
		return errbuf_set(err,
		    "cannot listen: `listen` is empty, and no socket unit has "
		    "passed a socket");
	if (next->count == 0)
		return errbuf_set(err,
		    "cannot listen: this system has none of "
		    "the address families");
	return 0;
}

void
listener_set_removed(struct listener_set *removed,
    const struct listener_set *now, const struct listener_set *next)
{
	removed->count = 0;
	for (unsigned i = 0; i < now->count; i++)
		if (!has(next, &now->item[i]))
			removed->item[removed->count++] = now->item[i];
}

void
listener_set_commit(struct listener_set *now, struct listener_set *next,
    const struct config *config)
{
	*now = *next;
	for (unsigned i = 0; i < now->count; i++) {
		struct listener *l = &now->item[i];

		if (l->kept && tune(l, config) == -1)
			log_warning("cannot change the options of %s: %m",
			    l->text);
		l->kept = l->served = false;
	}
	next->count = 0;
}

void
listener_set_hide(struct listener_set *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct listener *l = &set->item[i];

		l->reported = false;
		if (l->stored)
			continue;
		(void)set_int(l->fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 0);
		/* The listener is bound to an interface that does not exist:
		 * the kernel does not find it for a new SYN, while handshakes
		 * under way, begun without an interface, come to their end; a
		 * close would reset them.  This fails before Linux 5.0, and for
		 * others than root before 5.7. */
		if (!l->hidden)
			l->hidden = set_int(l->fd, SOL_SOCKET, SO_BINDTOIFINDEX,
					INT32_MAX) == 0;
	}
}

bool
listener_set_expects(const struct listener_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		if (halfopen_any(&set->item[i].bound))
			return true;
	return false;
}

void
listener_set_abandon(struct listener_set *next)
{
	for (unsigned i = 0; i < next->count; i++)
		if (!next->item[i].kept)
			close(next->item[i].fd);
	next->count = 0;
}

void
listener_set_close(struct listener_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		close(set->item[i].fd);
	set->count = 0;
}

void
listener_queue(const struct listener *l, struct listener_queue *queue)
{
	uint32_t memory[MEMORY_WORDS] = { 0 };
	int seconds = 0;
	socklen_t len = sizeof(memory);

	queue->waiting = listener_waiting(l, &queue->limit);
	(void)getsockopt(l->fd, SOL_SOCKET, SO_MEMINFO, memory, &len);
	queue->drops = memory[MEMORY_DROPS];
	len = sizeof(seconds);
	(void)getsockopt(l->fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, &len);
	queue->deferred = seconds > 0;
}

unsigned
listener_waiting(const struct listener *l, unsigned *limit)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	(void)getsockopt(l->fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	/* For a listening socket these two fields are the queue and its
	 * size. */
	if (limit != NULL)
		*limit = info.tcpi_sacked;
	return info.tcpi_unacked;
}

unsigned
listener_set_waiting(const struct listener_set *set)
{
	unsigned n = 0;

	for (unsigned i = 0; i < set->count; i++)
		n += listener_waiting(&set->item[i], NULL);
	return n;
}
