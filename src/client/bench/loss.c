/* SPDX-License-Identifier: ISC */
#include "client/bench/loss.h"

#include "client/bench/connect_queue.h"
#include "client/bench/counter.h"
#include "client/bench/plan.h"
#include "client/bench/thread.h"

/* A flow that failed so often is tried no more rarely than that. */
enum { RETRY_STEPS = 6 };

/* So many have to fail before the others are not tried. */
enum { HOPELESS = 16 };

/* Whether it is one of the first connections that has not been made yet. */
static bool
is_unmade(const struct thread *l, const struct connection *f)
{
	return l->phase == PHASE_CONNECT && f->state != CONNECTION_OPEN;
}

/* Which part of the account a connection that is lost belongs to. */
static void
count_broken(struct thread *l, const struct connection *f, enum fault fault)
{
	struct connects *c = &l->connects;

	if (is_unmade(l, f))
		counter_add(&c->failed[fault], 1);
	else if (f->state == CONNECTION_CONNECTING)
		counter_add(&c->again_failed[fault], 1);
	else
		counter_add(&c->broken[fault], 1);
	if (fault == FAULT_MISMATCH)
		counter_add(&l->mismatches, 1);
}

/*
 * When none of the first was ever established, the others will not be either,
 * and each would take its time-out.
 */
static void
give_up_waiting(struct thread *l, enum fault fault)
{
	uint64_t failed = counts_faults(l->connects.failed);
	struct connection *f;

	if (l->connects.established > 0 || failed < HOPELESS ||
	    failed < (uint64_t)l->plan->opt->connect_concurrency)
		return;
	while ((f = connect_queue_forget(l)) != NULL) {
		f->gone = true;
		l->unready--;
		counter_add(&l->connects.failed[fault], 1);
	}
}

/* Closed loop: what has not begun on it may go on any other. */
static void
give_back(struct thread *l, struct connection *f)
{
	int64_t measured = 0;

	for (unsigned i = f->queue.begun; i < f->queue.count; i++)
		measured += in_flight_at(&f->queue, i)->measured;
	l->under_way -= in_flight_drop(&f->queue);
	if (l->plan->opt->messages > 0)
		atomic_fetch_add_explicit(&l->control->left, measured,
		    memory_order_relaxed);
}

void
loss_settle(struct thread *l, struct connection *f, enum fault fault,
    int64_t now)
{
	bool unmade = is_unmade(l, f);
	struct message m;

	count_broken(l, f, fault);
	while (in_flight_lose(&f->queue, &m)) {
		counter_add(&thread_tally(l, f, &m)->lost[fault], 1);
		if (m.measured)
			l->last_outcome = now;
		l->under_way--;
	}
	if (l->service == NULL)
		give_back(l, f);
	l->refused = f->state == CONNECTION_CONNECTING;
	if (f->state == CONNECTION_CONNECTING || f->state == CONNECTION_TRIAL)
		connect_queue_over(l);
	if (f->fd != -1)
		l->sockets--;
	connection_close(f, true, now);
	if (unmade) {
		f->gone = true;
		l->unready--;
		give_up_waiting(l, fault);
		return;
	}
	if (f->failures < RETRY_STEPS)
		f->failures++;
	/* At once when it was good for something; else sweep_timeouts will. */
	if (f->failures == 1 && (l->phase == PHASE_LOAD || f->queue.count > 0))
		connect_queue_add(l, f);
}
