/* SPDX-License-Identifier: ISC */
/*
 * closed_loop: each connection keeps --pipeline messages in flight; the time of
 * a message counts from its first byte.
 */
#include "client/bench/group.h"
#include "client/bench/pace.h"
#include "client/bench/traffic.h"
#include "client/core/histogram.h"
#include "common/clock.h"

/* Measured is what begins in the window; with -n, what is queued in it. */
static enum part
part_at(const struct group *g, int64_t now)
{
	return group_in_window(g, now) ? PART_WINDOW : PART_WARMUP;
}

static void
sent(struct group *g, struct message *m)
{
	if (g->plan->opt->messages == 0)
		m->part = (uint8_t)part_at(g, m->sent);
}

static void
feed(struct group *g, struct connection *c, int64_t now)
{
	enum part part = part_at(g, now);

	while (c->queue.count < g->plan->opt->pipeline &&
	    g->phase == PHASE_LOAD && now < g->end_at &&
	    !connection_is_used_up(c)) {
		struct message m;

		if (part == PART_WINDOW && !load_take(g->load))
			break;
		m = group_message(g, now, part);
		if (!group_put(g, c, &m))
			break;
	}
	if (c->queue.unsent > 0)
		traffic_send(g, c, now);
}

static void
feed_all(struct group *g, int64_t now)
{
	for (unsigned i = 0; i < g->usable_count; i++) {
		/* One that is still connecting begins when it is connected. */
		if (g->usable[i]->state == CONNECTION_OPEN)
			traffic_continue(g, g->usable[i], now);
		now = clock_ns();
	}
}

static void
begin(struct group *g, int64_t start, int64_t now)
{
	(void)start;
	feed_all(g, now);
}

static int64_t
next_due(const struct group *g)
{
	(void)g;
	return INT64_MAX;
}

static void
echoed(struct group *g, const struct message *m, int64_t now)
{
	counts_echoed(g->counts, m, group_in_window(g, now), now);
	if (m->part == PART_WINDOW)
		histogram_record(&g->counts->response, now - m->sent);
}

/* What has not begun may go on any other connection. */
static void
lost(struct group *g, struct connection *c)
{
	int64_t measured = 0;

	for (unsigned i = c->queue.begun; i < c->queue.count; i++)
		measured += in_flight_nth(&c->queue, i)->part == PART_WINDOW;
	g->in_flight -= in_flight_drop(&c->queue);
	load_give_back(g->load, measured);
}

/* With -n there may be more to send, though all seemed to be taken. */
static void
resume(struct group *g)
{
	if (g->phase == PHASE_LOAD && g->plan->opt->messages > 0 &&
	    load_has_more(g->load))
		feed_all(g, clock_ns());
}

/* What has not begun was never sent, and nobody waits for it. */
static void
end(struct group *g)
{
	for (unsigned i = 0; i < g->connection_count; i++)
		lost(g, &g->connections[i]);
}

const struct pace closed_loop = { .begin = begin,
	.next_due = next_due,
	.feed = feed,
	.sent = sent,
	.echoed = echoed,
	.lost = lost,
	.resume = resume,
	.end = end };
