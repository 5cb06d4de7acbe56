/* SPDX-License-Identifier: ISC */
/*
 * backoff: how long to wait after a failure, so that a worker that dies at once
 * is not forked as fast as the machine can.
 *
 * Nothing is tried for a while, which doubles with each failure in a row; then
 * one worker is forked, the probe.  If it lives, the wait is over.
 */
#ifndef ECHOD_BACKOFF_H
#define ECHOD_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/* A fork that fails costs nothing, so it is tried again sooner. */
enum {
	BACKOFF_MIN_MS = 100,
	BACKOFF_FORK_MS = 400,
	BACKOFF_MAX_MS = 30000,
};

struct backoff {
	enum { BACKOFF_OFF, BACKOFF_WAIT, BACKOFF_PROBE } state;
	unsigned failures;  /* in a row */
	int64_t until_ms;   /* when the wait, or the trial of the probe, ends */
	unsigned suspects;  /* see backoff_suspects() */
	int64_t suspect_ms; /* the last of them */
};

/*
 * Milliseconds to wait after `failures` (1 or more) in a row, less up to a
 * quarter that depends on `jitter` (any number), so that many hosts do not try
 * again at the same moments.
 */
int64_t backoff_ms(unsigned failures, uint32_t jitter);

/*
 * A fork failed, or a worker died before it was ready.  Returns the
 * milliseconds to wait, which do not grow beyond most_ms; 0 if the wait for an
 * earlier failure has not ended, as then both count as one.
 */
int64_t backoff_failed(struct backoff *, int64_t most_ms, int64_t now_ms);

/*
 * A worker that was ready has died before it served a client.  It may have been
 * killed by chance, or be the first of many.  True if it counts as a failure,
 * because ten have died like that with less than a second between them.
 */
bool backoff_suspects(struct backoff *, int64_t now_ms);

/* How many of the `wanted` may be forked while `starting` are not ready yet. */
unsigned backoff_allow(struct backoff *, unsigned wanted, unsigned starting,
    int64_t now_ms);

/*
 * Whether there is nothing to wait for.  Unlike backoff_allow() this begins no
 * probe.
 */
bool backoff_over(struct backoff *, int64_t now_ms);

/* The clock_ms() to ask again at; INT64_MAX: only at events. */
int64_t backoff_next(const struct backoff *, int64_t now_ms);

#endif
