/* SPDX-License-Identifier: ISC */
#include "client/handshake.h"

#include "client/loop.h"
#include "client/plan.h"

void
handshake_queue(struct loop *l, struct flow *f)
{
	if (f->queued)
		return;
	f->queued = true;
	f->next = NULL;
	*l->last_waiting = f;
	l->last_waiting = &f->next;
}

static struct flow *
take_first(struct loop *l)
{
	struct flow *f = l->first_waiting;

	l->first_waiting = f->next;
	if (f->next == NULL)
		l->last_waiting = &l->first_waiting;
	f->queued = false;
	return f;
}

/* The rate is no account: what was not used before is not made up for. */
static bool
rate_allows(struct loop *l, int64_t now)
{
	struct schedule *s = &l->connect_times;
	int64_t due;

	if (s->rate == 0)
		return true;
	due = schedule_due(s);
	if (due > now)
		return false;
	if (now - due > 100000000)
		schedule_init(s, now, s->rate, l->number, (unsigned)s->step);
	schedule_advance(s);
	return true;
}

/* One of the places for all threads. */
static bool
take_place(struct loop *l)
{
	unsigned most = (unsigned)l->plan->opt->connect_concurrency;

	if (atomic_fetch_add_explicit(&l->control->handshakes, 1,
		memory_order_relaxed) < most)
		return true;
	handshake_over(l);
	return false;
}

struct flow *
handshake_take(struct loop *l, int64_t now)
{
	if (l->first_waiting == NULL || !take_place(l))
		return NULL;
	if (rate_allows(l, now))
		return take_first(l);
	handshake_over(l);
	return NULL;
}

struct flow *
handshake_forget(struct loop *l)
{
	return l->first_waiting != NULL ? take_first(l) : NULL;
}

int64_t
handshake_next(const struct loop *l)
{
	if (l->first_waiting == NULL || l->connect_times.rate == 0 ||
	    atomic_load_explicit(&l->control->handshakes,
		memory_order_relaxed) >=
		(unsigned)l->plan->opt->connect_concurrency)
		return INT64_MAX;
	return schedule_due(&l->connect_times);
}

void
handshake_over(struct loop *l)
{
	atomic_fetch_sub_explicit(&l->control->handshakes, 1,
	    memory_order_relaxed);
}
