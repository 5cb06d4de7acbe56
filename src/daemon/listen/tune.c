/* SPDX-License-Identifier: ISC */
#include "daemon/listen/tune.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "common/addr.h"
#include "common/net.h"
#include "config/config.h"
#include "daemon/worker/echo.h"

/* The options in struct tuned, in its order. */
static const struct {
	int level, name;
} numbers[TUNE_NUMBERS] = {
	{ IPPROTO_TCP, TCP_NODELAY },
	{ SOL_SOCKET, SO_OOBINLINE },
	{ SOL_SOCKET, SO_KEEPALIVE },
	{ IPPROTO_TCP, TCP_KEEPIDLE },
	{ IPPROTO_TCP, TCP_KEEPINTVL },
	{ IPPROTO_TCP, TCP_KEEPCNT },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT },
	{ IPPROTO_TCP, TCP_DEFER_ACCEPT },
};

/* A host that has vanished is noticed within about two minutes; see tcp(7). */
enum {
	KEEPALIVE_IDLE_S = 60,
	KEEPALIVE_INTERVAL_S = 10,
	KEEPALIVE_COUNT = 6,
	USER_TIMEOUT_MS = 120000,
};

static int
set_int(int fd, int level, int option, int64_t value)
{
	int n = (int)value;

	return setsockopt(fd, level, option, &n, sizeof(n));
}

/*
 * TCP_USER_TIMEOUT also aborts a connection whose peer does not read.  It must
 * be longer than timeouts.send, which ends that connection in order.
 */
static int64_t
user_timeout(const struct config *config)
{
	int64_t send = config->timeout.send_ms;

	if (send == 0)
		return 0;
	return 2 * send > USER_TIMEOUT_MS ? 2 * send : USER_TIMEOUT_MS;
}

/*
 * The time-out of one send(2) (ECHO_STALLS).  Rounded up, for 0 would mean
 * none.
 */
static int64_t
send_part(const struct config *config)
{
	return (config->timeout.send_ms + ECHO_STALLS - 1) / ECHO_STALLS;
}

int
tune_options(int fd, const struct config *config)
{
	int64_t defer_s = (config->timeout.defer_ms + 999) / 1000;

	/* Without no-delay, Nagle's algorithm waits for the client's delayed
	 * ACK: 40 ms a message (RFC 896, RFC 1122 section 4.2.3.2). */
	if (set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1) == -1 ||
	    /* An urgent byte is echoed in its place, like any other. */
	    set_int(fd, SOL_SOCKET, SO_OOBINLINE, 1) == -1 ||
	    set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1) == -1 ||
	    set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S) == -1 ||
	    set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S) ==
		-1 ||
	    set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT) == -1 ||
	    set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout(config)) ==
		-1 ||
	    set_int(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, defer_s) == -1 ||
	    net_receive_timeout(fd, config->timeout.idle_ms) == -1 ||
	    net_send_timeout(fd, send_part(config)) == -1)
		return -1;
	return 0;
}

int
tune_listener(int fd, const struct config *config)
{
	return tune_options(fd, config) == -1 ?
	    -1 :
	    listen(fd, (int)config->backlog);
}

static bool
read_option(int fd, int level, int name, void *value, socklen_t len)
{
	return getsockopt(fd, level, name, value, &len) == 0;
}

bool
tune_read(int fd, struct tuned *tuned)
{
	memset(tuned, 0, sizeof(*tuned));
	for (int i = 0; i < TUNE_NUMBERS; i++)
		if (!read_option(fd, numbers[i].level, numbers[i].name,
			&tuned->number[i], sizeof(tuned->number[i])))
			return false;
	return read_option(fd, SOL_SOCKET, SO_RCVTIMEO, &tuned->receive,
		   sizeof(tuned->receive)) &&
	    read_option(fd, SOL_SOCKET, SO_SNDTIMEO, &tuned->send,
		sizeof(tuned->send));
}

enum tune_state
tune_check(int fd, const struct tuned *tuned)
{
	struct linger linger;
	struct tuned now;
	int listens;

	/* An option that cannot be read is no reason to mend. */
	if (!read_option(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens,
		sizeof(listens)))
		return TUNE_GOOD;
	if (!listens)
		return TUNE_CLOSED;
	if (!tune_read(fd, &now) ||
	    !read_option(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		return TUNE_GOOD;
	return memcmp(&now, tuned, sizeof(now)) != 0 || linger.l_onoff != 0 ||
		(fcntl(fd, F_GETFL) & O_NONBLOCK) == 0 ?
	    TUNE_CHANGED :
	    TUNE_GOOD;
}

int
tune_mend(int fd, const struct addr *bound, bool ours,
    const struct config *config)
{
	const struct linger off = { 0 };
	int listens = 0;

	/* EINVAL means that it still has its address. */
	if (bind(fd, &bound->sa, bound->len) == -1 && errno != EINVAL)
		return -1;
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off)) == -1)
		return -1;
	(void)read_option(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens,
	    sizeof(listens));
	return listens && !ours ? tune_options(fd, config) :
				  tune_listener(fd, config);
}
