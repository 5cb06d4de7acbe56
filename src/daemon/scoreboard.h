/* SPDX-License-Identifier: ISC */
/*
 * scoreboard: shared memory in which each worker writes its own slot and the
 * master reads all of them.
 *
 * The master does not trust what it reads here, and never uses it as an index
 * or a pid.  Each worker has an idle bit beside its slot, which counts as long
 * as the master says so; a shared counter would drift with each worker that is
 * killed between two instructions.
 *
 * What the master alone writes is memory of its own, which its children can
 * read and not write.
 */
#ifndef ECHOD_SCOREBOARD_H
#define ECHOD_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

/* In the order of a worker's life: whatever is above STARTING was ready. */
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
	_Atomic uint32_t words;	   /* of the bits in use */
	_Atomic uint64_t counts[]; /* a bit a slot: its idle bit counts */
};

/* Written by all. */
struct board_talk {
	/* The reason of the first worker that could not start. */
	_Alignas(64) _Atomic uint32_t why_state;
	char why[SCOREBOARD_WHY];
};

struct scoreboard {
	struct board_head *head;       /* of the master; no child has it */
	const struct board_head *view; /* the same memory, to be read */
	struct board_talk *talk;
	_Atomic uint64_t *idle; /* one bit a slot */
	struct slot *slots;
	unsigned capacity; /* slots */
};

/*
 * A mapping for `capacity` slots; pages never used cost nothing.  -1 with the
 * reason in err.
 */
int scoreboard_create(struct scoreboard *, unsigned capacity, struct errbuf *);

/* The master's steps around a worker's life. */
void scoreboard_claim(struct scoreboard *, unsigned slot, int64_t now_ms);
void scoreboard_release(struct scoreboard *, unsigned slot);

/*
 * By the master: this worker is told to leave, or frozen, and counts as idle no
 * more, whatever it says; or it counts again.
 */
void scoreboard_discount(struct scoreboard *, unsigned slot);
void scoreboard_recount(struct scoreboard *, unsigned slot);

/*
 * The numbers of idle workers at which a worker wakes the master.  A worker
 * writes its bit first and reads these second, the master the other way round:
 * so one of the two sees the other's step, without polling.
 */
void scoreboard_thresholds(struct scoreboard *, unsigned below, unsigned above);

/*
 * The worker's steps.  idle() and busy() return true when the worker has to
 * wake the master, because too few or too many are idle now.
 */
bool scoreboard_idle(struct scoreboard *, unsigned slot, int64_t now_ms);
bool scoreboard_busy(struct scoreboard *, unsigned slot,
    const struct addr *peer, int64_t now_ms);
void scoreboard_paused(struct scoreboard *, unsigned slot, int64_t now_ms);
void scoreboard_leaving(struct scoreboard *, unsigned slot, int64_t now_ms);
void scoreboard_add(struct slot *, uint64_t in, uint64_t out);

/*
 * A worker has made a system call that is forbidden, and dies: it leaves the
 * number in the place of since_ms; async-signal-safe.  Of a dead worker: the
 * number that it left, -1 when there is none.
 */
void scoreboard_broke(struct slot *, int call);
int scoreboard_broken_by(const struct slot *);

/*
 * Leave the reason why a worker cannot start, for the master to report with the
 * failed start: the log may go elsewhere.  To take it returns false when
 * there is none, or not all of it.  Text of a worker: errbuf_clean() it.
 */
void scoreboard_complain(struct scoreboard *, const char *why);
bool scoreboard_take_why(struct scoreboard *, char why[SCOREBOARD_WHY]);

enum slot_state scoreboard_state(const struct scoreboard *, unsigned slot);
unsigned scoreboard_idle_count(const struct scoreboard *);
void scoreboard_peer(const struct slot *, struct addr *);

#endif
