/* SPDX-License-Identifier: ISC */
#include "client/bench/traffic.h"

#include <sys/epoll.h>

#include "client/bench/connect_queue.h"
#include "client/bench/counter.h"
#include "client/bench/loss.h"
#include "client/bench/out/message_log.h"
#include "client/bench/plan.h"
#include "client/bench/thread.h"
#include "client/net/dial.h"
#include "common/clock.h"

/* Open loop: what may wait for a full socket or a lost connection. */
enum { QUEUE_BYTES = 1 << 20, QUEUE_MESSAGES = 4096 };

/* Room in a socket is only watched while something waits for it. */
static void
watch(struct thread *l, struct connection *f)
{
	bool wants = f->state != CONNECTION_CLOSING &&
	    connection_sendable(f) > 0;
	struct epoll_event event = { .events = wants ? EPOLLIN | EPOLLOUT :
						       EPOLLIN,
		.data.ptr = f };

	if (wants == f->polled_out)
		return;
	f->polled_out = wants;
	epoll_ctl(l->epoll, EPOLL_CTL_MOD, f->fd, &event);
}

static void
send_waiting(struct thread *l, struct connection *f, int64_t now)
{
	unsigned begun = f->queue.begun;
	enum fault fault = connection_send(f, now);

	for (; begun < f->queue.begun; begun++) {
		struct message *m = in_flight_at(&f->queue, begun);
		struct counts *t;

		/* In a closed loop the window is one of sending. */
		if (l->service == NULL && l->plan->opt->messages == 0 &&
		    l->phase >= PHASE_LOAD)
			m->measured = now >= l->window_at && now < l->end_at;
		t = thread_tally(l, f, m);
		counter_add(&t->sent, 1);
		counter_add(&t->bytes_sent, m->size);
	}
	if (fault == FAULT_NONE)
		watch(l, f);
	/* What the server has sent before its reset is still to be read. */
	else if (fault != FAULT_RESET)
		loss_settle(l, f, fault, now);
}

/* Whether one more may go, and whether it will be measured. */
static bool
may_put(struct thread *l, int64_t now, bool *measured)
{
	bool open = l->service != NULL;

	/* By the clock it is the due time that counts. */
	if (now >= l->end_at ||
	    (l->phase != PHASE_LOAD && !(open && l->phase == PHASE_DRAIN)))
		return false;
	*measured = now >= l->window_at;
	if (!*measured || l->plan->opt->messages == 0 ||
	    atomic_fetch_sub_explicit(&l->control->left, 1,
		memory_order_relaxed) > 0)
		return true;
	atomic_fetch_add_explicit(&l->control->left, 1, memory_order_relaxed);
	return false;
}

/* Open loop: whether no more may wait on it. */
static bool
is_full(const struct connection *f, uint32_t size)
{
	return f->queue.unsent > 0 &&
	    (f->queue.unsent + size > QUEUE_BYTES ||
		f->queue.count - f->queue.begun >= QUEUE_MESSAGES);
}

static bool
put(struct thread *l, struct connection *f, int64_t due, bool measured)
{
	uint32_t size = sizes_next(&l->plan->opt->sizes, &l->size_state);

	/* By the clock more may be due than can go; a queue has an end. */
	if ((l->service != NULL && is_full(f, size)) ||
	    !in_flight_put(&f->queue,
		&(struct message){ .due = due,
		    .size = size,
		    .measured = measured })) {
		counter_add(measured ? &l->window.not_sent :
				       &l->before.not_sent,
		    1);
		return false;
	}
	l->under_way++;
	return true;
}

/* Closed loop: keep as many under way as were asked for. */
static void
refill(struct thread *l, struct connection *f, int64_t now)
{
	bool measured;

	while (f->queue.count < l->plan->opt->pipeline &&
	    !connection_is_used_up(f) && may_put(l, now, &measured) &&
	    put(l, f, now, measured))
		continue;
	if (f->queue.unsent > 0)
		send_waiting(l, f, now);
}

static void
echoed(struct thread *l, const struct connection *f, const struct message *m,
    int64_t now)
{
	struct counts *t = thread_tally(l, f, m);
	int64_t begin = l->service != NULL ? m->due : m->sent;

	l->under_way--;
	l->last_open = now;
	counter_add(&t->echoed, 1);
	counter_add(&t->bytes_echoed, m->size);
	/* By the clock, what was due in the warm-up is no part of it. */
	if (now >= l->window_at && now < l->end_at &&
	    (m->measured || l->service == NULL)) {
		counter_add(&l->completed, 1);
		counter_add(&l->completed_bytes, m->size);
	}
	if (!m->measured)
		return;
	l->last_outcome = now;
	histogram_record(l->response, now - begin);
	if (l->service != NULL)
		histogram_record(l->service, now - m->sent);
	if (l->log != NULL)
		message_log_add(l->log, m->due - l->window_at,
		    m->sent - l->window_at, now - l->window_at, f->index,
		    m->size);
}

/* The first echo on a connection that was made before the load. */
static void
greeted(struct thread *l, struct connection *f)
{
	f->state = CONNECTION_OPEN;
	f->served = 0;
	counter_add(&l->connects.established, 1);
	l->unready--;
	connect_queue_over(l);
}

/* Something has come, or the connection is new: what is next on it? */
static void
go_on(struct thread *l, struct connection *f, int64_t now)
{
	if (f->state == CONNECTION_TRIAL && f->queue.count == 0)
		greeted(l, f);
	if (f->state != CONNECTION_OPEN)
		return;
	if (l->service == NULL)
		refill(l, f, now);
	else if (f->queue.unsent > 0)
		send_waiting(l, f, now);
	if (f->state == CONNECTION_OPEN && f->queue.begun == 0 &&
	    connection_sendable(f) == 0 &&
	    (connection_is_used_up(f) || l->phase > PHASE_DRAIN))
		traffic_finish(l, f, now);
}

void
traffic_finish(struct thread *l, struct connection *f, int64_t now)
{
	connection_finish(f, now);
	watch(l, f);
}

/* The server has closed after us, as it should. */
static void
closed(struct thread *l, struct connection *f, int64_t now)
{
	connection_close(f, false, now);
	l->sockets--;
	if (l->phase == PHASE_LOAD || f->queue.count > 0)
		connect_queue_add(l, f);
}

static void
receive(struct thread *l, struct connection *f)
{
	uint64_t before = f->received;
	struct message m;
	enum fault fault;
	ssize_t n;
	int64_t now;

	do {
		fault = connection_receive(f, l->buffer,
		    l->plan->opt->no_verify == 0, &n, &l->mismatch);
		now = clock_ns();
		while (in_flight_take(&f->queue, &m)) {
			f->failures = 0;
			echoed(l, f, &m, now);
		}
	} while (n == CONNECTION_BUFFER && fault == FAULT_NONE);
	counter_add(&l->verified, f->received - before);
	if (fault == FAULT_NONE)
		go_on(l, f, now);
	else if (fault == FAULT_ENDED && f->state == CONNECTION_CLOSING)
		closed(l, f, now);
	else
		loss_settle(l, f, fault, now);
}

static void
connected(struct thread *l, struct connection *f)
{
	int64_t now = clock_ns();

	histogram_record(l->connect, now - f->since);
	l->refused = false;
	f->since = now;
	if (l->phase == PHASE_CONNECT) {
		f->state = CONNECTION_TRIAL;
		put(l, f, now, false);
		send_waiting(l, f, now);
		return;
	}
	f->state = CONNECTION_OPEN;
	l->last_open = now;
	counter_add(&l->connects.again, 1);
	if (now >= l->window_at && now < l->end_at)
		counter_add(&l->connects.within, 1);
	connect_queue_over(l);
	watch(l, f);
	go_on(l, f, now);
}

void
traffic_event(struct thread *l, struct connection *f, uint32_t events)
{
	int error;

	if (f->state == CONNECTION_CONNECTING) {
		error = dial_outcome(f->fd);
		if (error != 0)
			loss_settle(l, f, fault_of_errno(error), clock_ns());
		else
			connected(l, f);
		return;
	}
	if ((events & ~(uint32_t)EPOLLOUT) != 0)
		receive(l, f);
	if ((events & EPOLLOUT) != 0 && f->fd != -1 &&
	    f->state != CONNECTION_CLOSING && f->queue.unsent > 0)
		send_waiting(l, f, clock_ns());
}

void
traffic_prime(struct thread *l, int64_t now)
{
	for (unsigned i = 0; i < l->turns; i++) {
		/* One that is still connecting begins when it is connected. */
		if (l->turn[i]->state == CONNECTION_OPEN)
			go_on(l, l->turn[i], i == 0 ? now : clock_ns());
	}
}

void
traffic_send_due(struct thread *l, int64_t now)
{
	struct connection *f;
	int64_t due;
	bool measured, free_to_go;

	/* Not too many at once: echoes want to be read, too. */
	for (unsigned n = 0; n < 256 && l->turns > 0; n++) {
		due = schedule_due(&l->due_times);
		if (due > now || !may_put(l, due, &measured))
			return;
		schedule_advance(&l->due_times);
		f = l->turn[l->next_turn++ % l->turns];
		free_to_go = f->state == CONNECTION_OPEN &&
		    f->queue.unsent == 0 && !connection_is_used_up(f);
		if (!put(l, f, due, measured) || f->state != CONNECTION_OPEN)
			continue;
		now = clock_ns();
		send_waiting(l, f, now);
		if (free_to_go && measured)
			histogram_record(l->lag, now - due);
	}
}

void
traffic_skip_due(struct thread *l)
{
	uint64_t skipped = schedule_skip(&l->due_times,
	    l->window_at < l->end_at ? l->window_at : l->end_at);

	counter_add(&l->before.not_sent, skipped);
	skipped = schedule_skip(&l->due_times, l->end_at);
	if (l->plan->opt->messages > 0)
		return;
	counter_add(&l->window.not_sent, skipped);
	counter_add(&l->skipped, skipped);
}

void
traffic_connect(struct thread *l, struct connection *f)
{
	int64_t now = clock_ns();
	bool connected = false;
	const struct plan *plan = l->plan;
	const struct origin *from = plan->origins > 0 ?
	    &plan->origin[f->index % plan->origins] :
	    NULL;
	uint64_t stream = atomic_fetch_add_explicit(&l->control->streams, 1,
	    memory_order_relaxed);
	enum fault fault = connection_connect(f, &plan->peer, from,
	    plan->opt->nagle, stream, now, &connected);
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT,
		.data.ptr = f };

	if (fault == FAULT_NONE) {
		l->sockets++;
		f->polled_out = true;
		if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, f->fd, &event) == -1)
			fault = FAULT_LOCAL;
	} else {
		/* So that what follows knows what has failed. */
		f->state = CONNECTION_CONNECTING;
	}
	if (fault != FAULT_NONE)
		loss_settle(l, f, fault, now);
	else if (connected)
		traffic_event(l, f, EPOLLOUT);
}
