/* SPDX-License-Identifier: ISC */
/*
 * flow: one connection of a load: the messages that wait on it, went and have
 * to come back, and whether each byte is the right one.  Never decides when
 * a message is due, and counts nothing.
 */
#ifndef ECHOC_FLOW_H
#define ECHOC_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/core/fault.h"

struct addr;
struct mismatch;
struct origin;

/* So many messages fit, under way and waiting: what socket buffers can hold. */
enum { FLOW_MESSAGES = 1 << 17 };

/* Of the buffer for flow_receive; it is a thread's, not a flow's. */
enum { FLOW_BUFFER = 65536 };

enum flow_state {
	FLOW_DOWN,	 /* no socket */
	FLOW_CONNECTING, /* the handshake is under way */
	FLOW_GREETING,	 /* its first exchange is */
	FLOW_OPEN,
	FLOW_CLOSING, /* we have said all; the server has not */
};

struct message {
	int64_t due, sent; /* clock_ns(); sent: 0 until its first byte goes */
	uint32_t size;
	bool measured; /* it belongs to the window */
};

struct flow {
	int fd; /* -1 when FLOW_DOWN */
	enum flow_state state;
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
	unsigned begun;	   /* of these, how many have sent their first byte */
	uint32_t partly;   /* bytes of the last begun one that have gone */
	uint64_t matched;  /* bytes that came back and no message has had */
	struct flow *next; /* in the queue for a handshake; the loop's */
	bool queued;
};

/* Each of its connections will carry `most` messages; 0: any number. */
void flow_init(struct flow *, uint32_t index, uint32_t most);

/*
 * Begin to connect, as the stream of that number.  Messages that waited stay
 * and will be sent.  Returns what went wrong at once, else FAULT_NONE.
 */
enum fault flow_connect(struct flow *, const struct addr *,
    const struct origin *, bool nagle, uint64_t stream, int64_t now,
    bool *connected);

/* Add a message.  False: there is no room for it. */
bool flow_put(struct flow *, int64_t due, uint32_t size, bool measured);

/* How many of the bytes that wait may be sent on this connection. */
uint64_t flow_sendable(const struct flow *);

/* Whether no more messages than it has may go on this connection. */
bool flow_is_used_up(const struct flow *);

/* Forget what has gone on this connection: it was not what it is for. */
void flow_renew(struct flow *);

/*
 * Send what may be sent, as far as there is room.  `now` is a reading of the clock
 * that is as late as it can be.
 */
enum fault flow_send(struct flow *, int64_t now);

/*
 * Receive once, and compare.  *n is how many bytes came, at most FLOW_BUFFER.
 * FAULT_ENDED: the server has closed.  FAULT_MISMATCH: noted; the bytes before
 * it count.
 */
enum fault flow_receive(struct flow *, unsigned char *buffer, bool verify,
    ssize_t *n, struct mismatch *);

/* The oldest message, if its echo is complete; it is taken away. */
bool flow_take(struct flow *, struct message *);

/* The nth of those that are under way or wait, 0 is the oldest; or NULL. */
struct message *flow_message(const struct flow *, unsigned n);

/*
 * Take away the oldest message that has begun, after the connection is gone;
 * false when there is none.  Those that have not begun stay.
 */
bool flow_forfeit(struct flow *, struct message *);

/*
 * Take away the oldest message when it has not begun, and with it none has;
 * false otherwise.
 */
bool flow_skip(struct flow *, struct message *);

/* Take away those that have not begun; returns how many they were. */
unsigned flow_drop(struct flow *);

/* Say that nothing more will be sent. */
void flow_finish(struct flow *, int64_t now);

/* Close the socket; with `reset` at once and without TIME_WAIT. */
void flow_close(struct flow *, bool reset, int64_t now);

void flow_free(struct flow *);

#endif
