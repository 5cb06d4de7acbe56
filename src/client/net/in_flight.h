/* SPDX-License-Identifier: ISC */
/*
 * in_flight: the in-flight queue: the messages of one connection, oldest first;
 * those that have begun (sent their first byte) stand before those that wait.
 */
#ifndef ECHOC_IN_FLIGHT_H
#define ECHOC_IN_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most messages of a queue: what socket buffers can hold. */
enum { IN_FLIGHT_MAX = 1 << 17 };

struct message {
	int64_t due, sent; /* clock_ns(); sent: 0 until its first byte goes */
	uint64_t number;   /* for the owner of the queue */
	int64_t late_ns;   /* how late this client was with it */
	uint32_t size;	   /* in bytes */
	uint8_t part;	   /* of a load, in which it counts */
};

/* Begins as all zeros. */
struct in_flight {
	struct message *ring; /* the capacity is a power of two */
	unsigned capacity, head;
	unsigned count;
	unsigned begun;	   /* of these, how many have sent their first byte */
	uint32_t partly;   /* bytes of the last begun one that have gone */
	uint64_t unsent;   /* bytes that wait to be sent */
	uint64_t unechoed; /* bytes sent that have not come back */
	uint64_t matched;  /* bytes that came back for messages still here */
};

/* Add a message at the end.  False: there is no room or no memory for it. */
bool in_flight_put(struct in_flight *, const struct message *);

/* The nth message, which must exist; 0 is the oldest. */
static inline struct message *
in_flight_nth(const struct in_flight *q, unsigned n)
{
	return &q->ring[(q->head + n) & (q->capacity - 1)];
}

/* The same; NULL when there are not so many. */
static inline struct message *
in_flight_at(const struct in_flight *q, unsigned n)
{
	return n < q->count ? in_flight_nth(q, n) : NULL;
}

/* The next `bytes` have gone at `now`; returns how many messages begin. */
unsigned in_flight_sent(struct in_flight *, size_t bytes, int64_t now);

/* The next `bytes` came back, at most `unechoed`. */
static inline void
in_flight_echoed(struct in_flight *q, size_t bytes)
{
	q->unechoed -= bytes;
	q->matched += bytes;
}

/* Take away the oldest message, which must exist. */
static inline void
in_flight_pop(struct in_flight *q, struct message *m)
{
	*m = *in_flight_nth(q, 0);
	q->head = (q->head + 1) & (q->capacity - 1);
	q->count--;
}

/* Take away the oldest message if its echo is complete; false otherwise. */
static inline bool
in_flight_take(struct in_flight *q, struct message *m)
{
	if (q->begun == 0 || q->matched < in_flight_nth(q, 0)->size)
		return false;
	in_flight_pop(q, m);
	q->begun--;
	q->matched -= m->size;
	return true;
}

/* Take away the oldest that has begun, as the connection is gone; or false. */
bool in_flight_lose(struct in_flight *, struct message *);

/* Take away the oldest message if none has begun; false otherwise. */
bool in_flight_skip(struct in_flight *, struct message *);

/* Take away all messages that wait; returns how many there were. */
unsigned in_flight_drop(struct in_flight *);

void in_flight_free(struct in_flight *);

#endif
