/* SPDX-License-Identifier: ISC */
/*
 * spawn: how workers come into being.  The master asks the forker of their
 * generation for them (forkers.h).  Each new worker sends the master a message
 * that it has been born, to which the kernel adds its pid.  Until then its
 * entry in the pool is `requested`.
 *
 * A request that fails tells of a fault of the forker or of the machine.  It is
 * found here; what to do about it is up to the caller.
 */
#ifndef ECHOD_SPAWN_H
#define ECHOD_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/errbuf.h"

struct generation;
struct listener_set;
struct pool;

/* Why requested workers will never be born. */
struct spawn_failure {
	unsigned generation; /* 0: nothing is to be done about it */
	unsigned lost;	     /* how many requests are lost */
	int error;	     /* errno of a clone(2) that failed, or 0 */
	bool early;	     /* the forker was not ready yet */
	int status;	     /* the exit status of the forker, if it has one */
	struct errbuf why;
};

bool spawn_has_forker(struct pool *, const struct generation *);

/* Start a forker for this generation, which has none.  -1 with errno. */
int spawn_forker(struct pool *, const struct generation *);

/* Request a worker, and give the generation a forker if it has none.  -1 with
 * errno. */
int spawn_worker(struct pool *, const struct generation *);

/*
 * Fork a drainer, which takes one client from the queues of these listeners,
 * serves it, and leaves.  The master forks it itself: drainers are few, and no
 * forker has these listeners.  -1 with errno.
 */
int spawn_drainer(struct pool *, const struct generation *,
    const struct listener_set *);

/*
 * Read the messages of forkers and of workers that have been born, whose
 * entries get their pids.  True if something has failed: deal with *failure,
 * and call this again.
 */
bool spawn_hear(struct pool *, struct spawn_failure *);

/* The same for a forker that has not answered in time; it is killed. */
bool spawn_overdue(struct pool *, int64_t now_ms, struct spawn_failure *);

/* The clock_ms() at which spawn_overdue() may find something, or INT64_MAX. */
int64_t spawn_deadline(const struct pool *);

/*
 * An unknown child has ended.  It may be a worker that died before it could
 * tell its birth: then one request will never be answered.  So that this is
 * found out soon, the deadlines of all requests are shortened.
 */
void spawn_hurry(struct pool *, int64_t now_ms);

/*
 * There are to be no more workers of the generations from `first` to `last`:
 * drop the requests for them, and end their forkers.
 */
void spawn_cancel(struct pool *, unsigned first, unsigned last);

/*
 * A child has been stopped, or has ended.  False if it is no forker; else
 * *failure says what is lost.
 */
bool spawn_stopped(struct pool *, pid_t, struct spawn_failure *);
bool spawn_reaped(struct pool *, pid_t, int wait_status,
    struct spawn_failure *);

#endif
