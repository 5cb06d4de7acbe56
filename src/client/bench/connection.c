/* SPDX-License-Identifier: ISC */
#include "client/bench/connection.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/net/dial.h"
#include "client/net/mismatch.h"
#include "client/net/pattern.h"

void
connection_init(struct connection *c, uint32_t index, uint32_t most)
{
	memset(c, 0, sizeof(*c));
	c->fd = -1;
	c->index = index;
	c->most = most;
}

enum fault
connection_connect(struct connection *c, const struct addr *to,
    const struct origin *from, bool nagle, uint64_t stream, int64_t now,
    bool *connected)
{
	c->fd = dial_begin(to, from, nagle, connected);
	if (c->fd == -1)
		return fault_of_errno(errno);
	c->state = CONNECTION_CONNECTING;
	c->since = now;
	c->tx = c->rx = pattern_start(stream);
	c->received = 0;
	c->served = 0;
	return FAULT_NONE;
}

bool
connection_is_used_up(const struct connection *c)
{
	return c->most > 0 &&
	    c->served + (c->queue.count - c->queue.begun) >= c->most;
}

uint64_t
connection_sendable(const struct connection *c)
{
	const struct in_flight *q = &c->queue;
	uint64_t bytes;

	if (c->most == 0 || q->unsent == 0)
		return q->unsent;
	bytes = q->begun > 0 ?
	    in_flight_nth(q, q->begun - 1)->size - q->partly :
	    0;
	for (unsigned i = q->begun; i < q->count && bytes < PATTERN_RUN &&
	     c->served + (i - q->begun) < c->most;
	     i++)
		bytes += in_flight_nth(q, i)->size;
	return bytes;
}

enum fault
connection_send(struct connection *c, int64_t now)
{
	uint64_t left;

	while ((left = connection_sendable(c)) > 0) {
		size_t most = left < PATTERN_RUN ? (size_t)left : PATTERN_RUN;
		ssize_t n = send(c->fd, pattern_at(c->tx), most, MSG_NOSIGNAL);

		if (n == -1)
			return errno == EAGAIN || errno == EINTR ?
			    FAULT_NONE :
			    fault_of_transfer(errno);
		c->tx = pattern_after(c->tx, (size_t)n);
		c->served += in_flight_sent(&c->queue, (size_t)n, now);
		if ((size_t)n < most)
			break;
	}
	return FAULT_NONE;
}

enum fault
connection_receive(struct connection *c, unsigned char *buffer, bool verify,
    ssize_t *n, struct mismatch *mismatch)
{
	size_t known, same;

	*n = recv(c->fd, buffer, CONNECTION_BUFFER, 0);
	if (*n == 0)
		return FAULT_ENDED;
	if (*n == -1)
		return errno == EAGAIN || errno == EINTR ?
		    FAULT_NONE :
		    fault_of_transfer(errno);
	known = (size_t)*n < c->queue.unechoed ? (size_t)*n :
						 (size_t)c->queue.unechoed;
	same = verify ? pattern_difference(pattern_at(c->rx), buffer, known) :
			known;
	if (same < (size_t)*n)
		mismatch_note(mismatch, c->received, same, pattern_at(c->rx),
		    known, buffer, (size_t)*n);
	c->rx = pattern_after(c->rx, same);
	c->received += same;
	in_flight_echoed(&c->queue, same);
	return same < (size_t)*n ? FAULT_MISMATCH : FAULT_NONE;
}

void
connection_finish(struct connection *c, int64_t now)
{
	shutdown(c->fd, SHUT_WR);
	c->state = CONNECTION_CLOSING;
	c->since = now;
}

void
connection_close(struct connection *c, bool reset, int64_t now)
{
	if (c->fd != -1 && reset)
		dial_hang_up(c->fd);
	else if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	c->state = CONNECTION_DOWN;
	c->since = now;
	c->polled_out = false;
}
