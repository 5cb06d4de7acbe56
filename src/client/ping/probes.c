/* SPDX-License-Identifier: ISC */
#include "client/ping/probes.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/net/pattern.h"
#include "common/clock.h"

enum { SEQUENCE = 8, PIECE = 65536 };

/* A probe that waited longer than this did so because the socket was full. */
#define FULL_NS CLOCK_MS

/*
 * Up to PIECE bytes of a probe from an offset on: its number in network byte
 * order if it fits, then the pattern of that stream.  Returns how many.
 */
static size_t
probe_bytes(uint64_t seq, uint32_t size, uint64_t offset, unsigned char *to)
{
	size_t n = size - offset < PIECE ? size - offset : PIECE;

	memcpy(to, pattern_at(pattern_after(pattern_start(seq), offset)), n);
	if (size < SEQUENCE)
		return n;
	for (uint64_t i = offset; i < SEQUENCE && i - offset < n; i++)
		to[i - offset] = (unsigned char)(seq >> 8 * (7 - i));
	return n;
}

void
probes_init(struct probes *p, uint32_t size, const struct probes_user *user)
{
	memset(p, 0, sizeof(*p));
	p->fd = -1;
	p->size = size;
	p->user = user;
}

enum fault
probes_connect(struct probes *p, const struct target *t,
    const struct addr *first, const struct origin *from,
    const struct options *opt)
{
	race_init(&p->race, t, first, from, opt);
	race_step(&p->race, clock_ns());
	if (race_is_lost(&p->race))
		return fault_of_errno(p->race.error);
	p->state = PROBES_CONNECTING;
	return FAULT_NONE;
}

void
probes_adopt(struct probes *p, int fd, int64_t connect_ns)
{
	p->fd = fd;
	p->state = PROBES_UP;
	p->connect_ns = connect_ns;
	p->up_since = p->heard = clock_ns();
}

bool
probes_add(struct probes *p, uint64_t seq, int64_t ready, int64_t late_ns)
{
	const struct message m = { .number = seq,
		.due = ready,
		.late_ns = late_ns,
		.size = p->size };

	return in_flight_put(&p->queue, &m);
}

bool
probes_have_room(const struct probes *p)
{
	return p->queue.count < IN_FLIGHT_MAX;
}

void
probes_blame(struct probes *p, int64_t late_ns)
{
	struct message *m;

	for (unsigned i = 0; (m = in_flight_at(&p->queue, i)) != NULL; i++)
		if (m->late_ns < late_ns)
			m->late_ns = late_ns;
}

/* The oldest probe that was not told lost is lost. */
static void
lose_next(struct probes *p, enum fault fault)
{
	const struct answer answer = {
		.seq = in_flight_nth(&p->queue, p->told++)->number,
		.fault = fault,
		.connect_ns = p->connect_ns
	};

	p->user->answered(p->user->context, &answer);
}

void
probes_close(struct probes *p, enum fault fault)
{
	if (p->state == PROBES_CONNECTING)
		race_end(&p->race);
	while (p->told < p->queue.count)
		lose_next(p, fault);
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
	p->state = PROBES_DOWN;
	p->told = 0;
	in_flight_free(&p->queue);
}

/* The connection has come to its end, and what is in flight with it. */
static void
drop(struct probes *p, enum fault fault)
{
	const struct message *oldest = in_flight_at(&p->queue, 0);
	int64_t now = clock_ns();
	int64_t until = oldest != NULL && oldest->sent != 0 ? oldest->sent :
							      now;
	const struct ending ending = { .fault = fault,
		.idle_ns = until > p->heard ? until - p->heard : 0,
		.age_ns = now - p->up_since,
		.waiting = probes_waiting(p) };

	p->user->ended(p->user->context, &ending);
	probes_close(p, fault);
}

/* Neither the handshake nor our delay is part of the time; a full socket is. */
static void
complete(struct probes *p, const struct message *m, int64_t late_ns)
{
	int64_t ready = m->due > p->up_since ? m->due : p->up_since;
	bool waited = m->sent - ready > FULL_NS;
	const struct answer answer = { .seq = m->number,
		.late = p->told > 0,
		.time_ns = p->heard - (waited ? ready : m->sent),
		.late_ns = m->late_ns > late_ns ? m->late_ns : late_ns,
		.connect_ns = p->connect_ns };

	p->told -= p->told > 0;
	p->user->answered(p->user->context, &answer);
}

/* The oldest probe differs: no byte that follows can be trusted. */
static void
corrupt(struct probes *p)
{
	const struct message *oldest = in_flight_at(&p->queue, 0);
	struct answer answer = { .fault = FAULT_MISMATCH,
		.at = (uint32_t)p->queue.matched,
		.connect_ns = p->connect_ns };

	if (oldest != NULL) {
		answer.seq = oldest->number;
		answer.late = p->told > 0;
		p->told += p->told == 0;
	}
	p->user->answered(p->user->context, &answer);
	/* The echoes of the others will not be read. */
	probes_close(p, FAULT_ENDED);
}

static void
match(struct probes *p, const unsigned char *bytes, size_t n, int64_t late_ns)
{
	static unsigned char expected[PIECE];
	struct in_flight *q = &p->queue;
	struct message m;

	p->heard = clock_ns();
	while (n > 0) {
		size_t run, same;

		/* More came back than was sent. */
		if (q->unechoed == 0) {
			corrupt(p);
			return;
		}
		run = probe_bytes(in_flight_nth(q, 0)->number, p->size,
		    q->matched, expected);
		if (run > q->unechoed)
			run = (size_t)q->unechoed;
		if (run > n)
			run = n;
		same = pattern_difference(expected, bytes, run);
		in_flight_echoed(q, same);
		if (same < run) {
			corrupt(p);
			return;
		}
		bytes += run;
		n -= run;
		if (in_flight_take(q, &m))
			complete(p, &m, late_ns);
	}
}

/* Once only: while the user takes long with an answer, more may come late. */
static void
receive(struct probes *p, int64_t late_ns)
{
	static unsigned char buffer[PIECE];
	ssize_t n = recv(p->fd, buffer, sizeof(buffer), 0);

	if (n > 0)
		match(p, buffer, (size_t)n, late_ns);
	else if (n == 0)
		drop(p, FAULT_ENDED);
	else if (errno != EAGAIN && errno != EINTR)
		drop(p, fault_of_transfer(errno));
}

void
probes_send(struct probes *p)
{
	static unsigned char bytes[PIECE];
	struct in_flight *q = &p->queue;

	while (p->state == PROBES_UP && q->unsent > 0) {
		bool begun = q->begun > 0 && q->partly < p->size;
		const struct message *m = in_flight_nth(q, q->begun - begun);
		size_t run = probe_bytes(m->number, p->size,
		    begun ? q->partly : 0, bytes);
		int64_t now = clock_ns();
		ssize_t n = send(p->fd, bytes, run, MSG_NOSIGNAL);

		if (n == -1) {
			if (errno != EAGAIN && errno != EINTR)
				drop(p, fault_of_transfer(errno));
			return;
		}
		in_flight_sent(q, (size_t)n, now);
	}
}

unsigned
probes_poll(struct probes *p, struct pollfd *fds)
{
	p->polls = 0;
	if (p->state == PROBES_CONNECTING)
		p->polls = race_poll(&p->race, fds);
	else if (p->state == PROBES_UP)
		fds[p->polls++] = (struct pollfd){ .fd = p->fd,
			.events = p->queue.unsent > 0 ? POLLIN | POLLOUT :
							POLLIN };
	return p->polls;
}

static bool
connect_on(struct probes *p, const struct pollfd *fds, struct dialled *c)
{
	int winner = race_look(&p->race, fds);

	if (winner >= 0) {
		race_take(&p->race, winner, c);
		probes_adopt(p, c->fd, c->connect_ns);
		return true;
	}
	race_step(&p->race, clock_ns());
	if (race_is_lost(&p->race))
		probes_close(p, fault_of_errno(p->race.error));
	return false;
}

bool
probes_work(struct probes *p, const struct pollfd *fds, int64_t late_ns,
    struct dialled *c)
{
	if (p->state == PROBES_CONNECTING)
		return connect_on(p, fds, c);
	if (p->state == PROBES_UP && (fds[0].revents & ~POLLOUT) != 0)
		receive(p, late_ns);
	if (p->state == PROBES_UP && fds[0].revents != 0)
		probes_send(p);
	return false;
}

/* When the next probe began to wait, INT64_MAX if none waits. */
static int64_t
waits_since(const struct probes *p)
{
	const struct message *m = in_flight_at(&p->queue, p->told);

	if (m == NULL)
		return INT64_MAX;
	return m->sent != 0 ? m->sent : m->due;
}

void
probes_expire(struct probes *p, int64_t now, int64_t timeout)
{
	while (p->told < p->queue.count && now - waits_since(p) >= timeout) {
		if (p->state == PROBES_CONNECTING)
			probes_close(p, FAULT_CONNECT_TIMEOUT);
		else
			lose_next(p, FAULT_TIMEOUT);
	}
}

int64_t
probes_next(const struct probes *p, int64_t timeout)
{
	int64_t next = waits_since(p);

	if (next != INT64_MAX)
		next += timeout;
	return p->state == PROBES_CONNECTING && race_next(&p->race) < next ?
	    race_next(&p->race) :
	    next;
}

uint64_t
probes_oldest(const struct probes *p)
{
	const struct message *m = in_flight_at(&p->queue, p->told);

	return m != NULL ? m->number : 0;
}

unsigned
probes_waiting(const struct probes *p)
{
	return p->queue.count - p->told;
}
