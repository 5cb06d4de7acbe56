/* SPDX-License-Identifier: ISC */
/*
 * connect_queue: the connections of a thread that wait to connect, and when
 * one may.  It limits how many handshakes there are at a time and how fast they
 * follow each other: a server whose backlog overflows drops handshakes, and
 * the result would blame it for the second that the kernel then waits.
 *
 * The schedule of --connect-rate is one for all threads, in struct load: their
 * handshakes never coincide, no thread wakes another, and lost connections come
 * back at the same rate.
 */
#ifndef ECHOC_CONNECT_QUEUE_H
#define ECHOC_CONNECT_QUEUE_H

#include <stdint.h>

struct connection;
struct load;

struct connect_queue {
	struct load *load;
	struct connection *first, **last;
	int64_t slot; /* of the next handshake, by --connect-rate; 0: none */
};

void connect_queue_init(struct connect_queue *, struct load *);

/* Add a connection that is down, unless it is in the queue. */
void connect_queue_add(struct connect_queue *, struct connection *);

/* The next to begin, or NULL; connect_queue_over ends its handshake. */
struct connection *connect_queue_take(struct connect_queue *, int64_t now);
void connect_queue_over(struct connect_queue *);

/* Remove the first one, which will not connect; NULL when none waits. */
struct connection *connect_queue_remove(struct connect_queue *);

/* When the next may begin, if only the rate delays it; else INT64_MAX. */
int64_t connect_queue_next(const struct connect_queue *);

#endif
