/* SPDX-License-Identifier: ISC */
/*
 * traffic: what happens on the connections of a loop that work: messages go
 * and echoes come, each counted once.  Whose turn it is and when the phases
 * change is the loop's; what breaks is that of loss.
 */
#ifndef ECHOC_TRAFFIC_H
#define ECHOC_TRAFFIC_H

#include <stdint.h>

struct connection;
struct thread;

/* What epoll(7) says of a flow. */
void traffic_event(struct thread *, struct connection *, uint32_t events);

/* Closed loop: give each flow its first messages. */
void traffic_prime(struct thread *, int64_t now);

/*
 * Open loop: send what is due.  At the end, what was due and could not be sent
 * any more is counted.
 */
void traffic_send_due(struct thread *, int64_t now);
void traffic_skip_due(struct thread *);

/* Nothing more will be sent on this connection; the server is to close it. */
void traffic_finish(struct thread *, struct connection *, int64_t now);

/* Begin the handshake of a flow that connect_queue_take has given. */
void traffic_connect(struct thread *, struct connection *);

#endif
