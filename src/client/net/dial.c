/* SPDX-License-Identifier: ISC */
#include "client/net/dial.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/core/failure.h"
#include "client/options.h"
#include "common/net.h"

/* Bind a socket to an address, to see whether this host has it. */
static int
try_bind(const struct addr *a)
{
	int fd = socket(a->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result, saved;

	if (fd == -1)
		return -1;
	result = bind(fd, &a->sa, a->len);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

int
dial_origin(struct origin *from, const char *text, struct failure *f)
{
	memset(from, 0, sizeof(*from));
	if (addr_from_literal(&from->addr, text, 0) == 0)
		return try_bind(&from->addr) == 0 ?
		    0 :
		    failure_sys(f, OUTCOME_USAGE, "-I %s", text);
	if (strlen(text) < sizeof(from->device) && if_nametoindex(text) != 0) {
		memcpy(from->device, text, strlen(text) + 1);
		return 0;
	}
	failure_set(f, OUTCOME_USAGE,
	    "-I: \"%s\" is neither an address nor an interface", text);
	f->error = ENODEV;
	return -1;
}

int
dial_family(const struct options *opt, struct failure *f)
{
	int family = opt->only_v4 ? AF_INET :
	    opt->only_v6	  ? AF_INET6 :
				    AF_UNSPEC;
	struct origin from;

	for (unsigned i = 0; i < opt->interfaces.count; i++) {
		const char *text = opt->interfaces.item[i];

		if (dial_origin(&from, text, f) == -1)
			return -1;
		if (from.addr.len == 0 || from.addr.sa.sa_family == family)
			continue;
		if (family != AF_UNSPEC)
			return failure_set(f, OUTCOME_USAGE,
			    "-I %s is of another family", text);
		family = from.addr.sa.sa_family;
	}
	return family;
}

static int
tune(int fd, const struct addr *to, const struct origin *from, bool nagle)
{
	const int on = 1;

	if (!nagle &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == -1)
		return -1;
	if (from == NULL)
		return 0;
	if (from->device[0] != '\0' &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, from->device,
		(socklen_t)strlen(from->device)) == -1)
		return -1;
	if (from->addr.len == 0 || from->addr.sa.sa_family != to->sa.sa_family)
		return 0;
	/*
	 * connect(2) chooses the port, as it knows which ones are free for this
	 * destination; bind(2) does not, and runs out of ports far earlier.
	 */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return bind(fd, &from->addr.sa, from->addr.len);
}

/* It is EINPROGRESS even if a local server has answered; ask again. */
static int
begin(int fd, const struct addr *to, bool *connected)
{
	if (connect(fd, &to->sa, to->len) == -1 && errno != EINPROGRESS)
		return -1;
	if (connected == NULL)
		return 0;
	*connected = connect(fd, &to->sa, to->len) == 0 || errno == EISCONN;
	return *connected || errno == EALREADY || errno == EINPROGRESS ? 0 : -1;
}

int
dial_begin(const struct addr *to, const struct origin *from, bool nagle,
    bool *connected)
{
	int saved;
	int fd = socket(to->sa.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	if (tune(fd, to, from, nagle) == 0 && begin(fd, to, connected) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static void
reset_on_close(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/*
 * connect(2) may choose the very port to which it connects (RFC 9293,
 * simultaneous open); that socket would echo everything.
 */
static bool
is_self(int fd)
{
	struct addr local, peer;

	if (net_local(fd, &local) == -1 || net_peer(fd, &peer) == -1 ||
	    !addr_equal(&local, &peer))
		return false;
	/* Its port must not stay in TIME_WAIT, where the server cannot bind it. */
	reset_on_close(fd);
	return true;
}

int
dial_outcome(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return errno;
	return error == 0 && is_self(fd) ? ECONNREFUSED : error;
}

int
dial_info(int fd, unsigned *rtt_us, unsigned *retransmitted)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == -1)
		return -1;
	*rtt_us = info.tcpi_rtt;
	*retransmitted = info.tcpi_total_retrans;
	return 0;
}

void
dial_hang_up(int fd)
{
	reset_on_close(fd);
	close(fd);
}
