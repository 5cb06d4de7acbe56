/* SPDX-License-Identifier: ISC */
/*
 * traffic: what connections that work do: connect, send and receive.
 */
#ifndef ECHOC_TRAFFIC_H
#define ECHOC_TRAFFIC_H

#include <stdint.h>

struct connection;
struct group;

/* Begin the handshake of a connection that connect_queue_take has given. */
void traffic_connect(struct group *, struct connection *);

/* Handle the events that epoll(7) reports for a connection. */
void traffic_event(struct group *, struct connection *, uint32_t events);

/* Send what waits and may go, counting the messages that begin. */
void traffic_send(struct group *, struct connection *, int64_t now);

/* Let the pace send on a connection, or close it when it has served enough. */
void traffic_continue(struct group *, struct connection *, int64_t now);

#endif
