/* SPDX-License-Identifier: ISC */
/*
 * connection: one connection of a load: the messages that wait on it, went and have
 * to come back, and whether each byte is the right one.  Never decides when
 * a message is due, and counts nothing.
 */
#ifndef ECHOC_CONNECTION_H
#define ECHOC_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/core/fault.h"

struct addr;
struct mismatch;
struct origin;

/* So many messages fit, under way and waiting: what socket buffers can hold. */
enum { CONNECTION_MESSAGES = 1 << 17 };

/* Of the buffer for connection_receive; it is a thread's, not a flow's. */
enum { CONNECTION_BUFFER = 65536 };

enum connection_state {
	CONNECTION_DOWN,       /* no socket */
	CONNECTION_CONNECTING, /* the handshake is under way */
	CONNECTION_GREETING,   /* its first exchange is */
	CONNECTION_OPEN,
	CONNECTION_CLOSING, /* we have said all; the server has not */
};

struct message {
	int64_t due, sent; /* clock_ns(); sent: 0 until its first byte goes */
	uint32_t size;
	bool measured; /* it belongs to the window */
};

struct connection {
	int fd; /* -1 when CONNECTION_DOWN */
	enum connection_state state;
	bool polled_out;      /* its socket is watched for room */
	bool gone;	      /* it will not come back */
	uint8_t failures;     /* one after the other, without an echo */
	uint32_t index;	      /* among all flows */
	uint32_t most;	      /* messages for a connection; 0: any number */
	uint32_t served;      /* of these, how many have begun */
	uint32_t tx, rx;      /* positions in the pattern */
	uint64_t stream;      /* the number of its pattern */
	uint64_t offset;      /* bytes that came back */
	uint64_t unechoed;    /* bytes sent that have not come back */
	uint64_t unsent;      /* bytes that wait to be sent */
	int64_t since;	      /* of the state */
	struct message *ring; /* oldest first; the capacity is a power of two */
	unsigned capacity, head, count;
	unsigned begun;	  /* of these, how many have sent their first byte */
	uint32_t partly;  /* bytes of the last begun one that have gone */
	uint64_t matched; /* bytes that came back and no message has had */
	struct connection *next; /* in the queue for a handshake; the loop's */
	bool queued;
};

/* Each of its connections will carry `most` messages; 0: any number. */
void connection_init(struct connection *, uint32_t index, uint32_t most);

/*
 * Begin to connect, as the stream of that number.  Messages that waited stay
 * and will be sent.  Returns what went wrong at once, else FAULT_NONE.
 */
enum fault connection_connect(struct connection *, const struct addr *,
    const struct origin *, bool nagle, uint64_t stream, int64_t now,
    bool *connected);

/* Add a message.  False: there is no room for it. */
bool connection_put(struct connection *, int64_t due, uint32_t size,
    bool measured);

/* How many of the bytes that wait may be sent on this connection. */
uint64_t connection_sendable(const struct connection *);

/* Whether no more messages than it has may go on this connection. */
bool connection_is_used_up(const struct connection *);

/* Forget what has gone on this connection: it was not what it is for. */
void connection_renew(struct connection *);

/*
 * Send what may be sent, as far as there is room.  `now` is a reading of the clock
 * that is as late as it can be.
 */
enum fault connection_send(struct connection *, int64_t now);

/*
 * Receive once, and compare.  *n is how many bytes came, at most CONNECTION_BUFFER.
 * FAULT_ENDED: the server has closed.  FAULT_MISMATCH: noted; the bytes before
 * it count.
 */
enum fault connection_receive(struct connection *, unsigned char *buffer,
    bool verify, ssize_t *n, struct mismatch *);

/* The oldest message, if its echo is complete; it is taken away. */
bool connection_take(struct connection *, struct message *);

/* The nth of those that are under way or wait, 0 is the oldest; or NULL. */
struct message *connection_message(const struct connection *, unsigned n);

/*
 * Take away the oldest message that has begun, after the connection is gone;
 * false when there is none.  Those that have not begun stay.
 */
bool connection_forfeit(struct connection *, struct message *);

/*
 * Take away the oldest message when it has not begun, and with it none has;
 * false otherwise.
 */
bool connection_skip(struct connection *, struct message *);

/* Take away those that have not begun; returns how many they were. */
unsigned connection_drop(struct connection *);

/* Say that nothing more will be sent. */
void connection_finish(struct connection *, int64_t now);

/* Close the socket; with `reset` at once and without TIME_WAIT. */
void connection_close(struct connection *, bool reset, int64_t now);

void connection_free(struct connection *);

#endif
