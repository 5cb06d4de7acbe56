/* SPDX-License-Identifier: ISC */
/*
 * accounts: counts what each worker has done, in memory that it shares with the
 * master.
 *
 * A worker writes its own account, once a connection, and no other process
 * writes it while it lives: so nothing is contended, and nothing is lost or
 * counted twice when it is killed between any two instructions.  The bytes of
 * the connection that a worker serves now are in its slot (scoreboard.h);
 * account_read() adds them to the account.
 *
 * A worker may have been taken over, and then its account may be untrue.  So
 * the numbers are bounded when they are read, and never used as an index or a
 * pid.
 */
#ifndef ECHOD_ACCOUNTS_H
#define ECHOD_ACCOUNTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "snapshot/snapshot.h"

struct errbuf;
struct slot;

enum {
	ACCOUNT_LISTENERS = 32,
	/* All listeners that have no number of their own. */
	ACCOUNT_OTHERS = ACCOUNT_LISTENERS - 1,
};

/* The counts of an account; arrays begin where their first one stands. */
enum {
	COUNT_CLOSED, /* by enum snapshot_reason */
	COUNT_DURATION = COUNT_CLOSED + SNAPSHOT_REASONS,
	COUNT_ACCEPT_FAILURES = COUNT_DURATION + SNAPSHOT_BUCKETS,
	COUNT_REFUSED = COUNT_ACCEPT_FAILURES + SNAPSHOT_FAULTS,
	COUNT_EMPTY,	   /* see struct snapshot_connections */
	COUNT_MISMATCHED,  /* the same */
	COUNT_DURATION_MS, /* the same */
	/* By listener: connections that have ended, and bytes. */
	COUNT_ENDED,
	COUNT_IN = COUNT_ENDED + ACCOUNT_LISTENERS,
	COUNT_OUT = COUNT_IN + ACCOUNT_LISTENERS,
	COUNTS = COUNT_OUT + ACCOUNT_LISTENERS,
};

struct account {
	_Alignas(64) _Atomic uint32_t listener; /* of the last connection */
	_Atomic uint64_t count[COUNTS];
};

/* An account and a slot at one moment, with bounded numbers. */
struct account_copy {
	uint64_t count[COUNTS]; /* with those of the open connection */
	unsigned listener;	/* that accepted that connection */
	bool open;		/* there is an open connection */
	uint64_t in, out;	/* the bytes of that connection so far */
};

/*
 * An account for each slot; pages that are never used cost nothing.  NULL with
 * the reason in err.
 */
struct account *accounts_create(unsigned capacity, struct errbuf *);

/* The worker's steps.  begin() comes before scoreboard_busy(). */
void account_begin(struct account *, unsigned listener);
void account_refused(struct account *);
void account_empty(struct account *); /* it is about to end without a byte */
void account_ended(struct account *, enum snapshot_reason, uint64_t in,
    uint64_t out, int64_t ms);
void account_accept_failed(struct account *, enum snapshot_fault);

/* For the master: read an account and a slot while the worker goes on. */
void account_read(const struct account *, const struct slot *,
    struct account_copy *);

/*
 * The worker has died.  If it had a connection, count it as one that has ended
 * with its worker, after `ms`.  To be called once, for a copy that
 * account_read() has made after its death.
 */
void account_settle(struct account_copy *, int64_t ms);

/* Begin again, for another worker in this slot. */
void account_clear(struct account *);

#endif
