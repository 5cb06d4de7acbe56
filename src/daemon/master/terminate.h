/* SPDX-License-Identifier: ISC */
/*
 * terminate: how workers are told to go, and what happens when they do not.
 *
 *	forked      ready within 10 s, or cut off
 *	idle    --  TERM: leaves; gone (or with a last client) within 5 s, or
 *	            cut off
 *	busy    --  TERM: finishes its client within the drain time-out, or cut
 *	            off
 *	cut off --  QUIT: ends its client cleanly; gone within 5 s, or killed
 *
 * Deadlines are in the master's own table; a worker cannot move them.
 */
#ifndef ECHOD_TERMINATE_H
#define ECHOD_TERMINATE_H

#include <stdint.h>

struct pool;
struct pool_worker;

/*
 * A worker has been forked: it has to get ready, and, if it was born leaving,
 * to be done in drain_ms (0: no bound).
 */
void terminate_expect(struct pool_worker *, int64_t drain_ms, int64_t now_ms);

/*
 * Tell up to n idle workers of a generation to leave, from the end of the
 * table so that it gets short.  One that has just got a client may finish.
 */
void terminate_idle(struct pool *, unsigned generation, unsigned n,
    int64_t now_ms);

/*
 * Tell everyone of the generations from `first` to `last` to finish.  Who is
 * not done in drain_ms (0: no bound) is cut off as by terminate_now(), also those
 * who were told before and would have had longer.
 */
void terminate_generations(struct pool *, unsigned first, unsigned last,
    int64_t drain_ms, int64_t now_ms);

/* Tell all workers to end their connections cleanly now, and leave. */
void terminate_now(struct pool *, int64_t now_ms);

/* At most `max` clients of leaving workers: cut off the oldest beyond. */
void terminate_excess(struct pool *, unsigned max, int64_t now_ms);

/*
 * Do what deadlines ask for.  Returns the clock_ms() of the next one,
 * INT64_MAX when there is none.
 */
int64_t terminate_enforce(struct pool *, int64_t now_ms);

#endif
