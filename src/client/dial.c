/* SPDX-License-Identifier: ISC */
#include "client/dial.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/failure.h"
#include "client/fault.h"
#include "client/interrupt.h"
#include "client/options.h"
#include "client/target.h"
#include "common/clock.h"
#include "common/net.h"

/* Whether an address is one of ours. */
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
dial_origin(struct origin *from, const char *text, struct errbuf *err)
{
	memset(from, 0, sizeof(*from));
	if (addr_from_literal(&from->addr, text, 0) == 0)
		return try_bind(&from->addr) == 0 ?
		    0 :
		    errbuf_sys(err, "-I %s", text);
	if (strlen(text) >= sizeof(from->device) || if_nametoindex(text) == 0)
		return errbuf_set(err,
		    "-I: \"%s\" is neither an address nor an interface", text);
	memcpy(from->device, text, strlen(text) + 1);
	return 0;
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

		if (dial_origin(&from, text, &f->why) == -1)
			return failure_set(f, OUTCOME_USAGE, "%s", f->why.text);
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
	/* The port is chosen by connect(2), which knows what is free for this
	 * destination; bind(2) does not, and runs out far earlier. */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return bind(fd, &from->addr.sa, from->addr.len);
}

/*
 * On the same host the answer is there when connect(2) returns, which says
 * EINPROGRESS all the same; the second call tells.
 */
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

/*
 * Where nobody listens on a local port that connect(2) may choose for us, it
 * can connect a socket with itself (RFC 9293, simultaneous open), which then
 * echoes everything.  That nobody is there is what it says.
 */
static bool
is_self(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	struct addr local, peer;

	if (net_local(fd, &local) == -1 || net_peer(fd, &peer) == -1 ||
	    !addr_equal(&local, &peer))
		return false;
	/* It shall not keep the port from its server. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
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
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

/* RFC 8305 section 8: never less between two attempts. */
#define DELAY_MIN INT64_C(10000000)

/* The race of several addresses. */
struct race {
	struct addr address[TARGET_ADDRESSES]; /* in the order of trying */
	int64_t begun[TARGET_ADDRESSES];
	struct pollfd fds[TARGET_ADDRESSES + 1]; /* the last: signals */
	unsigned count, tried, running;
	int error; /* of the last that failed */
	struct origin from;
	bool nagle;
};

/* The families take turns, beginning with that of the first address. */
static void
interleave(struct race *race, const struct target *t)
{
	unsigned next[2] = { 0, 0 };
	sa_family_t first = t->address[0].sa.sa_family;

	for (unsigned turn = 0; race->count < t->count; turn ^= 1) {
		unsigned *n = &next[turn];

		while (*n < t->count &&
		    (t->address[*n].sa.sa_family == first) != (turn == 0))
			++*n;
		if (*n < t->count)
			race->address[race->count++] = t->address[(*n)++];
	}
}

/* False: it has failed at once. */
static bool
try_next(struct race *race)
{
	unsigned i = race->tried++;
	int fd;

	race->begun[i] = clock_ns();
	fd = dial_begin(&race->address[i], &race->from, race->nagle, NULL);
	race->fds[i] = (struct pollfd){ .fd = fd, .events = POLLOUT };
	if (fd == -1)
		race->error = errno;
	else
		race->running++;
	return fd != -1;
}

static void
give_up(struct race *race, unsigned i, int error)
{
	close(race->fds[i].fd);
	race->fds[i].fd = -1;
	race->running--;
	race->error = error;
}

/* Look at what poll(2) has found; returns the winner, or -1. */
static int
look(struct race *race, unsigned tried)
{
	for (unsigned i = 0; i < tried; i++) {
		int error;

		if (race->fds[i].fd == -1 || race->fds[i].revents == 0)
			continue;
		error = dial_outcome(race->fds[i].fd);
		if (error == 0)
			return (int)i;
		give_up(race, i, error);
	}
	return -1;
}

static int
lost(const struct race *race, struct failure *f)
{
	const struct addr *last = &race->address[race->tried - 1];
	/* EADDRNOTAVAIL may also mean that there is no IPv6 here. */
	bool local = fault_of_errno(race->error) == FAULT_LOCAL &&
	    (race->error != EADDRNOTAVAIL || last->sa.sa_family == AF_INET);
	enum outcome outcome = local ? OUTCOME_LIMIT : OUTCOME_CONNECT;

	errno = race->error;
	if (race->tried > 1)
		return failure_sys(f, outcome,
		    "cannot connect to any of %u addresses", race->tried);
	return failure_sys(f, outcome, "cannot connect");
}

/*
 * Until somebody wins.  `delay` is what one address has for itself before the
 * next begins; `in_turn`: it has to end then.
 */
static int
run(struct race *race, int64_t delay, bool in_turn, int64_t end,
    struct failure *f)
{
	int64_t now, next = 0, until;
	unsigned running;
	int winner;

	for (;;) {
		now = clock_ns();
		if (in_turn && race->running > 0 && now >= next)
			give_up(race, race->tried - 1, ETIMEDOUT);
		while (race->tried < race->count && now < end &&
		    (race->running == 0 || now >= next))
			next = try_next(race) ? now + delay : now;
		if (now >= end && (race->running > 0 || race->error == 0))
			race->error = ETIMEDOUT;
		if (race->running == 0 || now >= end)
			return lost(race, f);
		until = race->tried < race->count && next < end ? next : end;
		race->fds[race->tried] = (struct pollfd){ .fd = interrupt_fd(),
			.events = POLLIN };
		if (poll(race->fds, race->tried + 1,
			(int)((until - now + 999999) / 1000000)) == -1)
			continue;
		if (race->fds[race->tried].revents != 0 && interrupt_stopped())
			return failure_set(f, OUTCOME_INTERRUPTED,
			    "%s while connecting", interrupt_words());
		running = race->running;
		winner = look(race, race->tried);
		if (winner >= 0)
			return winner;
		/* One has failed: the next need not wait. */
		if (race->running < running)
			next = clock_ns();
	}
}

int
dial(const struct target *t, const struct options *opt, struct connection *c,
    struct failure *f)
{
	struct race race = { .nagle = opt->nagle };
	bool in_turn = opt->eyeballs_ns == 0;
	int64_t delay = opt->eyeballs_ns;
	struct errbuf err;
	int winner;

	c->fd = -1;
	if (opt->interfaces.count > 0 &&
	    dial_origin(&race.from, opt->interfaces.item[0], &err) == -1)
		return failure_set(f, OUTCOME_USAGE, "%s", err.text);
	interleave(&race, t);
	if (in_turn)
		delay = opt->timeout_ns / race.count;
	else if (delay < DELAY_MIN)
		delay = DELAY_MIN;
	winner = run(&race, delay, in_turn, clock_ns() + opt->timeout_ns, f);
	for (int i = 0; i < (int)race.tried; i++)
		if (i != winner && race.fds[i].fd != -1)
			close(race.fds[i].fd);
	if (winner == -1)
		return -1;
	c->fd = race.fds[winner].fd;
	c->connect_ns = clock_ns() - race.begun[winner];
	c->peer = race.address[winner];
	if (net_local(c->fd, &c->local) == -1)
		addr_wildcard(&c->local, c->peer.sa.sa_family, 0);
	return 0;
}
