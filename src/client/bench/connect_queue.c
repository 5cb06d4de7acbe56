/* SPDX-License-Identifier: ISC */
#include "client/bench/connect_queue.h"

#include "client/bench/plan.h"
#include "client/bench/thread.h"
#include "client/options.h"
#include "common/clock.h"

/* A slot that was not used by then has passed. */
#define STALE (100 * CLOCK_MS)

void
connect_queue_add(struct thread *l, struct connection *f)
{
	if (f->queued)
		return;
	f->queued = true;
	f->next = NULL;
	*l->last_waiting = f;
	l->last_waiting = &f->next;
}

static struct connection *
take_first(struct thread *l)
{
	struct connection *f = l->first_waiting;

	l->first_waiting = f->next;
	if (f->next == NULL)
		l->last_waiting = &l->first_waiting;
	f->queued = false;
	return f;
}

/* The rate is no account: what was not used before is not made up for. */
static bool
rate_allows(struct thread *l, int64_t now)
{
	int64_t rate = l->plan->opt->connect_rate, slot;
	int64_t next = atomic_load(&l->control->next_slot);

	if (rate == 0)
		return true;
	/* None yet, or one that it had no use for. */
	if (l->slot < now - STALE) {
		do
			slot = next < now - STALE ? now : next;
		while (!atomic_compare_exchange_weak(&l->control->next_slot,
		    &next, slot + (CLOCK_SECOND + rate - 1) / rate));
		l->slot = slot;
	}
	if (l->slot > now)
		return false;
	l->slot = 0;
	return true;
}

/* One of the places for all threads. */
static bool
take_place(struct thread *l)
{
	unsigned most = (unsigned)l->plan->opt->connect_concurrency;

	if (atomic_fetch_add_explicit(&l->control->handshakes, 1,
		memory_order_relaxed) < most)
		return true;
	connect_queue_over(l);
	return false;
}

struct connection *
connect_queue_take(struct thread *l, int64_t now)
{
	if (l->first_waiting == NULL || !take_place(l))
		return NULL;
	if (rate_allows(l, now))
		return take_first(l);
	connect_queue_over(l);
	return NULL;
}

struct connection *
connect_queue_forget(struct thread *l)
{
	return l->first_waiting != NULL ? take_first(l) : NULL;
}

int64_t
connect_queue_next(const struct thread *l)
{
	if (l->first_waiting == NULL || l->plan->opt->connect_rate == 0 ||
	    atomic_load_explicit(&l->control->handshakes,
		memory_order_relaxed) >=
		(unsigned)l->plan->opt->connect_concurrency)
		return INT64_MAX;
	return l->slot;
}

void
connect_queue_over(struct thread *l)
{
	atomic_fetch_sub_explicit(&l->control->handshakes, 1,
	    memory_order_relaxed);
}
