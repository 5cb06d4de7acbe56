/* SPDX-License-Identifier: ISC */
/*
 * terminate: tells workers to leave, and ends those that do not.
 *
 *	new		is cut off if it is not ready within 15 s
 *	idle		gets TERM, and is cut off if it has neither left nor
 *			got a last client within 5 s
 *	busy		gets TERM, and is cut off if it has not served its
 *			client to the end within the drain time-out
 *	cut off		gets QUIT, ends its connection cleanly, and is killed
 *			if it has not left within 5 s
 *
 * The deadlines are in the table of pool.h, where no worker can move them.
 */
#ifndef ECHOD_TERMINATE_H
#define ECHOD_TERMINATE_H

#include <stdbool.h>
#include <stdint.h>

struct pool;

/*
 * Tell up to n idle workers of a generation to leave, the last ones in the
 * table first, so that it stays short.  A worker that has just taken a client
 * serves it to its end.
 */
void terminate_idle(struct pool *, unsigned generation, unsigned n,
    int64_t now_ms);

/*
 * Tell all workers of the generations from `first` to `last` to finish, and
 * request no more of them (spawn_cancel()).  Those that are not done after
 * drain_ms (0: no bound) are cut off.  This may shorten the time that a worker
 * was given before, but not prolong it.
 */
void terminate_generations(struct pool *, unsigned first, unsigned last,
    int64_t drain_ms, int64_t now_ms);

/*
 * Tell all workers to end their connections cleanly now and to leave, and
 * request no more.
 */
void terminate_now(struct pool *, int64_t now_ms);

/*
 * If more than `max` leaving workers still have a client, cut off those of the
 * oldest generations.
 */
void terminate_excess(struct pool *, unsigned max, int64_t now_ms);

/*
 * Do what is due for workers whose deadline has come.  Returns the next
 * deadline, by clock_ms(), or INT64_MAX.
 */
int64_t terminate_enforce(struct pool *, int64_t now_ms);

/*
 * Whether each worker that is left has been killed twice in vain: it cannot
 * die, or wait(2) does not tell of its death.
 */
bool terminate_hopeless(const struct pool *);

#endif
