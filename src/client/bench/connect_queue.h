/* SPDX-License-Identifier: ISC */
/*
 * handshake: the queue of flows that have to connect.  Not more at a time and
 * not faster than was asked for: a server whose queue overflows drops handshakes,
 * and the second they take then would be blamed on it.
 */
#ifndef ECHOC_HANDSHAKE_H
#define ECHOC_HANDSHAKE_H

#include <stdint.h>

struct flow;
struct loop;

/* Let a flow that is down wait for its turn. */
void handshake_queue(struct loop *, struct flow *);

/*
 * The flow that may begin now; NULL when none waits or may.  Who waits for a
 * place that another thread has finds it free when it looks again.
 */
struct flow *handshake_take(struct loop *, int64_t now);

/* The first flow that waits, without a handshake; NULL when none does. */
struct flow *handshake_forget(struct loop *);

/* When the next may begin, if only the rate holds it back; else INT64_MAX. */
int64_t handshake_next(const struct loop *);

/* One has come to its end, well or not. */
void handshake_over(struct loop *);

#endif
