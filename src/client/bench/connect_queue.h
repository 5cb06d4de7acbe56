/* SPDX-License-Identifier: ISC */
/*
 * connect_queue: the queue of flows that have to connect.  Not more at a time and
 * not faster than was asked for: a server whose queue overflows drops handshakes,
 * and the second they take then would be blamed on it.
 */
#ifndef ECHOC_CONNECT_QUEUE_H
#define ECHOC_CONNECT_QUEUE_H

#include <stdint.h>

struct connection;
struct thread;

/* Let a flow that is down wait for its turn. */
void connect_queue_add(struct thread *, struct connection *);

/*
 * The flow that may begin now; NULL when none waits or may.  Who waits for a
 * place that another thread has finds it free when it looks again.
 */
struct connection *connect_queue_take(struct thread *, int64_t now);

/* The first flow that waits, without a handshake; NULL when none does. */
struct connection *connect_queue_forget(struct thread *);

/* When the next may begin, if only the rate holds it back; else INT64_MAX. */
int64_t connect_queue_next(const struct thread *);

/* One has come to its end, well or not. */
void connect_queue_over(struct thread *);

#endif
