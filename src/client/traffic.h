/* SPDX-License-Identifier: ISC */
/*
 * traffic: what happens on the connections of a loop: messages go, echoes
 * come, connections break; each of it counted once.  Whose turn it is and when
 * the phases change is the loop's.
 */
#ifndef ECHOC_TRAFFIC_H
#define ECHOC_TRAFFIC_H

#include <stdint.h>

#include "client/fault.h"

struct flow;
struct loop;
struct message;
struct tally;

/* What epoll(7) says of a flow. */
void traffic_event(struct loop *, struct flow *, uint32_t events);

/* Closed loop: give each flow its first messages. */
void traffic_prime(struct loop *, int64_t now);

/*
 * Open loop: send what is due.  At the end, what was due and could not be sent
 * any more is counted.
 */
void traffic_send_due(struct loop *, int64_t now);
void traffic_skip_due(struct loop *);

/*
 * A connection is lost, or was not made.  What was under way is counted as
 * lost by that fault; the flow will connect again if the phase lets it.
 */
void traffic_broken(struct loop *, struct flow *, enum fault, int64_t now);

/* Begin the handshake of a flow that handshake_take has given. */
void traffic_connect(struct loop *, struct flow *);

/* A message of the window, or one of those before it. */
struct tally *traffic_tally(struct loop *, const struct message *);

#endif
