/* SPDX-License-Identifier: ISC */
#include "client/ping/link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/net/pattern.h"
#include "common/clock.h"

enum { SEQUENCE = 8, PIECE = 65536 };

/* What waited longer than this did so because the socket was full. */
#define FULL_NS INT64_C(1000000)

/*
 * Up to PIECE bytes of a probe from an offset on: its number in network byte
 * order where that fits, and the pattern of the stream of that number.
 * Returns how many.
 */
static size_t
probe_bytes(uint64_t seq, uint32_t size, uint32_t offset, unsigned char *to)
{
	size_t n = size - offset < PIECE ? size - offset : PIECE;

	memcpy(to, pattern_at(pattern_after(pattern_start(seq), offset)), n);
	if (size < SEQUENCE)
		return n;
	for (uint32_t i = offset; i < SEQUENCE && i - offset < n; i++)
		to[i - offset] = (unsigned char)(seq >> 8 * (7 - i));
	return n;
}

static struct probe *
nth(const struct link *l, unsigned n)
{
	return &l->ring[(l->head + n) & (l->capacity - 1)];
}

void
link_init(struct link *l, uint32_t size)
{
	memset(l, 0, sizeof(*l));
	l->fd = -1;
	l->size = size;
}

void
link_adopt(struct link *l, int fd, int64_t connect_ns)
{
	l->fd = fd;
	l->state = LINK_UP;
	l->connect_ns = connect_ns;
	l->up_since = l->heard = clock_ns();
}

void
link_await(struct link *l)
{
	l->state = LINK_CONNECTING;
}

static bool
grow(struct link *l)
{
	unsigned capacity = l->capacity > 0 ? l->capacity * 2 : 8;
	struct probe *ring;

	if (capacity > LINK_PROBES)
		return false;
	ring = calloc(capacity, sizeof(*ring));
	if (ring == NULL)
		return false;
	for (unsigned i = 0; i < l->count; i++)
		ring[i] = *nth(l, i);
	free(l->ring);
	l->ring = ring;
	l->capacity = capacity;
	l->head = 0;
	return true;
}

bool
link_add(struct link *l, uint64_t seq, int64_t ready, int64_t late_ns)
{
	if (l->count == l->capacity && !grow(l))
		return false;
	*nth(l, l->count++) = (struct probe){ .seq = seq,
		.ready = ready,
		.late_ns = late_ns };
	return true;
}

void
link_blame(struct link *l, int64_t late_ns)
{
	for (unsigned i = 0; i < l->count; i++)
		if (nth(l, i)->late_ns < late_ns)
			nth(l, i)->late_ns = late_ns;
}

bool
link_has_room(const struct link *l)
{
	return l->count < LINK_PROBES;
}

/* The oldest of those that are not lost is. */
static void
lose_next(struct link *l, enum fault fault, const struct link_user *user)
{
	const struct answer answer = { .seq = nth(l, l->told++)->seq,
		.fault = fault,
		.connect_ns = l->connect_ns };

	user->answered(user->context, &answer);
}

void
link_down(struct link *l, enum fault fault, const struct link_user *user)
{
	while (l->told < l->count)
		lose_next(l, fault, user);
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
	l->state = LINK_DOWN;
	l->count = l->written = l->told = 0;
	l->partly = l->matched = 0;
}

/*
 * The oldest has come back whole.  Neither the handshake nor this client's own
 * delay before the send is part of its time; but a full socket is.
 */
static void
complete(struct link *l, int64_t now, int64_t late_ns,
    const struct link_user *user)
{
	const struct probe *p = nth(l, 0);
	int64_t ready = p->ready > l->up_since ? p->ready : l->up_since;
	bool waited = p->sent - ready > FULL_NS;
	const struct answer answer = { .seq = p->seq,
		.late = l->told > 0,
		.time_ns = now - (waited ? ready : p->sent),
		.late_ns = p->late_ns > late_ns ? p->late_ns : late_ns,
		.connect_ns = l->connect_ns };

	l->head = (l->head + 1) & (l->capacity - 1);
	l->count--;
	l->written--;
	l->told -= l->told > 0;
	l->matched = 0;
	user->answered(user->context, &answer);
}

/* The oldest has not come back as it went: what follows cannot be trusted. */
static void
corrupt(struct link *l, uint32_t at, const struct link_user *user)
{
	struct answer answer = { .fault = FAULT_MISMATCH,
		.at = at,
		.connect_ns = l->connect_ns };

	if (l->count > 0) {
		answer.seq = nth(l, 0)->seq;
		answer.late = l->told > 0;
		l->told += l->told == 0;
	}
	user->answered(user->context, &answer);
	/* Nobody has seen the echoes of the others. */
	link_down(l, FAULT_ENDED, user);
}

static void
match(struct link *l, const unsigned char *bytes, size_t n, int64_t late_ns,
    const struct link_user *user)
{
	static unsigned char wanted[PIECE];

	l->heard = clock_ns();
	while (n > 0) {
		size_t run, same;

		/* More than was sent. */
		if (l->count == 0 ||
		    (l->written == 0 && l->matched >= l->partly)) {
			corrupt(l, l->matched, user);
			return;
		}
		run = probe_bytes(nth(l, 0)->seq, l->size, l->matched, wanted);
		if (l->written == 0 && run > l->partly - l->matched)
			run = l->partly - l->matched;
		if (run > n)
			run = n;
		same = pattern_difference(wanted, bytes, run);
		l->matched += (uint32_t)same;
		if (same < run) {
			corrupt(l, l->matched, user);
			return;
		}
		bytes += run;
		n -= run;
		if (l->matched == l->size)
			complete(l, l->heard, late_ns, user);
	}
}

/* The connection has come to its end, and what is under way with it. */
static void
dropped(struct link *l, enum fault fault, const struct link_user *user)
{
	int64_t now = clock_ns();
	int64_t until = l->count > 0 && nth(l, 0)->sent != 0 ? nth(l, 0)->sent :
							       now;
	const struct ending ending = { .fault = fault,
		.idle_ns = until > l->heard ? until - l->heard : 0,
		.age_ns = now - l->up_since,
		.waiting = link_waiting(l) };

	user->ended(user->context, &ending);
	link_down(l, fault, user);
}

static void
receive(struct link *l, int64_t late_ns, const struct link_user *user)
{
	static unsigned char buffer[PIECE];
	/* Only once: user may take long, and what has come meanwhile is late. */
	ssize_t n = recv(l->fd, buffer, sizeof(buffer), 0);

	if (n > 0)
		match(l, buffer, (size_t)n, late_ns, user);
	else if (n == 0)
		dropped(l, FAULT_ENDED, user);
	else if (errno != EAGAIN && errno != EINTR)
		dropped(l, fault_of_transfer(errno), user);
}

void
link_send(struct link *l, const struct link_user *user)
{
	static unsigned char bytes[PIECE];
	ssize_t n;

	while (l->state == LINK_UP && l->written < l->count) {
		struct probe *p = nth(l, l->written);
		size_t run = probe_bytes(p->seq, l->size, l->partly, bytes);

		if (p->sent == 0)
			p->sent = clock_ns();
		n = send(l->fd, bytes, run, MSG_NOSIGNAL);
		if (n == -1) {
			/* Before the first byte it has not left. */
			if (l->partly == 0)
				p->sent = 0;
			if (errno != EAGAIN && errno != EINTR)
				dropped(l, fault_of_transfer(errno), user);
			return;
		}
		l->partly += (uint32_t)n;
		if (l->partly == l->size) {
			l->partly = 0;
			l->written++;
		}
	}
}

short
link_events(const struct link *l)
{
	return l->written < l->count ? POLLIN | POLLOUT : POLLIN;
}

void
link_work(struct link *l, short revents, int64_t late_ns,
    const struct link_user *user)
{
	if ((revents & ~POLLOUT) != 0)
		receive(l, late_ns, user);
	link_send(l, user);
}

static int64_t
since(const struct probe *p)
{
	return p->sent != 0 ? p->sent : p->ready;
}

void
link_expire(struct link *l, int64_t now, int64_t timeout,
    const struct link_user *user)
{
	while (l->told < l->count && now - since(nth(l, l->told)) >= timeout) {
		if (l->state == LINK_CONNECTING) {
			link_down(l, FAULT_CONNECT_TIMEOUT, user);
			return;
		}
		lose_next(l, FAULT_TIMEOUT, user);
	}
}

int64_t
link_deadline(const struct link *l, int64_t timeout)
{
	return l->told < l->count ? since(nth(l, l->told)) + timeout :
				    INT64_MAX;
}

uint64_t
link_oldest(const struct link *l)
{
	return l->told < l->count ? nth(l, l->told)->seq : 0;
}

unsigned
link_waiting(const struct link *l)
{
	return l->count - l->told;
}

void
link_free(struct link *l)
{
	free(l->ring);
	l->ring = NULL;
	l->capacity = 0;
}
