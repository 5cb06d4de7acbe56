/* SPDX-License-Identifier: ISC */
#include "client/bench/group.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

int
group_init(struct group *g, uint32_t first, uint64_t seed)
{
	const struct options *opt = g->load->plan->opt;

	g->plan = g->load->plan;
	g->phase = PHASE_CONNECT;
	g->size_state = seed;
	g->connections = calloc(g->connection_count, sizeof(*g->connections));
	g->usable = calloc(g->connection_count, sizeof(struct connection *));
	g->buffer = malloc(CONNECTION_BUFFER);
	g->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (g->connections == NULL || g->usable == NULL || g->buffer == NULL ||
	    g->epoll == -1)
		return -1;
	connect_queue_init(&g->queue, g->load);
	for (unsigned i = 0; i < g->connection_count; i++) {
		connection_init(&g->connections[i], first + i,
		    (uint32_t)opt->reconnect);
		connect_queue_add(&g->queue, &g->connections[i]);
	}
	g->unready = g->connection_count;
	g->counts->connects.wanted = g->connection_count;
	return 0;
}

void
group_free(struct group *g)
{
	for (unsigned i = 0; g->connections != NULL && i < g->connection_count;
	     i++)
		in_flight_free(&g->connections[i].queue);
	free(g->connections);
	free(g->usable);
	free(g->buffer);
	free(g->log);
	if (g->epoll > 0)
		close(g->epoll);
	memset(g, 0, sizeof(*g));
}

void
group_watch(struct group *g, struct connection *c)
{
	bool wants = c->state != CONNECTION_CLOSING &&
	    connection_sendable(c) > 0;
	struct epoll_event event = { .events = wants ? EPOLLIN | EPOLLOUT :
						       EPOLLIN,
		.data.ptr = c };

	if (wants == c->polled_out)
		return;
	c->polled_out = wants;
	epoll_ctl(g->epoll, EPOLL_CTL_MOD, c->fd, &event);
}

struct message
group_message(struct group *g, int64_t due, enum part part)
{
	return (struct message){ .due = due,
		.size = sizes_next(&g->plan->opt->sizes, &g->size_state),
		.part = (uint8_t)part };
}

bool
group_put(struct group *g, struct connection *c, const struct message *m)
{
	if (!in_flight_put(&c->queue, m)) {
		counts_not_sent(g->counts, m, m->due);
		return false;
	}
	g->in_flight++;
	return true;
}

void
group_finish(struct group *g, struct connection *c, int64_t now)
{
	connection_finish(c, now);
	group_watch(g, c);
}
