/* SPDX-License-Identifier: ISC */
#include "client/bench/traffic.h"

#include <sys/epoll.h>

#include "client/bench/group.h"
#include "client/bench/loss.h"
#include "client/bench/out/message_log.h"
#include "client/bench/pace.h"
#include "client/core/histogram.h"
#include "client/net/dial.h"
#include "common/clock.h"

void
traffic_send(struct group *g, struct connection *c, int64_t now)
{
	unsigned begun = c->queue.begun;
	enum fault fault = connection_send(c, now);

	for (; begun < c->queue.begun; begun++) {
		struct message *m = in_flight_nth(&c->queue, begun);

		if (g->pace->sent != NULL && m->part != PART_TRIAL)
			g->pace->sent(g, m);
		counts_sent(g->counts, m);
	}
	if (fault == FAULT_NONE)
		group_watch(g, c);
	/* What the server has sent before its reset is still to be read. */
	else if (fault != FAULT_RESET)
		loss_handle(g, c, fault, now);
}

static void
echoed(struct group *g, const struct connection *c, const struct message *m,
    int64_t now)
{
	g->in_flight--;
	g->last_open = now;
	g->pace->echoed(g, m, now);
	if (m->part == PART_WINDOW && g->log != NULL)
		message_log_add(g->log, m->due - g->window_at,
		    m->sent - g->window_at, now - g->window_at, c->index,
		    m->size);
}

/* The trial message is back: a worker of the server serves this connection. */
static void
made(struct group *g, struct connection *c)
{
	c->state = CONNECTION_OPEN;
	c->made = true;
	c->served = 0;
	counts_raise(&g->counts->connects.established, 1);
	g->unready--;
	connect_queue_over(&g->queue);
}

void
traffic_continue(struct group *g, struct connection *c, int64_t now)
{
	if (c->state == CONNECTION_TRIAL && c->queue.count == 0)
		made(g, c);
	if (c->state != CONNECTION_OPEN)
		return;
	g->pace->feed(g, c, now);
	if (c->state == CONNECTION_OPEN && c->queue.begun == 0 &&
	    connection_sendable(c) == 0 &&
	    (connection_is_used_up(c) || g->phase > PHASE_DRAIN))
		group_finish(g, c, now);
}

/* The server has closed after us, as it should. */
static void
closed(struct group *g, struct connection *c, int64_t now)
{
	connection_close(c, false, now);
	g->sockets--;
	if (g->phase == PHASE_LOAD || c->queue.count > 0)
		connect_queue_add(&g->queue, c);
}

static void
receive(struct group *g, struct connection *c)
{
	uint64_t before = c->received;
	struct message m;
	enum fault fault;
	ssize_t n;
	int64_t now;

	do {
		fault = connection_receive(c, g->buffer,
		    g->plan->opt->no_verify == 0, &n, &g->counts->mismatch);
		now = clock_ns();
		while (in_flight_take(&c->queue, &m)) {
			c->failures = 0;
			echoed(g, c, &m, now);
		}
	} while (n == CONNECTION_BUFFER && fault == FAULT_NONE);
	counts_raise(&g->counts->verified, c->received - before);
	if (fault == FAULT_NONE)
		traffic_continue(g, c, now);
	else if (fault == FAULT_ENDED && c->state == CONNECTION_CLOSING)
		closed(g, c, now);
	else
		loss_handle(g, c, fault, now);
}

static void
try(struct group *g, struct connection *c, int64_t now)
{
	const struct message m = group_message(g, now, PART_TRIAL);

	c->state = CONNECTION_TRIAL;
	group_put(g, c, &m);
	traffic_send(g, c, now);
}

static void
connected(struct group *g, struct connection *c)
{
	int64_t now = clock_ns();

	histogram_record(&g->counts->connect, now - c->since);
	g->refused = false;
	c->since = now;
	if (!c->made) {
		try(g, c, now);
		return;
	}
	c->state = CONNECTION_OPEN;
	g->last_open = now;
	counts_raise(&g->counts->connects.again, 1);
	if (group_in_window(g, now))
		counts_raise(&g->counts->connects.within, 1);
	connect_queue_over(&g->queue);
	group_watch(g, c);
	traffic_continue(g, c, now);
}

void
traffic_event(struct group *g, struct connection *c, uint32_t events)
{
	if (c->state == CONNECTION_CONNECTING) {
		int error = dial_outcome(c->fd);

		if (error != 0)
			loss_handle(g, c, fault_of_errno(error), clock_ns());
		else
			connected(g, c);
		return;
	}
	if ((events & ~(uint32_t)EPOLLOUT) != 0)
		receive(g, c);
	if ((events & EPOLLOUT) != 0 && c->fd != -1 &&
	    c->state != CONNECTION_CLOSING && c->queue.unsent > 0)
		traffic_send(g, c, clock_ns());
}

void
traffic_connect(struct group *g, struct connection *c)
{
	const struct plan *plan = g->plan;
	const struct origin *from = plan->origins > 0 ?
	    &plan->origin[c->index % plan->origins] :
	    NULL;
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT,
		.data.ptr = c };
	int64_t now = clock_ns();
	bool at_once = false;
	enum fault fault = connection_connect(c, &plan->peer, from,
	    plan->opt->nagle,
	    atomic_fetch_add_explicit(&g->load->streams, 1,
		memory_order_relaxed),
	    now, &at_once);

	if (fault == FAULT_NONE) {
		g->sockets++;
		c->polled_out = true;
		if (epoll_ctl(g->epoll, EPOLL_CTL_ADD, c->fd, &event) == -1)
			fault = FAULT_LOCAL;
	} else {
		/* So that loss_handle counts a handshake that has failed. */
		c->state = CONNECTION_CONNECTING;
	}
	if (fault != FAULT_NONE)
		loss_handle(g, c, fault, now);
	else if (at_once)
		traffic_event(g, c, EPOLLOUT);
}
