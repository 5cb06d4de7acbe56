/* SPDX-License-Identifier: ISC */
/*
 * terminate: tells workers to leave, and ends those that do not.
 *
 *	forked      ready within 15 s, or cut off
 *	idle    --  TERM: has left, or got a last client, within 5 s, or cut off
 *	busy    --  TERM: has served its client within the drain time-out, or cut
 *	            off
 *	cut off --  QUIT: ends its client cleanly, has left within 5 s, or killed
 *
 * The deadlines are in the table of pool.h, where no worker can move them.
 */
#ifndef ECHOD_TERMINATE_H
#define ECHOD_TERMINATE_H

#include <stdbool.h>
#include <stdint.h>

struct pool;

/*
 * Tell up to n idle workers of a generation to leave, from the end of the
 * table, which keeps it short.  One that has just got a client may finish.
 */
void terminate_idle(struct pool *, unsigned generation, unsigned n,
    int64_t now_ms);

/*
 * Tell all workers of the generations from `first` to `last` to finish; there
 * will be no more of them (spawn_cancel()).  Those that are not done in drain_ms (0: no bound) are cut off, also if they were
 * told before and given more time.
 */
void terminate_generations(struct pool *, unsigned first, unsigned last,
    int64_t drain_ms, int64_t now_ms);

/*
 * Tell all workers to end their connections cleanly now, and leave; there will
 * be no more.
 */
void terminate_now(struct pool *, int64_t now_ms);

/* Cut off the oldest of the leaving workers if more than `max` have a client. */
void terminate_excess(struct pool *, unsigned max, int64_t now_ms);

/* Enforce the deadlines.  Returns the next, of clock_ms(), or INT64_MAX. */
int64_t terminate_enforce(struct pool *, int64_t now_ms);

/*
 * Whether all workers that are left have been killed twice, and have not ended,
 * or nobody tells that they have.
 */
bool terminate_hopeless(const struct pool *);

#endif
