/* SPDX-License-Identifier: ISC */
#include "client/net/in_flight.h"

#include <stdlib.h>

static bool
grow(struct in_flight *q)
{
	unsigned capacity = q->capacity > 0 ? q->capacity * 2 : 1;
	struct message *ring;

	if (capacity > IN_FLIGHT_MAX)
		return false;
	ring = malloc(capacity * sizeof(*ring));
	if (ring == NULL)
		return false;
	for (unsigned i = 0; i < q->count; i++)
		ring[i] = *in_flight_nth(q, i);
	free(q->ring);
	q->ring = ring;
	q->capacity = capacity;
	q->head = 0;
	return true;
}

bool
in_flight_put(struct in_flight *q, const struct message *m)
{
	if (q->count == q->capacity && !grow(q))
		return false;
	*in_flight_nth(q, q->count++) = *m;
	q->unsent += m->size;
	return true;
}

unsigned
in_flight_sent(struct in_flight *q, size_t bytes, int64_t now)
{
	unsigned before = q->begun;

	q->unsent -= bytes;
	q->unechoed += bytes;
	while (bytes > 0) {
		struct message *m;
		size_t rest;

		if (q->begun == 0 ||
		    q->partly == in_flight_nth(q, q->begun - 1)->size) {
			in_flight_nth(q, q->begun++)->sent = now;
			q->partly = 0;
		}
		m = in_flight_nth(q, q->begun - 1);
		rest = m->size - q->partly;
		if (rest > bytes)
			rest = bytes;
		q->partly += (uint32_t)rest;
		bytes -= rest;
	}
	return q->begun - before;
}

bool
in_flight_lose(struct in_flight *q, struct message *m)
{
	if (q->begun == 0)
		return false;
	in_flight_pop(q, m);
	if (--q->begun == 0) {
		q->unsent -= m->size - q->partly;
		q->partly = 0;
		q->unechoed = q->matched = 0;
	}
	return true;
}

bool
in_flight_skip(struct in_flight *q, struct message *m)
{
	if (q->begun > 0 || q->count == 0)
		return false;
	in_flight_pop(q, m);
	q->unsent -= m->size;
	return true;
}

unsigned
in_flight_drop(struct in_flight *q)
{
	unsigned dropped = q->count - q->begun;

	q->count = q->begun;
	q->unsent = q->begun > 0 ?
	    in_flight_nth(q, q->begun - 1)->size - q->partly :
	    0;
	return dropped;
}

void
in_flight_free(struct in_flight *q)
{
	free(q->ring);
	*q = (struct in_flight){ 0 };
}
