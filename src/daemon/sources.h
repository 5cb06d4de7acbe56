/* SPDX-License-Identifier: ISC */
/*
 * sources: how many connections each client network has, and how fast new ones
 * come, in memory that all workers share.
 *
 * Nobody waits for anybody: a worker may be frozen or killed between any two
 * instructions, and the count is exact once the master has reaped it.  For that
 * each worker announces a step before it takes it, and a count names the step
 * that changed it last; so it can be told of each step whether it was taken.
 *
 * A network is known by 37 bits of a keyed hash.  Two that share them are
 * counted as one, which no client can bring about without the key.  The table
 * has sets of 16 networks; when a set is full, a connection is not counted.
 */
#ifndef ECHOD_SOURCES_H
#define ECHOD_SOURCES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct addr;
struct errbuf;

enum {
	SOURCES_SETS = 8192,
	SOURCES_WAYS = 16, /* of a set: two cache lines */
};

/* All but the key is shared, and hearsay. */
struct sources {
	uint64_t key[2];
	unsigned capacity;	 /* workers */
	_Atomic uint64_t *step;	 /* of each worker: its last */
	_Atomic uint64_t *count; /* connections, by set and way */
	_Atomic uint64_t *due;	 /* the rate, by set and way */
	_Atomic uint64_t *uncounted;
};

/*
 * A mapping for so many workers, 65534 at most; pages never used cost nothing.
 * -1 with the reason in err.
 */
int sources_create(struct sources *, unsigned capacity, struct errbuf *);

/* The network of an address, whose prefix has so many bits. */
uint64_t sources_network(const struct sources *, const struct addr *,
    unsigned bits4, unsigned bits6);

/*
 * This worker, which has no connection, is to get one of the network.  False:
 * the network has `max` (1 to 20000) or more.  Else the worker calls
 * sources_leave() when the connection is over; if it dies, the master calls
 * sources_reaped().
 */
bool sources_enter(struct sources *, unsigned worker, uint64_t network,
    unsigned max);
void sources_leave(struct sources *, unsigned worker);
void sources_reaped(struct sources *, unsigned worker);

/* How many connections the network has now. */
unsigned sources_count(const struct sources *, uint64_t network);

/*
 * Whether a new connection of the network is within `rate` (1 to 10000) a
 * second, and as many at once; one that is not leaves no trace.
 */
bool sources_arrive(struct sources *, uint64_t network, unsigned rate,
    int64_t now_us);

/* How many connections found their set full. */
uint64_t sources_uncounted(const struct sources *);

#endif
