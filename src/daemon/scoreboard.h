/* SPDX-License-Identifier: ISC */
/*
 * scoreboard: shared memory in which each worker writes its own slot and the
 * master reads all of them.
 *
 * The master does not trust what it reads here, and never uses it as an index
 * or a pid.  Each worker has an idle bit beside its slot; the master decides
 * which bits count.  A shared counter of idle workers would go wrong with each
 * worker that is killed between two instructions.
 *
 * What only the master writes is in a mapping of its own, which its children
 * can read but not write.
 */
#ifndef ECHOD_SCOREBOARD_H
#define ECHOD_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

/*
 * In the order of a worker's life: a worker in a later state than STARTING was
 * ready.
 */
enum slot_state {
	SLOT_FREE,
	SLOT_STARTING,
	SLOT_IDLE,
	SLOT_PAUSED, /* idle, but accept has failed: it tries again soon */
	SLOT_BUSY,
	SLOT_LEAVING, /* looks at its listeners once more, then exits */
	SLOT_STATES,
};

/* Written by its worker from fork to exit, else by the master. */
struct slot {
	_Alignas(64) _Atomic uint32_t state;
	_Atomic uint32_t connections; /* served by this worker */
	_Atomic int64_t since_ms;     /* of this state, clock_ms() */
	_Atomic uint64_t bytes_in;
	_Atomic uint64_t bytes_out;
	struct addr peer; /* for reports alone: may be half written */
};
_Static_assert(sizeof(struct slot) == 64, "one slot, one cache line");

enum { SCOREBOARD_WHY = 256 };

/* Written by the master alone. */
struct board_head {
	_Alignas(64) _Atomic uint32_t wake_below; /* see policy.h */
	_Atomic uint32_t wake_above;
	_Atomic uint32_t words;	   /* of `counts` that are in use */
	_Atomic uint64_t counts[]; /* one bit a slot: its idle bit counts */
};

/* Written by workers and the master. */
struct board_talk {
	/* The reason of the first worker that could not start. */
	_Alignas(64) _Atomic uint32_t why_state;
	char why[SCOREBOARD_WHY];
};

struct scoreboard {
	struct board_head *head;       /* writable; in the master alone */
	const struct board_head *view; /* the same memory, read-only */
	struct board_talk *talk;
	_Atomic uint64_t *idle; /* one bit a slot */
	struct slot *slots;
	unsigned capacity; /* slots */
};

/*
 * Make the memory for `capacity` slots; pages that are never used cost nothing.
 * -1 with the reason in err.
 */
int scoreboard_create(struct scoreboard *, unsigned capacity, struct errbuf *);

/* For the master: a slot gets a worker, and is free again. */
void scoreboard_claim(struct scoreboard *, unsigned slot, int64_t now_ms);
void scoreboard_release(struct scoreboard *, unsigned slot);

/*
 * For the master: a worker that was told to leave, or is frozen, does not count
 * as idle any more, whatever its bit says; or it counts again.
 */
void scoreboard_discount(struct scoreboard *, unsigned slot);
void scoreboard_recount(struct scoreboard *, unsigned slot);

/*
 * Set the numbers of idle workers at which a worker wakes the master.  A worker
 * first writes its bit, and then reads these numbers; the master first writes
 * these, and then reads the bits.  So one of the two always sees what the other
 * has done, and nobody has to poll.
 */
void scoreboard_thresholds(struct scoreboard *, unsigned below, unsigned above);

/*
 * For a worker: it has a new state.  idle() and busy() return true if it has to
 * wake the master, because too few or too many workers are idle now.
 */
bool scoreboard_idle(struct scoreboard *, unsigned slot, int64_t now_ms);
bool scoreboard_busy(struct scoreboard *, unsigned slot,
    const struct addr *peer, int64_t now_ms);
void scoreboard_paused(struct scoreboard *, unsigned slot, int64_t now_ms);
void scoreboard_leaving(struct scoreboard *, unsigned slot, int64_t now_ms);
void scoreboard_add(struct slot *, uint64_t in, uint64_t out);

/*
 * A worker that has made a forbidden system call leaves its number in the place
 * of since_ms before it dies; async-signal-safe.  scoreboard_broken_by() reads
 * it; -1: there is none.
 */
void scoreboard_broke(struct slot *, int call);
int scoreboard_broken_by(const struct slot *);

/*
 * Leave the reason why a worker cannot start, so that the master can report it
 * with the failed start or reload.  scoreboard_take_why() returns false if
 * there is no reason, or only a part of it.  The text comes from a worker: call
 * errbuf_clean().
 */
void scoreboard_complain(struct scoreboard *, const char *why);
bool scoreboard_take_why(struct scoreboard *, char why[SCOREBOARD_WHY]);

enum slot_state scoreboard_state(const struct scoreboard *, unsigned slot);
unsigned scoreboard_idle_count(const struct scoreboard *);
void scoreboard_peer(const struct slot *, struct addr *);

#endif
