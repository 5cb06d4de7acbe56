/* SPDX-License-Identifier: ISC */
#include "client/bench/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/net/dial.h"
#include "client/net/mismatch.h"
#include "client/net/pattern.h"

static struct message *
nth(const struct connection *f, unsigned n)
{
	return &f->ring[(f->head + n) & (f->capacity - 1)];
}

void
connection_init(struct connection *f, uint32_t index, uint32_t most)
{
	memset(f, 0, sizeof(*f));
	f->fd = -1;
	f->index = index;
	f->most = most;
}

enum fault
connection_connect(struct connection *f, const struct addr *to,
    const struct origin *from, bool nagle, uint64_t stream, int64_t now,
    bool *connected)
{
	f->fd = dial_begin(to, from, nagle, connected);
	if (f->fd == -1)
		return fault_of_errno(errno);
	f->state = CONNECTION_CONNECTING;
	f->since = now;
	f->stream = stream;
	f->tx = f->rx = pattern_start(stream);
	f->offset = f->unechoed = 0;
	f->served = 0;
	return FAULT_NONE;
}

static bool
grow(struct connection *f)
{
	unsigned capacity = f->capacity > 0 ? f->capacity * 2 : 1;
	struct message *ring;

	if (capacity > CONNECTION_MESSAGES)
		return false;
	ring = malloc(capacity * sizeof(*ring));
	if (ring == NULL)
		return false;
	for (unsigned i = 0; i < f->count; i++)
		ring[i] = *nth(f, i);
	free(f->ring);
	f->ring = ring;
	f->capacity = capacity;
	f->head = 0;
	return true;
}

bool
connection_put(struct connection *f, int64_t due, uint32_t size, bool measured)
{
	if (f->count == f->capacity && !grow(f))
		return false;
	*nth(f, f->count++) = (struct message){ .due = due,
		.size = size,
		.measured = measured };
	f->unsent += size;
	return true;
}

bool
connection_is_used_up(const struct connection *f)
{
	return f->most > 0 && f->served + (f->count - f->begun) >= f->most;
}

void
connection_renew(struct connection *f)
{
	f->served = 0;
}

uint64_t
connection_sendable(const struct connection *f)
{
	uint64_t bytes;

	if (f->most == 0 || f->unsent == 0)
		return f->unsent;
	bytes = f->begun > 0 ? nth(f, f->begun - 1)->size - f->partly : 0;
	for (unsigned i = f->begun; i < f->count && bytes < PATTERN_RUN &&
	     f->served + (i - f->begun) < f->most;
	     i++)
		bytes += nth(f, i)->size;
	return bytes;
}

/* So many bytes have gone; a message has begun with its first one. */
static void
went(struct connection *f, size_t n, int64_t now)
{
	f->unsent -= n;
	f->unechoed += n;
	f->tx = pattern_after(f->tx, n);
	while (n > 0) {
		struct message *m;
		size_t rest;

		if (f->begun == 0 || f->partly == nth(f, f->begun - 1)->size) {
			nth(f, f->begun++)->sent = now;
			f->served++;
			f->partly = 0;
		}
		m = nth(f, f->begun - 1);
		rest = m->size - f->partly;
		if (rest > n)
			rest = n;
		f->partly += (uint32_t)rest;
		n -= rest;
	}
}

enum fault
connection_send(struct connection *f, int64_t now)
{
	uint64_t left;

	while ((left = connection_sendable(f)) > 0) {
		size_t most = left < PATTERN_RUN ? (size_t)left : PATTERN_RUN;
		ssize_t n = send(f->fd, pattern_at(f->tx), most, MSG_NOSIGNAL);

		if (n == -1)
			return errno == EAGAIN || errno == EINTR ?
			    FAULT_NONE :
			    fault_of_transfer(errno);
		went(f, (size_t)n, now);
		if ((size_t)n < most)
			break;
	}
	return FAULT_NONE;
}

enum fault
connection_receive(struct connection *f, unsigned char *buffer, bool verify,
    ssize_t *n, struct mismatch *mismatch)
{
	size_t known, same;

	*n = recv(f->fd, buffer, CONNECTION_BUFFER, 0);
	if (*n == 0)
		return FAULT_ENDED;
	if (*n == -1)
		return errno == EAGAIN || errno == EINTR ?
		    FAULT_NONE :
		    fault_of_transfer(errno);
	known = (size_t)*n < f->unechoed ? (size_t)*n : (size_t)f->unechoed;
	same = verify ? pattern_difference(pattern_at(f->rx), buffer, known) :
			known;
	if (same < (size_t)*n)
		mismatch_note(mismatch, f->offset, same, pattern_at(f->rx),
		    known, buffer, (size_t)*n);
	f->rx = pattern_after(f->rx, same);
	f->unechoed -= same;
	f->offset += same;
	f->matched += same;
	return same < (size_t)*n ? FAULT_MISMATCH : FAULT_NONE;
}

/* Take the oldest away, which has begun. */
static void
pop(struct connection *f, struct message *m)
{
	*m = *nth(f, 0);
	f->head = (f->head + 1) & (f->capacity - 1);
	f->count--;
	f->begun--;
}

bool
connection_take(struct connection *f, struct message *m)
{
	if (f->begun == 0 || f->matched < nth(f, 0)->size)
		return false;
	pop(f, m);
	f->matched -= m->size;
	return true;
}

struct message *
connection_message(const struct connection *f, unsigned n)
{
	return n < f->count ? nth(f, n) : NULL;
}

bool
connection_skip(struct connection *f, struct message *m)
{
	if (f->begun > 0 || f->count == 0)
		return false;
	*m = *nth(f, 0);
	f->head = (f->head + 1) & (f->capacity - 1);
	f->count--;
	f->unsent -= m->size;
	return true;
}

unsigned
connection_drop(struct connection *f)
{
	unsigned dropped = f->count - f->begun;

	f->count = f->begun;
	f->unsent = f->begun > 0 ? nth(f, f->begun - 1)->size - f->partly : 0;
	return dropped;
}

bool
connection_forfeit(struct connection *f, struct message *m)
{
	if (f->begun == 0)
		return false;
	pop(f, m);
	if (f->begun == 0) {
		f->unsent -= m->size - f->partly;
		f->partly = 0;
		f->matched = 0;
	}
	return true;
}

void
connection_finish(struct connection *f, int64_t now)
{
	shutdown(f->fd, SHUT_WR);
	f->state = CONNECTION_CLOSING;
	f->since = now;
}

void
connection_close(struct connection *f, bool reset, int64_t now)
{
	if (f->fd != -1 && reset)
		dial_hang_up(f->fd);
	else if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
	f->state = CONNECTION_DOWN;
	f->since = now;
	f->polled_out = false;
}

void
connection_free(struct connection *f)
{
	free(f->ring);
	f->ring = NULL;
	f->capacity = f->count = 0;
}
