/* SPDX-License-Identifier: ISC */
/*
 * scoreboard: shared memory in which each worker writes its own slot and the
 * master reads all of them.
 *
 * What the master reads here is hearsay: it may size the pool and fill a
 * report, but is never used as an index or a pid.  No pointer is ever stored
 * in it.  Beside the slots there is one bit a worker that says "idle"; a
 * count of those bits is exact whatever happens to a worker, because the
 * master clears the bit of a dead one.  (A shared counter would drift with
 * each worker killed between two instructions.)
 */
#ifndef ECHOD_SCOREBOARD_H
#define ECHOD_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

/* In the order of a worker's life; all above STARTING means: was ready. */
enum slot_state {
	SLOT_FREE,
	SLOT_STARTING,
	SLOT_IDLE,
	SLOT_BUSY,
	SLOT_LEAVING, /* looks at its listeners once more, and goes */
	SLOT_STATES,
};

/* The master's until the fork and after the reap, in between its worker's. */
struct slot {
	_Alignas(64) _Atomic uint32_t state;
	_Atomic uint32_t connections; /* served by this worker */
	_Atomic int64_t since_ms;     /* of this state, clock_ms() */
	_Atomic uint64_t bytes_in;
	_Atomic uint64_t bytes_out;
	_Atomic uint64_t peer[3]; /* packed; only to be shown */
};
_Static_assert(sizeof(struct slot) == 64, "one slot, one cache line");

enum { SCOREBOARD_WHY = 256 };

/* By rule written by the master alone, and read by the workers; but for why. */
struct board_head {
	_Alignas(64) _Atomic uint32_t wake_below; /* see policy.h */
	_Atomic uint32_t wake_above;
	_Atomic uint32_t words; /* of the idle bits in use */
	/* Of the workers that could not start, the reason of the first. */
	_Atomic uint32_t why_state;
	char why[SCOREBOARD_WHY];
};

struct scoreboard {
	struct board_head *head;
	_Atomic uint64_t *idle; /* one bit a slot */
	struct slot *slots;
	unsigned capacity; /* slots */
};

/* A mapping for `capacity` slots; pages never used cost nothing. */
int scoreboard_create(struct scoreboard *, unsigned capacity, struct errbuf *);

/* The master's steps around a worker's life. */
void scoreboard_claim(struct scoreboard *, unsigned slot, int64_t now_ms);
void scoreboard_release(struct scoreboard *, unsigned slot);

/* The master told this worker to leave: it counts as idle no more. */
void scoreboard_discount(struct scoreboard *, unsigned slot);

/*
 * The thresholds at which a worker rings.  A worker writes its bit first and
 * reads these second, the master the other way round, so one of the two sees
 * the other's step.
 */
void scoreboard_thresholds(struct scoreboard *, unsigned below, unsigned above);

/*
 * The worker's steps.  idle and busy return true when the master is to be
 * woken, because too few or too many workers are idle now.
 */
bool scoreboard_idle(struct scoreboard *, unsigned slot, int64_t now_ms);
bool scoreboard_busy(struct scoreboard *, unsigned slot,
    const struct addr *peer, int64_t now_ms);
void scoreboard_leaving(struct scoreboard *, unsigned slot, int64_t now_ms);
void scoreboard_add(struct slot *, uint64_t in, uint64_t out);

/*
 * Why a worker cannot start, and taking that: false when there is nothing, or
 * not all of it.  It is text of a worker, to be cleaned before it is shown.
 */
void scoreboard_complain(struct scoreboard *, const char *why);
bool scoreboard_take_why(struct scoreboard *, char why[SCOREBOARD_WHY]);

enum slot_state scoreboard_state(const struct scoreboard *, unsigned slot);
unsigned scoreboard_idle_count(const struct scoreboard *);
void scoreboard_peer(const struct slot *, struct addr *);

#endif
