/* SPDX-License-Identifier: ISC */
/*
 * traffic: what happens on the connections of a loop that work: messages go
 * and echoes come, each counted once.  Whose turn it is and when the phases
 * change is the loop's; what breaks is that of loss.
 */
#ifndef ECHOC_TRAFFIC_H
#define ECHOC_TRAFFIC_H

#include <stdint.h>

struct flow;
struct loop;

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

/* Nothing more will be sent on this connection; the server is to close it. */
void traffic_finish(struct loop *, struct flow *, int64_t now);

/* Begin the handshake of a flow that handshake_take has given. */
void traffic_connect(struct loop *, struct flow *);

#endif
