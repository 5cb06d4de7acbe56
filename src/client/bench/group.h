/* SPDX-License-Identifier: ISC */
/*
 * group: the connections of one thread and what they have in common.
 */
#ifndef ECHOC_GROUP_H
#define ECHOC_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "client/bench/connect_queue.h"
#include "client/bench/connection.h"
#include "client/bench/counts.h"
#include "client/bench/load.h"
#include "client/bench/schedule.h"

struct message_log;
struct pace;

enum phase {
	PHASE_CONNECT, /* until each connection is made or has failed */
	PHASE_READY,   /* until that is so in the other threads */
	PHASE_LOAD,
	PHASE_DRAIN, /* nothing new is sent; echoes may come */
	PHASE_CLOSE, /* the server may close its side */
	PHASE_OVER,
};

struct group {
	const struct plan *plan;
	struct load *load;
	struct counts *counts;
	const struct pace *pace;
	struct message_log *log; /* NULL: none */
	enum phase phase;
	int64_t window_at,
	    end_at; /* of the load, read again in each iteration */
	int epoll;
	struct connection *connections;
	unsigned connection_count;
	struct connection **usable; /* what was made before the load */
	unsigned usable_count;
	unsigned next_usable; /* of an open loop, counted on */
	unsigned place; /* of this thread, among the threads that can send */
	struct connect_queue queue;
	struct schedule schedule; /* when messages of an open loop are due */
	uint64_t size_state;	  /* of the random sizes */
	uint64_t in_flight;	  /* messages in all queues */
	unsigned unready; /* connections that are neither made nor failed */
	unsigned sockets;
	int64_t last_open; /* when a connection could last be used, in a load */
	bool refused;	   /* the last connection could not be made */
	unsigned char *buffer; /* for what is received */
};

/*
 * Take memory and descriptors for the connections, numbered from `first`, and
 * queue all.  The caller sets load, pace, counts, connection_count and log
 * before.  Returns -1 with errno; group_free is to be called also then.
 */
int group_init(struct group *, uint32_t first, uint64_t seed);
void group_free(struct group *);

/* Whether an instant lies in the window. */
static inline bool
group_in_window(const struct group *g, int64_t now)
{
	return now >= g->window_at && now < g->end_at;
}

/* Let epoll watch a socket for room while something waits to be sent. */
void group_watch(struct group *, struct connection *);

/* A message of the next size. */
struct message group_message(struct group *, int64_t due, enum part);

/* Queue a message.  False: no memory; the message is counted as not sent. */
bool group_put(struct group *, struct connection *, const struct message *);

/* Nothing more will be sent on this socket; the server is to close it. */
void group_finish(struct group *, struct connection *, int64_t now);

#endif
