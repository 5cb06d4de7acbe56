/* SPDX-License-Identifier: ISC */
#include "client/handshake.h"

#include "client/loop.h"

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

struct flow *
handshake_take(struct loop *l, int64_t now)
{
	if (l->first_waiting == NULL || l->handshakes >= l->most_handshakes ||
	    !rate_allows(l, now))
		return NULL;
	l->handshakes++;
	return take_first(l);
}

int64_t
handshake_next(const struct loop *l)
{
	if (l->first_waiting == NULL || l->handshakes >= l->most_handshakes ||
	    l->connect_times.rate == 0)
		return INT64_MAX;
	return schedule_due(&l->connect_times);
}

void
handshake_over(struct loop *l)
{
	l->handshakes--;
}
