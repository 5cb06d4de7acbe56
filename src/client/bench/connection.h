/* SPDX-License-Identifier: ISC */
/*
 * connection: one connection of a load, its in-flight queue and the comparison
 * of each byte that comes back.  It counts nothing.
 */
#ifndef ECHOC_CONNECTION_H
#define ECHOC_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/core/fault.h"
#include "client/net/in_flight.h"

struct addr;
struct mismatch;
struct origin;

/* Bytes of the buffer for connection_receive, which a thread shares. */
enum { CONNECTION_BUFFER = 65536 };

enum connection_state {
	CONNECTION_DOWN,       /* no socket */
	CONNECTION_CONNECTING, /* the TCP handshake is not over */
	CONNECTION_TRIAL,      /* the echo of its trial message is awaited */
	CONNECTION_OPEN,
	CONNECTION_CLOSING, /* we have shut down; the server has not */
};

struct connection {
	int fd; /* -1 when CONNECTION_DOWN */
	enum connection_state state;
	bool polled_out;   /* epoll watches its socket for room */
	bool made;	   /* its trial message came back, before the load */
	bool gone;	   /* it could not be made, and will not be */
	uint8_t failures;  /* one after the other, without an echo */
	uint32_t index;	   /* among all connections of the load */
	uint32_t most;	   /* messages until it reconnects; 0: any number */
	uint32_t served;   /* of these, how many have begun */
	uint32_t tx, rx;   /* positions in the pattern */
	uint64_t received; /* bytes that came back on this socket */
	int64_t since;	   /* when it entered the state, clock_ns() */
	struct in_flight queue;
	struct connection *next; /* in the connect queue */
	bool queued;
};

/* Each socket of it will carry `most` messages; 0: any number. */
void connection_init(struct connection *, uint32_t index, uint32_t most);

/* Begin to connect; the bytes are those of the pattern number `stream`. */
enum fault connection_connect(struct connection *, const struct addr *,
    const struct origin *, bool nagle, uint64_t stream, int64_t now,
    bool *connected);

/* How many of the bytes that wait may be sent before the reconnect. */
uint64_t connection_sendable(const struct connection *);

/* Whether a further message would have to wait for the reconnect. */
bool connection_is_used_up(const struct connection *);

/* Send what may be sent and has room; `now` must be fresh. */
enum fault connection_send(struct connection *, int64_t now);

/*
 * Receive *n bytes at most once and compare them if `verify`.  FAULT_ENDED: the
 * server has closed.  FAULT_MISMATCH: the bytes before the difference count.
 */
enum fault connection_receive(struct connection *, unsigned char *buffer,
    bool verify, ssize_t *n, struct mismatch *);

/* Shut down the sending side. */
void connection_finish(struct connection *, int64_t now);

/* Close the socket; with `reset` at once and without TIME_WAIT. */
void connection_close(struct connection *, bool reset, int64_t now);

#endif
