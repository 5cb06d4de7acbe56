/* SPDX-License-Identifier: ISC */
/*
 * backoff: remembers what failed when workers were brought up, and decides
 * when the next may be tried.  Numbers in, numbers out; it is told the time.
 *
 * After a failure nobody is forked for a while, doubled with each failure in
 * a row; then one, the probe.  A probe that lives lifts the block, and a
 * worker that serves somebody ends the row.
 */
#ifndef ECHOD_BACKOFF_H
#define ECHOD_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

struct backoff {
	bool blocked;	     /* one try at a time */
	bool probing;	     /* it is under way */
	unsigned failures;   /* in a row */
	int64_t retry_ms;    /* no try before this */
	int64_t proof_ms;    /* a probe that lives then is a success */
	unsigned unproven;   /* deaths of workers that had served nobody */
	int64_t unproven_ms; /* they have worn off up to then */
};

/*
 * Something failed: a fork, or a worker before it was ready.  Returns the
 * milliseconds to wait; 0 when this belongs to the failure before.
 */
int64_t backoff_failed(struct backoff *, int64_t now_ms);

/*
 * A worker died that was ready but had served nobody.  That may be chance, or
 * the first of many: true when it is to count as a failure.
 */
bool backoff_suspects(struct backoff *, int64_t now_ms);

/* Forget it all: another configuration, or a new worker serves. */
void backoff_reset(struct backoff *);

/*
 * How many of the wanted workers may be forked now, while so many of those
 * forked before are not ready yet.  What is not blocked is not limited.
 */
unsigned backoff_allow(struct backoff *, unsigned wanted, unsigned starting,
    int64_t now_ms);

/* When to ask again; INT64_MAX when only an event can change anything. */
int64_t backoff_next(const struct backoff *, int64_t now_ms);

#endif
