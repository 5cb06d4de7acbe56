/* SPDX-License-Identifier: ISC */
#include "client/bench/sweep.h"

#include "client/bench/connect_queue.h"
#include "client/bench/counter.h"
#include "client/bench/loss.h"
#include "client/bench/plan.h"
#include "client/bench/thread.h"
#include "client/bench/traffic.h"
#include "common/clock.h"

/* How long a server may take to close after us. */
#define CLOSE_NS CLOCK_SECOND

/* Between two tries of a flow, doubled for each that failed. */
enum { RETRY_MS = 20 };

/* What has waited longer than an echo may take will never be sent. */
static void
skip_waiting(struct thread *l, struct connection *f, int64_t until, int64_t now)
{
	const struct message *oldest;
	struct message m;

	while ((oldest = in_flight_at(&f->queue, 0)) != NULL &&
	    oldest->due <= until && in_flight_skip(&f->queue, &m)) {
		counter_add(&thread_tally(l, f, &m)->not_sent, 1);
		l->under_way--;
		if (m.measured)
			l->last_outcome = now;
	}
}

static void
scan_flow(struct thread *l, struct connection *f, int64_t now)
{
	int64_t timeout = l->plan->opt->timeout_ns;
	const struct message *oldest = in_flight_at(&f->queue, 0);

	switch (f->state) {
	case CONNECTION_DOWN:
		skip_waiting(l, f, now - timeout, now);
		if (!f->gone &&
		    (l->phase == PHASE_LOAD || f->queue.count > 0) &&
		    now - f->since >=
			(int64_t)(RETRY_MS << f->failures) * 1000000)
			connect_queue_add(l, f);
		break;
	case CONNECTION_CONNECTING:
		if (now - f->since >= timeout)
			loss_settle(l, f, FAULT_CONNECT_TIMEOUT, now);
		break;
	case CONNECTION_CLOSING:
		l->last_open = now;
		if (now - f->since >= CLOSE_NS) {
			counter_add(&l->connects.unclosed, 1);
			connection_close(f, true, now);
			l->sockets--;
			if (l->phase == PHASE_LOAD)
				connect_queue_add(l, f);
		}
		break;
	case CONNECTION_TRIAL:
	case CONNECTION_OPEN:
		l->last_open = now;
		if (oldest != NULL &&
		    now - (oldest->sent != 0 ? oldest->sent : oldest->due) >=
			timeout)
			loss_settle(l, f, FAULT_TIMEOUT, now);
		break;
	}
}

void
sweep_timeouts(struct thread *l, int64_t now)
{
	for (unsigned i = 0; i < l->connection_count; i++)
		scan_flow(l, &l->flows[i], now);
}

void
sweep_forget(struct thread *l)
{
	for (unsigned i = 0; i < l->connection_count; i++)
		l->under_way -= in_flight_drop(&l->flows[i].queue);
}

/* What has not begun will not: that of an open loop was due. */
static void
skip_rest(struct thread *l, struct connection *f)
{
	for (unsigned i = f->queue.begun; i < f->queue.count; i++)
		counter_add(&thread_tally(l, f, in_flight_at(&f->queue, i))
				 ->not_sent,
		    1);
	l->under_way -= in_flight_drop(&f->queue);
}

void
sweep_finish(struct thread *l, int64_t now)
{
	for (unsigned i = 0; i < l->connection_count; i++) {
		skip_rest(l, &l->flows[i]);
		if (l->flows[i].state == CONNECTION_OPEN)
			traffic_finish(l, &l->flows[i], now);
	}
}

void
sweep_close(struct thread *l, int64_t now)
{
	/* Who leaves in the middle cannot say that they were late. */
	enum fault fault = atomic_load(&l->control->abandon) ?
	    FAULT_UNANSWERED :
	    FAULT_TIMEOUT;
	struct message m;

	counter_add(&l->connects.failed[FAULT_UNANSWERED], l->unready);
	l->unready = 0;
	for (unsigned i = 0; i < l->connection_count; i++) {
		struct connection *f = &l->flows[i];

		if (f->state == CONNECTION_CLOSING)
			counter_add(&l->connects.unclosed, 1);
		while (in_flight_lose(&f->queue, &m)) {
			counter_add(&thread_tally(l, f, &m)->lost[fault], 1);
			l->under_way--;
		}
		skip_waiting(l, f, INT64_MAX, now);
		connection_close(f, true, now);
	}
	l->sockets = 0;
}
