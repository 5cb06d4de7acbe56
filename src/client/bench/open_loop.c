/* SPDX-License-Identifier: ISC */
/*
 * open_loop: messages are due at a rate (-R), whether echoes come or not, and
 * go on one connection after the other.  The response time counts from when a
 * message was due, so that the wait behind a slow server is part of it.
 */
#include "client/bench/group.h"
#include "client/bench/pace.h"
#include "client/bench/traffic.h"
#include "client/core/histogram.h"
#include "common/clock.h"

/* The most that may wait for a full socket or a lost connection. */
enum { QUEUE_BYTES = 1 << 20, QUEUE_MESSAGES = 4096 };

/* Not more at once: echoes have to be read as well. */
enum { BURST = 256 };

static void
begin(struct group *g, int64_t start, int64_t now)
{
	(void)now;
	schedule_init(&g->schedule, start, (uint64_t)g->plan->opt->rate,
	    g->place, atomic_load(&g->load->able));
}

static int64_t
next_due(const struct group *g)
{
	int64_t due;

	if (g->usable_count == 0 ||
	    (g->phase != PHASE_LOAD && g->phase != PHASE_DRAIN))
		return INT64_MAX;
	due = schedule_due(&g->schedule);
	return due < g->end_at && load_has_more(g->load) ? due : INT64_MAX;
}

static bool
is_full(const struct in_flight *q, uint32_t size)
{
	return q->unsent > 0 &&
	    (q->unsent + size > QUEUE_BYTES ||
		q->count - q->begun >= QUEUE_MESSAGES);
}

/* Returns the time: `now`, or a later one if the message was sent at once. */
static int64_t
send_one(struct group *g, struct connection *c, const struct message *m,
    int64_t now)
{
	bool at_once = c->state == CONNECTION_OPEN && c->queue.unsent == 0 &&
	    !connection_is_used_up(c);

	if (is_full(&c->queue, m->size)) {
		counts_not_sent(g->counts, m, m->due);
		return now;
	}
	if (!group_put(g, c, m) || c->state != CONNECTION_OPEN)
		return now;
	now = clock_ns();
	traffic_send(g, c, now);
	if (at_once && m->part == PART_WINDOW)
		histogram_record(&g->counts->lag, now - m->due);
	return now;
}

static void
send_due(struct group *g, int64_t now)
{
	for (unsigned n = 0; n < BURST && next_due(g) <= now; n++) {
		int64_t due = schedule_due(&g->schedule);
		enum part part = due >= g->window_at ? PART_WINDOW :
						       PART_WARMUP;
		struct message m;

		if (part == PART_WINDOW && !load_take(g->load))
			return;
		g->schedule.next += g->schedule.step;
		m = group_message(g, due, part);
		now = send_one(g, g->usable[g->next_usable++ % g->usable_count],
		    &m, now);
	}
}

static void
feed(struct group *g, struct connection *c, int64_t now)
{
	if (c->queue.unsent > 0)
		traffic_send(g, c, now);
}

static void
echoed(struct group *g, const struct message *m, int64_t now)
{
	/* What was due in the warm-up does not count in the window. */
	bool measured = m->part == PART_WINDOW;

	counts_echoed(g->counts, m, measured && group_in_window(g, now), now);
	if (!measured)
		return;
	histogram_record(&g->counts->response, now - m->due);
	histogram_record(&g->counts->service, now - m->sent);
}

/* Count what was due, and the thread did not get to until the drain ended. */
static void
end(struct group *g)
{
	uint64_t skipped;

	if (g->phase != PHASE_DRAIN || g->usable_count == 0)
		return;
	skipped = schedule_skip(&g->schedule,
	    g->window_at < g->end_at ? g->window_at : g->end_at);
	counts_raise(&g->counts->warmup.not_sent, skipped);
	skipped = schedule_skip(&g->schedule, g->end_at);
	if (g->plan->opt->messages > 0)
		return;
	counts_raise(&g->counts->window.not_sent, skipped);
	counts_raise(&g->counts->skipped, skipped);
}

const struct pace open_loop = { .begin = begin,
	.next_due = next_due,
	.send_due = send_due,
	.feed = feed,
	.echoed = echoed,
	.end = end };
