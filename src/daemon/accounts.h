/* SPDX-License-Identifier: ISC */
/*
 * accounts: what each worker has done, in memory that it shares with the master.
 *
 * A worker writes its own account, once a connection, and no other process
 * writes it while it lives: so nothing is contended, and nothing is lost or
 * counted twice when it is killed between any two instructions.  What a worker
 * has moved in the connection that it serves stands in its slot already
 * (scoreboard.h); account_read() puts both together.
 *
 * A worker may have been taken over, and its account be untrue: it is bounded,
 * and never used as an index or a pid.
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
	uint64_t count[COUNTS]; /* also of the connection that is served */
	unsigned listener;	/* of that connection */
	bool open;		/* there is one, which has not ended */
	uint64_t in, out;	/* the bytes of that connection so far */
};

/* A row for each slot; pages never used cost nothing.  NULL with the reason. */
struct account *accounts_create(unsigned capacity, struct errbuf *);

/* The worker's steps.  begin() comes before scoreboard_busy(). */
void account_begin(struct account *, unsigned listener);
void account_refused(struct account *);
void account_empty(struct account *); /* it is about to end without a byte */
void account_ended(struct account *, enum snapshot_reason, uint64_t in,
    uint64_t out, int64_t ms);
void account_accept_failed(struct account *, enum snapshot_fault);

/* The master: how things stand, while the worker goes on. */
void account_read(const struct account *, const struct slot *,
    struct account_copy *);

/*
 * The worker has died: if it had a connection, that ended with it, after `ms`.
 * To be called once, for a copy that account_read() has made after its death.
 */
void account_settle(struct account_copy *, int64_t ms);

/* The slot is for another worker. */
void account_clear(struct account *);

#endif
