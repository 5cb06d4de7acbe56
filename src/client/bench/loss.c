/* SPDX-License-Identifier: ISC */
#include "client/bench/loss.h"

#include "client/bench/group.h"
#include "client/bench/pace.h"
#include "common/clock.h"

/* Between two tries of a connection, doubled up to RETRY_STEPS times. */
enum { RETRY_MS = 20, RETRY_STEPS = 6 };

/* So many have to fail before the others are not tried. */
enum { HOPELESS = 16 };

/* How long a server may take to close after us. */
#define CLOSE_NS CLOCK_SECOND

static void
count_connection(struct group *g, const struct connection *c, enum fault fault)
{
	struct connect_counts *counts = &g->counts->connects;

	if (!c->made)
		counts_raise(&counts->failed[fault], 1);
	else if (c->state == CONNECTION_CONNECTING)
		counts_raise(&counts->again_failed[fault], 1);
	else
		counts_raise(&counts->broken[fault], 1);
	if (fault == FAULT_MISMATCH)
		counts_raise(&g->counts->mismatches, 1);
}

static void
lose_messages(struct group *g, struct connection *c, enum fault fault,
    int64_t now)
{
	struct message m;

	while (in_flight_lose(&c->queue, &m)) {
		counts_lost(g->counts, &m, fault, now);
		g->in_flight--;
	}
}

/* When all of the first have failed, so would the others, by time-outs. */
static void
give_up_waiting(struct group *g, enum fault fault)
{
	struct connect_counts *counts = &g->counts->connects;
	uint64_t failed = counts_faults(counts->failed);
	struct connection *c;

	if (counts->established > 0 || failed < HOPELESS ||
	    failed < (uint64_t)g->plan->opt->connect_concurrency)
		return;
	while ((c = connect_queue_remove(&g->queue)) != NULL) {
		c->gone = true;
		g->unready--;
		counts_raise(&counts->failed[fault], 1);
	}
}

static void
close_socket(struct group *g, struct connection *c, int64_t now)
{
	if (c->fd != -1)
		g->sockets--;
	connection_close(c, true, now);
}

static bool
is_wanted(const struct group *g, const struct connection *c)
{
	return !c->gone && (g->phase == PHASE_LOAD || c->queue.count > 0);
}

void
loss_handle(struct group *g, struct connection *c, enum fault fault,
    int64_t now)
{
	count_connection(g, c, fault);
	lose_messages(g, c, fault, now);
	if (g->pace->lost != NULL)
		g->pace->lost(g, c);
	g->refused = c->state == CONNECTION_CONNECTING;
	if (c->state == CONNECTION_CONNECTING || c->state == CONNECTION_TRIAL)
		connect_queue_over(&g->queue);
	close_socket(g, c, now);
	if (!c->made) {
		c->gone = true;
		g->unready--;
		give_up_waiting(g, fault);
		return;
	}
	if (c->failures < RETRY_STEPS)
		c->failures++;
	/* At once if it has had an echo; else loss_check does it later. */
	if (c->failures == 1 && is_wanted(g, c))
		connect_queue_add(&g->queue, c);
}

/* Give up the messages that wait and were due by then. */
static void
skip_messages(struct group *g, struct connection *c, int64_t due, int64_t now)
{
	const struct message *oldest;
	struct message m;

	while ((oldest = in_flight_at(&c->queue, 0)) != NULL &&
	    oldest->due <= due && in_flight_skip(&c->queue, &m)) {
		counts_not_sent(g->counts, &m, now);
		g->in_flight--;
	}
}

static void
check_down(struct group *g, struct connection *c, int64_t now)
{
	/* The echo of what waited for so long would be late anyway. */
	skip_messages(g, c, now - g->plan->opt->timeout_ns, now);
	if (is_wanted(g, c) &&
	    now - c->since >= (int64_t)(RETRY_MS << c->failures) * CLOCK_MS)
		connect_queue_add(&g->queue, c);
}

static void
check_closing(struct group *g, struct connection *c, int64_t now)
{
	g->last_open = now;
	if (now - c->since < CLOSE_NS)
		return;
	counts_raise(&g->counts->connects.unclosed, 1);
	close_socket(g, c, now);
	if (g->phase == PHASE_LOAD)
		connect_queue_add(&g->queue, c);
}

static void
check_open(struct group *g, struct connection *c, int64_t now)
{
	const struct message *oldest = in_flight_at(&c->queue, 0);

	g->last_open = now;
	if (oldest != NULL &&
	    now - (oldest->sent != 0 ? oldest->sent : oldest->due) >=
		g->plan->opt->timeout_ns)
		loss_handle(g, c, FAULT_TIMEOUT, now);
}

void
loss_check(struct group *g, int64_t now)
{
	for (unsigned i = 0; i < g->connection_count; i++) {
		struct connection *c = &g->connections[i];

		switch (c->state) {
		case CONNECTION_DOWN:
			check_down(g, c, now);
			break;
		case CONNECTION_CONNECTING:
			if (now - c->since >= g->plan->opt->timeout_ns)
				loss_handle(g, c, FAULT_CONNECT_TIMEOUT, now);
			break;
		case CONNECTION_CLOSING:
			check_closing(g, c, now);
			break;
		case CONNECTION_TRIAL:
		case CONNECTION_OPEN:
			check_open(g, c, now);
			break;
		}
	}
}

void
loss_finish(struct group *g, int64_t now)
{
	for (unsigned i = 0; i < g->connection_count; i++) {
		struct connection *c = &g->connections[i];

		for (unsigned n = c->queue.begun; n < c->queue.count; n++)
			counts_not_sent(g->counts, in_flight_nth(&c->queue, n),
			    now);
		g->in_flight -= in_flight_drop(&c->queue);
		if (c->state == CONNECTION_OPEN)
			group_finish(g, c, now);
	}
}

void
loss_close(struct group *g, int64_t now)
{
	/* After an interruption the time-out has not passed. */
	enum fault fault = atomic_load(&g->load->abandon) ? FAULT_UNANSWERED :
							    FAULT_TIMEOUT;

	counts_raise(&g->counts->connects.failed[FAULT_UNANSWERED], g->unready);
	g->unready = 0;
	for (unsigned i = 0; i < g->connection_count; i++) {
		struct connection *c = &g->connections[i];

		if (c->state == CONNECTION_CLOSING)
			counts_raise(&g->counts->connects.unclosed, 1);
		lose_messages(g, c, fault, now);
		skip_messages(g, c, INT64_MAX, now);
		close_socket(g, c, now);
	}
}
