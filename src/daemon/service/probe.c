/* SPDX-License-Identifier: ISC */
#include "daemon/service/probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "daemon/pool/generation.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* since Linux 5.14 */
#endif

void
probe_open(struct probe *p, int waiter)
{
	*p = (struct probe){ .fd = -1, .waiter = waiter };
}

static enum probe_outcome
end(struct probe *p, enum probe_outcome outcome)
{
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
	return outcome;
}

/*
 * The address by which a client on this host reaches the listener: the loopback
 * address for a wildcard.
 */
static void
find_way(const struct listener *l, struct addr *to)
{
	*to = l->bound;
	if (!addr_is_wildcard(to))
		return;
	if (to->sa.sa_family == AF_INET)
		to->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		to->in6.sin6_addr = in6addr_loopback;
}

/*
 * A listener that was passed to us may be in another network namespace.  In
 * ours its address belongs to nobody, or to another host.
 */
static bool
is_in_our_network(int fd, const struct listener *l)
{
	uint64_t ours, its;
	socklen_t n = sizeof(ours), m = sizeof(its);

	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &ours, &n) == -1 ||
	    getsockopt(l->fd, SOL_SOCKET, SO_NETNS_COOKIE, &its, &m) == -1)
		return l->origin != LISTENER_INHERITED;
	return ours == its;
}

/* Make the socket of the probe.  -1 with the reason in p->why. */
static int
open_socket(struct probe *p, const struct generation *gen,
    const struct listener *l, const struct addr *to)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	char host[ADDR_TEXT];

	/* A connection to an address of this host comes from the same
	 * address. */
	if (!access_allows(&gen->config.access, to)) {
		addr_host(to, host, sizeof(host));
		return errbuf_set(&p->why, "access does not allow %s", host);
	}
	p->fd = socket(to->sa.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd == -1)
		return errbuf_sys(&p->why, "cannot make a socket");
	if (!is_in_our_network(p->fd, l))
		return errbuf_set(&p->why, "it is in another network");
	event.data.fd = p->fd;
	if (epoll_ctl(p->waiter, EPOLL_CTL_ADD, p->fd, &event) == -1)
		return errbuf_sys(&p->why, "cannot wait for it");
	return 0;
}

enum probe_outcome
probe_begin(struct probe *p, const struct generation *gen,
    const struct listener *l, int64_t ms, int64_t now_ms)
{
	struct addr to;

	find_way(l, &to);
	p->began_ns = clock_ns();
	p->deadline_ms = now_ms + ms;
	p->sent = p->got = 0;
	p->limited = gen->config.sources.max != 0 ||
	    gen->config.sources.rate != 0;
	snprintf(p->text, sizeof(p->text), "self-probe %u of echod\n",
	    ++p->number);
	if (open_socket(p, gen, l, &to) == -1)
		return end(p, PROBE_UNABLE);
	if (connect(p->fd, &to.sa, to.len) == -1 && errno != EINPROGRESS) {
		errbuf_sys(&p->why, "cannot connect");
		return end(p, errno == ECONNREFUSED ? PROBE_BAD : PROBE_UNABLE);
	}
	return probe_step(p, now_ms);
}

/* Sending or receiving has failed; `n` is 0 at the end of the stream. */
static enum probe_outcome
fail(struct probe *p, ssize_t n)
{
	if (n == -1)
		errbuf_sys(&p->why, "no echo");
	else
		errbuf_set(&p->why, "no echo: the connection was closed");
	return end(p, p->limited && p->got == 0 ? PROBE_UNABLE : PROBE_BAD);
}

enum probe_outcome
probe_step(struct probe *p, int64_t now_ms)
{
	size_t length = strlen(p->text);
	char back[PROBE_TEXT];
	ssize_t n;

	if (p->sent == 0) {
		n = send(p->fd, p->text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return fail(p, n);
		/* The text is so short that it is sent as a whole or not at
		 * all. */
		p->sent = n == -1 ? 0 : length;
	}
	while (p->sent != 0 && p->got < length) {
		n = recv(p->fd, back, length - p->got, MSG_DONTWAIT);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n <= 0)
			return fail(p, n);
		if (memcmp(back, p->text + p->got, (size_t)n) != 0) {
			errbuf_set(&p->why, "the echo is not what was sent");
			return end(p, PROBE_BAD);
		}
		p->got += (size_t)n;
	}
	if (p->sent != 0 && p->got == length)
		return end(p, PROBE_GOOD);
	if (now_ms < p->deadline_ms)
		return PROBE_PENDING;
	errbuf_set(&p->why, "no echo in time");
	return end(p, PROBE_BAD);
}
