/* SPDX-License-Identifier: ISC */
#include "daemon/listen/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/net.h"
#include "daemon/log/log.h"
#include "daemon/listen/halfopen.h"
#include "daemon/listen/tune.h"
#include "daemon/sandbox/descriptors.h"

#ifndef SO_BINDTOIFINDEX /* for headers older than Linux 5.0 */
#define SO_BINDTOIFINDEX 62
#endif

static int
set_int(int fd, int level, int option, int64_t value)
{
	int n = (int)value;

	return setsockopt(fd, level, option, &n, sizeof(n));
}

/* Whether IPv6 is switched off, for all interfaces or for the loopback. */
static bool
ipv6_is_off(void)
{
	struct sockaddr_in6 loopback = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	char value = '0';
	bool off;
	int fd = open("/proc/sys/net/ipv6/conf/all/disable_ipv6",
	    O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		(void)!read(fd, &value, 1);
		close(fd);
	}
	if (value == '1')
		return true;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return errno == EAFNOSUPPORT;
	off = bind(fd, (struct sockaddr *)&loopback, sizeof(loopback)) == -1 &&
	    errno == EADDRNOTAVAIL;
	close(fd);
	return off;
}

/* A name may stand for a family that this system does not have. */
static bool
family_missing(const struct addr *addr, int error)
{
	return error == EAFNOSUPPORT ||
	    (error == EADDRNOTAVAIL && addr->sa.sa_family == AF_INET6 &&
		ipv6_is_off());
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

static int
occupy(struct listener *l, const struct config *config)
{
	if (bind(l->fd, &l->wanted.sa, l->wanted.len) == -1 ||
	    tune_listener(l->fd, config) == -1)
		return -1;
	return net_local(l->fd, &l->bound);
}

/* SO_REUSEPORT on or off, for this listener and all that overlap with it. */
static void
share_with(const struct listener *l, const struct listener_set *now, int on)
{
	(void)set_int(l->fd, SOL_SOCKET, SO_REUSEPORT, on);
	for (unsigned i = 0; i < now->count; i++)
		if (overlaps(&now->item[i], &l->wanted))
			(void)set_int(now->item[i].fd, SOL_SOCKET, SO_REUSEPORT,
			    on);
}

/*
 * Bind beside listeners of ours that are in the way, which a commit drains, so
 * that there is no gap between an address and the wildcard.  The kernel allows
 * it while all of them have SO_REUSEPORT (socket(7)).
 */
static int
occupy_beside(struct listener *l, const struct listener_set *now,
    const struct config *config)
{
	int result;

	share_with(l, now, 1);
	result = occupy(l, config);
	share_with(l, now, 0);
	return result;
}

/* Open, bind and listen.  -1 with errno. */
static int
open_listener(struct listener *l, const struct listener_set *now,
    const struct config *config)
{
	int saved;

	l->fd = socket(l->wanted.sa.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Its number is out of reach of what a worker may do with others. */
	if (l->fd == -1 || (l->fd = descriptors_fix(l->fd)) == -1)
		return -1;
	/* Allows connections of an earlier echod in TIME_WAIT, but no second
	 * listener (socket(7)). */
	if (set_int(l->fd, SOL_SOCKET, SO_REUSEADDR, 1) == 0 &&
	    (l->wanted.sa.sa_family != AF_INET6 ||
		set_int(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) == 0) &&
	    (occupy(l, config) == 0 ||
		(errno == EADDRINUSE && occupy_beside(l, now, config) == 0)))
		return 0;
	saved = errno;
	close(l->fd);
	l->fd = -1;
	errno = saved;
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
		if (kept != NULL || open_listener(l, now, config) == 0) {
			addr_text(&l->bound, l->text, sizeof(l->text));
			next->count++;
			continue;
		}
		error = errno;
		addr_text(&l->wanted, l->text, sizeof(l->text));
		if (want->optional && family_missing(&want->addr, error)) {
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
