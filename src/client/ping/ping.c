/* SPDX-License-Identifier: ISC */
#include "client/modes.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/core/destination.h"
#include "client/core/failure.h"
#include "client/core/signals.h"
#include "client/net/pattern.h"
#include "client/options.h"
#include "client/ping/lines.h"
#include "client/ping/probes.h"
#include "client/ping/stall.h"
#include "client/ping/stats.h"
#include "common/clock.h"

enum {
	CONNECTIONS = 256, /* the most with --reconnect, each for one probe */
	BATCH = 64,	   /* probes to send before echoes and signals */
};

struct ping {
	const struct options *opt;
	struct lines lines;
	struct stats stats;
	const struct target *target;
	struct addr peer; /* that worked last; until one did, the first one */
	bool worked;
	struct origin from;
	struct probes connections[CONNECTIONS];
	unsigned connection_count;
	struct probes *working; /* whose answer is being told; NULL: none */
	struct pollfd fds[CONNECTIONS * PROBES_POLLS + 1]; /* last: signals */
	uint64_t seq;					   /* last probe sent */
	uint64_t settled; /* probes that were answered or lost */
	int64_t next_due, deadline;
	struct stall stall;
	bool held; /* there was no room for the next probe when it was due */
	bool interrupted;
	struct probes_user user;
};

/* What the kernel measured, as retransmissions look like delay. */
static const char *
kernel_info(const struct ping *p, char *text, size_t size)
{
	unsigned rtt_us, retransmitted;

	text[0] = '\0';
	if (p->opt->verbose > 0 && p->working != NULL &&
	    dial_info(p->working->fd, &rtt_us, &retransmitted) == 0)
		snprintf(text, size, " (kernel: rtt=%.3f ms, %u resent)",
		    rtt_us / 1e3, retransmitted);
	return text;
}

static void
answered(void *context, const struct answer *answer)
{
	struct ping *p = context;
	char info[80];

	stats_answer(&p->stats, answer);
	if (!answer->late && answer->seq != 0)
		p->settled++;
	if (p->opt->fresh && answer->fault == FAULT_NONE &&
	    answer->late_ns == 0)
		histogram_record(&p->stats.connects, answer->connect_ns);
	lines_answer(&p->lines, answer, kernel_info(p, info, sizeof(info)));
	/* The answer to the last probe lets the next one go. */
	if ((p->opt->adaptive || p->opt->flood) && answer->seq == p->seq &&
	    answer->fault == FAULT_NONE)
		p->next_due = clock_ns();
}

static void
ended(void *context, const struct ending *ending)
{
	struct ping *p = context;

	p->stats.disconnects++;
	lines_disconnect(&p->lines, ending);
}

/* A connection for the next probe: the only one, or one that is not in use. */
static struct probes *
choose_connection(struct ping *p)
{
	/* The connection of the header is for the first probe. */
	if (!p->opt->fresh || p->seq == 0)
		return &p->connections[0];
	for (unsigned i = 0; i < p->connection_count; i++)
		if (p->connections[i].state == PROBES_DOWN)
			return &p->connections[i];
	if (p->connection_count == CONNECTIONS)
		return NULL;
	probes_init(&p->connections[p->connection_count],
	    (uint32_t)p->opt->size, &p->user);
	return &p->connections[p->connection_count++];
}

/* The wait for room is the server's and counts, that for us does not. */
static bool
add(struct ping *p, struct probes *c, uint64_t seq, int64_t due)
{
	if (p->held)
		return probes_add(c, seq, due, 0);
	return probes_add(c, seq, clock_ns(), stall_late(&p->stall, due));
}

static void
send_probe(struct ping *p, int64_t due)
{
	struct probes *c = choose_connection(p);
	uint64_t seq = ++p->seq;
	enum fault fault = FAULT_NONE;

	p->stats.sent++;
	lines_sent(&p->lines);
	if (c != NULL && c->state == PROBES_DOWN)
		fault = probes_connect(c, p->target,
		    p->worked ? &p->peer : NULL, &p->from, p->opt);
	if (fault != FAULT_NONE)
		p->stats.failed_connections++;
	if (c == NULL || fault != FAULT_NONE || !add(p, c, seq, due)) {
		const struct answer lost = { .seq = seq,
			.fault = fault != FAULT_NONE ? fault : FAULT_LOCAL };

		answered(p, &lost);
		return;
	}
	p->working = c;
	probes_send(c);
}

/* A connection that is full of lost probes is given up, to make room. */
static bool
may_send(struct ping *p)
{
	struct probes *c = &p->connections[0];

	if (p->opt->fresh || probes_have_room(c))
		return true;
	if (probes_waiting(c) == 0)
		probes_close(c, FAULT_TIMEOUT);
	return probes_have_room(c);
}

static void
say_outstanding(struct ping *p)
{
	uint64_t oldest = 0, seq;

	for (unsigned i = 0; i < p->connection_count; i++) {
		seq = probes_oldest(&p->connections[i]);
		if (seq != 0 && (oldest == 0 || seq < oldest))
			oldest = seq;
	}
	if (oldest != 0)
		lines_outstanding(&p->lines, oldest);
}

/* The schedule does not wait for a late client, but echoes are read. */
static void
send_due(struct ping *p)
{
	int64_t now = clock_ns(), due;
	bool bounded = p->opt->count > 0 && p->opt->deadline_ns == 0;

	for (int n = 0; n < BATCH && p->next_due <= now; n++) {
		if (bounded && p->seq >= (uint64_t)p->opt->count) {
			p->next_due = INT64_MAX;
			return;
		}
		if (!may_send(p)) {
			p->held = true;
			return;
		}
		if (p->opt->outstanding)
			say_outstanding(p);
		due = p->next_due;
		p->next_due = due + p->opt->interval_ns;
		send_probe(p, due);
		p->held &= p->next_due <= now;
	}
}

static void
connected(struct ping *p, struct probes *c, const struct dialled *d)
{
	p->stats.connections++;
	p->peer = d->peer;
	/* The handshake is a measurement only where each probe has its own. */
	if (p->opt->fresh)
		probes_blame(c, p->stall.late);
	else
		lines_connect(&p->lines, d, p->worked);
	p->worked = true;
	probes_send(c);
}

static void
work_on(struct ping *p, struct probes *c, const struct pollfd *fds)
{
	bool connecting = c->state == PROBES_CONNECTING;
	struct dialled d;

	p->working = c;
	if (probes_work(c, fds, p->stall.late, &d))
		connected(p, c, &d);
	/* The time in which the reader of our output was slow does not count. */
	probes_expire(c, p->stall.asked, p->opt->timeout_ns);
	if (connecting && c->state == PROBES_DOWN)
		p->stats.failed_connections++;
	/* With --reconnect a connection ends with its only probe. */
	if (p->opt->fresh && c->state != PROBES_DOWN && probes_waiting(c) == 0)
		probes_close(c, FAULT_NONE);
}

static void
work(struct ping *p)
{
	const struct pollfd *fds = p->fds;

	for (unsigned i = 0; i < p->connection_count; i++) {
		struct probes *c = &p->connections[i];
		unsigned polls = c->polls;

		if (c->state != PROBES_DOWN)
			work_on(p, c, fds);
		fds += polls;
	}
	p->working = NULL;
}

static bool
is_over(const struct ping *p)
{
	uint64_t count = (uint64_t)p->opt->count;

	if (p->interrupted || p->lines.broken)
		return true;
	if (p->opt->deadline_ns > 0)
		return clock_ns() >= p->deadline ||
		    (count > 0 && p->stats.received >= count);
	return count > 0 && p->seq >= count && p->settled >= count;
}

/* Set what to poll(2) for, and until when; returns how many entries. */
static unsigned
prepare(struct ping *p, int64_t *until)
{
	unsigned n = 0, waiting = 0;
	int64_t next;

	*until = INT64_MAX;
	for (unsigned i = 0; i < p->connection_count; i++) {
		n += probes_poll(&p->connections[i], &p->fds[n]);
		waiting += probes_waiting(&p->connections[i]);
		next = probes_next(&p->connections[i], p->opt->timeout_ns);
		if (next < *until)
			*until = next;
	}
	/* A probe that has no room does not go when it is due. */
	if ((p->opt->fresh || probes_have_room(&p->connections[0])) &&
	    p->next_due < *until)
		*until = p->next_due;
	if (p->opt->deadline_ns > 0 && p->deadline < *until)
		*until = p->deadline;
	p->fds[n] = (struct pollfd){ .fd = signals_fd(), .events = POLLIN };
	p->stall.asked = clock_ns();
	if (waiting > 0 && p->stall.asked + STALL_NAP < *until)
		*until = p->stall.asked + STALL_NAP;
	return n + 1;
}

static void
sleep_until_event(struct ping *p)
{
	int64_t until;
	unsigned n = prepare(p, &until);
	int64_t left = until > p->stall.asked ? until - p->stall.asked : 0;
	struct timespec wait = { left / CLOCK_SECOND, left % CLOCK_SECOND };

	if (ppoll(p->fds, n, &wait, NULL) == -1)
		for (unsigned i = 0; i < n; i++)
			p->fds[i].revents = 0;
	stall_told(&p->stall, until);
}

static void
run(struct ping *p)
{
	enum signals signal;

	while (!is_over(p)) {
		send_due(p);
		/* The last probe may have been lost at once. */
		if (is_over(p))
			return;
		sleep_until_event(p);
		signal = signals_read();
		p->interrupted |= signal == SIGNALS_STOP;
		if (signal == SIGNALS_REPORT)
			lines_interim(&p->stats);
		work(p);
	}
}

/* The first connection is made before the first probe is due. */
static void
begin(struct ping *p, const struct target *t, struct failure *f)
{
	struct options bounded = *p->opt;
	struct dialled c = { .fd = -1 };

	if (bounded.deadline_ns > 0 && bounded.deadline_ns < bounded.timeout_ns)
		bounded.timeout_ns = bounded.deadline_ns;
	p->connection_count = 1;
	probes_init(&p->connections[0], (uint32_t)p->opt->size, &p->user);
	p->target = t;
	p->peer = t->address[0];
	p->lines.peer = &p->peer;
	p->stats.began = clock_ns();
	if (race_run(t, &bounded, &c, f) == 0) {
		p->peer = c.peer;
		p->worked = true;
		probes_adopt(&p->connections[0], c.fd, c.connect_ns);
	}
	p->interrupted = f->outcome == OUTCOME_INTERRUPTED;
	lines_start(&p->lines, &c, f);
	stall_begin(&p->stall);
	p->next_due = p->stats.began = p->stall.told;
	p->deadline = p->next_due + p->opt->deadline_ns;
}

int
ping_run(struct target *t, const struct options *opt,
    struct destination *destination, const struct terminal *terminal,
    struct failure *f)
{
	struct ping *p = calloc(1, sizeof(*p));
	struct failure writing = { 0 }, outcome = { 0 };
	bool has_run = false;

	if (p == NULL)
		return failure_sys(f, OUTCOME_LIMIT, "memory");
	p->opt = opt;
	p->user = (struct probes_user){ answered, ended, p };
	p->lines = (struct lines){ .opt = opt,
		.target = t,
		.terminal = terminal,
		.destination = destination,
		.failure = &writing };
	pattern_init(1);
	if ((opt->interfaces.count == 0 ||
		dial_origin(&p->from, opt->interfaces.item[0], f) == 0) &&
	    target_resolve(t, opt, f) == 0) {
		begin(p, t, f);
		if (f->outcome != OUTCOME_USAGE) {
			*f = (struct failure){ 0 };
			run(p);
			has_run = true;
		}
	}
	/* The probes that are in flight at the end of the run are lost. */
	for (unsigned i = 0; i < p->connection_count; i++)
		probes_close(&p->connections[i], FAULT_UNANSWERED);
	if (has_run)
		stats_judge(&p->stats, opt, &outcome);
	p->stats.ended = clock_ns();
	if (p->stats.began == 0)
		p->stats.began = p->stats.ended;
	/* An interrupted run counts by its replies, as any other. */
	if (f->outcome == OUTCOME_INTERRUPTED)
		f->outcome = OUTCOME_NEGATIVE;
	if (f->outcome == OUTCOME_OK)
		*f = outcome;
	failure_of_writing(f, &writing);
	if (t->count > 0 || destination->data != NULL)
		lines_summary(&p->lines, &p->stats, f);
	free(p);
	failure_of_writing(f, &writing);
	return f->outcome == OUTCOME_OK ? 0 : -1;
}
