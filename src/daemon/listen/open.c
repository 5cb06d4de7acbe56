/* SPDX-License-Identifier: ISC */
#include "daemon/listen/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/addr.h"
#include "config/config.h"
#include "daemon/listen/tune.h"
#include "daemon/sandbox/descriptors.h"

static int
set_int(int fd, int level, int option, int64_t value)
{
	int n = (int)value;

	return setsockopt(fd, level, option, &n, sizeof(n));
}

static int
occupy(int fd, const struct addr *at, const struct config *config)
{
	return bind(fd, &at->sa, at->len) == -1 ? -1 :
						  tune_listener(fd, config);
}

/* Set or clear SO_REUSEPORT of this socket and of the listeners beside it. */
static void
share(int fd, const int *beside, unsigned count, int on)
{
	(void)set_int(fd, SOL_SOCKET, SO_REUSEPORT, on);
	for (unsigned i = 0; i < count; i++)
		(void)set_int(beside[i], SOL_SOCKET, SO_REUSEPORT, on);
}

/*
 * Bind while listeners of ours that overlap are still open.  So when `listen`
 * changes from an address to the wildcard, or back, clients find one or the
 * other at any time; the commit drains the old ones.  The kernel allows this
 * while all of them have SO_REUSEPORT (socket(7)).
 */
static int
occupy_beside(int fd, const struct addr *at, const int *beside, unsigned count,
    const struct config *config)
{
	int result;

	share(fd, beside, count, 1);
	result = occupy(fd, at, config);
	share(fd, beside, count, 0);
	return result;
}

int
open_listener(const struct addr *at, const int *beside, unsigned count,
    const struct config *config)
{
	int saved,
	    fd = socket(at->sa.sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* The filter of workers knows listeners by their high numbers
	 * (calls.c). */
	if (fd == -1 || (fd = descriptors_fix(fd)) == -1)
		return -1;
	/* SO_REUSEADDR lets this socket share the address with old connections
	 * in TIME_WAIT, but not with another listener (socket(7)). */
	if (set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) == 0 &&
	    (at->sa.sa_family != AF_INET6 ||
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) == 0) &&
	    (occupy(fd, at, config) == 0 ||
		(errno == EADDRINUSE &&
		    occupy_beside(fd, at, beside, count, config) == 0)))
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
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

bool
open_family_missing(const struct addr *addr, int error)
{
	return error == EAFNOSUPPORT ||
	    (error == EADDRNOTAVAIL && addr->sa.sa_family == AF_INET6 &&
		ipv6_is_off());
}
