/* SPDX-License-Identifier: ISC */
#include "client/bench/connect_queue.h"

#include "client/bench/connection.h"
#include "client/bench/load.h"
#include "common/clock.h"

/* A slot that was not used for so long has passed. */
#define STALE (100 * CLOCK_MS)

void
connect_queue_init(struct connect_queue *q, struct load *load)
{
	*q = (struct connect_queue){ .load = load, .last = &q->first };
}

void
connect_queue_add(struct connect_queue *q, struct connection *c)
{
	if (c->queued)
		return;
	c->queued = true;
	c->next = NULL;
	*q->last = c;
	q->last = &c->next;
}

struct connection *
connect_queue_remove(struct connect_queue *q)
{
	struct connection *c = q->first;

	if (c == NULL)
		return NULL;
	q->first = c->next;
	if (c->next == NULL)
		q->last = &q->first;
	c->queued = false;
	return c;
}

/* Slots that passed unused are not made up for: that would be a burst. */
static bool
rate_allows(struct connect_queue *q, int64_t now)
{
	int64_t rate = q->load->plan->opt->connect_rate, slot;
	int64_t next = atomic_load(&q->load->next_slot);

	if (rate == 0)
		return true;
	/* This thread has no slot yet, or has let it pass. */
	if (q->slot < now - STALE) {
		do
			slot = next < now - STALE ? now : next;
		while (!atomic_compare_exchange_weak(&q->load->next_slot, &next,
		    slot + (CLOCK_SECOND + rate - 1) / rate));
		q->slot = slot;
	}
	if (q->slot > now)
		return false;
	q->slot = 0;
	return true;
}

static unsigned
most(const struct connect_queue *q)
{
	return (unsigned)q->load->plan->opt->connect_concurrency;
}

struct connection *
connect_queue_take(struct connect_queue *q, int64_t now)
{
	if (q->first == NULL)
		return NULL;
	if (atomic_fetch_add_explicit(&q->load->handshakes, 1,
		memory_order_relaxed) < most(q) &&
	    rate_allows(q, now))
		return connect_queue_remove(q);
	connect_queue_over(q);
	return NULL;
}

void
connect_queue_over(struct connect_queue *q)
{
	atomic_fetch_sub_explicit(&q->load->handshakes, 1,
	    memory_order_relaxed);
}

int64_t
connect_queue_next(const struct connect_queue *q)
{
	if (q->first == NULL || q->load->plan->opt->connect_rate == 0 ||
	    atomic_load_explicit(&q->load->handshakes, memory_order_relaxed) >=
		most(q))
		return INT64_MAX;
	return q->slot;
}
