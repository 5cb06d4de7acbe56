/* SPDX-License-Identifier: ISC */
/*
 * sources: counts how many connections each client network has, and how fast
 * new ones come, in memory that all workers share.
 *
 * Nobody waits for anybody: a worker may be frozen or killed between any two
 * instructions, and the count is exact once the master has reaped it.  To that
 * end each worker announces a step before it takes it, and each count names the
 * step that has changed it last.  So it is always known whether an announced
 * step was taken.
 *
 * A network is known by 37 bits of a keyed hash.  Two networks with the same
 * bits are counted as one; a client cannot find such a network without the key.
 * The table has sets of 16 networks; when a set is full, a connection is not
 * counted.
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

/* All but the key is shared memory, which a worker can fill with anything. */
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

/*
 * The number of the network that an address belongs to, for prefixes of so many
 * bits.
 */
uint64_t sources_network(const struct sources *, const struct addr *,
    unsigned bits4, unsigned bits6);

/*
 * Count a new connection of the network for a worker that has no other.  False:
 * the network has `max` (1 to 20000) connections already.  Otherwise the worker
 * calls sources_leave() when the connection is over; if it dies, the master
 * calls sources_reaped().
 */
bool sources_enter(struct sources *, unsigned worker, uint64_t network,
    unsigned max);
void sources_leave(struct sources *, unsigned worker);
void sources_reaped(struct sources *, unsigned worker);

/* How many connections the network has now. */
unsigned sources_count(const struct sources *, uint64_t network);

/*
 * Whether a new connection of the network is within its rate: `rate` (1 to
 * 10000) a second, and as many at once after a pause.  A connection beyond that
 * is not counted.
 */
bool sources_arrive(struct sources *, uint64_t network, unsigned rate,
    int64_t now_us);

/* How many connections were not counted because their set was full. */
uint64_t sources_uncounted(const struct sources *);

#endif
