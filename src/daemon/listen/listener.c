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

#ifndef SO_BINDTOIFINDEX /* for headers older than Linux 5.0 */
#define SO_BINDTOIFINDEX 62
#endif

static int
set_int(int fd, int level, int option, int64_t value)
{
	int n = (int)value;

	return setsockopt(fd, level, option, &n, sizeof(n));
}

/* Whether a listener of ours is in the way of this address, and need not be. */
static bool
overlaps(const struct listener *l, const struct addr *wanted)
{
	const struct addr *ours = &l->bound;

	return ours->sa.sa_family == wanted->sa.sa_family &&
	    addr_port(ours) == addr_port(wanted) && addr_port(ours) != 0 &&
	    (addr_is_wildcard(ours) || addr_is_wildcard(wanted) || l->hidden);
}

/* Open the socket of l->wanted, beside listeners of `now`.  -1 with errno. */
static int
open_wanted(struct listener *l, const struct listener_set *now,
    const struct config *config)
{
	int beside[CONFIG_ADDRESSES];
	unsigned count = 0;

	for (unsigned i = 0; i < now->count; i++)
		if (overlaps(&now->item[i], &l->wanted))
			beside[count++] = now->item[i].fd;
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
 * The listener of `now` with this address that `next` does not have yet.  A
 * hidden one stays so: to undo it takes CAP_NET_RAW.
 */
static const struct listener *
find_kept(const struct listener_set *next, const struct listener_set *now,
    const struct addr *wanted)
{
	for (unsigned i = 0; i < now->count; i++) {
		const struct listener *l = &now->item[i];

		/* Port 0 may now be written as the port that it was given. */
		if (!l->hidden && !has(next, l) &&
		    (addr_equal(&l->wanted, wanted) ||
			addr_equal(&l->bound, wanted)))
			return l;
	}
	return NULL;
}

int
listener_set_prepare(struct listener_set *next, const struct listener_set *now,
    const struct config *config, struct errbuf *err)
{
	int error;

	next->count = 0;
	for (unsigned i = 0; i < config->address_count; i++) {
		const struct config_address *want = &config->addresses[i];
		const struct listener *kept = find_kept(next, now, &want->addr);
		struct listener *l = &next->item[next->count];

		*l = kept != NULL ? *kept : (struct listener){ 0 };
		l->wanted = want->addr;
		l->kept = kept != NULL;
		if (kept != NULL || open_wanted(l, now, config) == 0) {
			addr_text(&l->bound, l->text, sizeof(l->text));
			next->count++;
			continue;
		}
		error = errno;
		addr_text(&l->wanted, l->text, sizeof(l->text));
		if (want->optional && open_family_missing(&want->addr, error)) {
			log_notice("skipped %s: this system does not have its "
				   "address family",
			    l->text);
			continue;
		}
		errno = error;
		errbuf_sys(err, "cannot listen on %s", l->text);
		if (config->listen_file[0] != '\0')
			errbuf_prefix(err, "%s:%u: ", config->listen_file,
			    want->line);
		return -1;
	}
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

		if (l->kept && tune_listener(l->fd, config) == -1)
			log_warning("cannot change the options of %s: %m",
			    l->text);
		l->kept = false;
	}
	next->count = 0;
}

void
listener_set_hide(struct listener_set *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct listener *l = &set->item[i];

		l->reported = false;
		(void)set_int(l->fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 0);
		/*
		 * A SYN passes over a listener that is bound to an interface
		 * which does not exist, while handshakes under way, begun
		 * without an interface, go on; a close would reset them.
		 * Fails before Linux 5.0, or 5.7 for others than root.
		 */
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
listener_set_report(struct listener_set *set, int64_t backlog)
{
	char host[ADDR_TEXT];
	unsigned limit;

	for (unsigned i = 0; i < set->count; i++) {
		struct listener *l = &set->item[i];

		if (!l->reported) {
			addr_host(&l->bound, host, sizeof(host));
			log_notice("listening on %s port %u", host,
			    addr_port(&l->bound));
			l->reported = true;
		}
		(void)listener_waiting(l, &limit);
		if (limit < backlog && l->backlog_said != backlog) {
			log_notice("backlog of %s is %u, not %u: "
				   "see net.core.somaxconn",
			    l->text, limit, (unsigned)backlog);
			l->backlog_said = backlog;
		}
	}
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

unsigned
listener_waiting(const struct listener *l, unsigned *limit)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	(void)getsockopt(l->fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	/* Of a listening socket these two are the queue and its size. */
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
