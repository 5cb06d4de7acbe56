/* SPDX-License-Identifier: ISC */
/*
 * spawn: how workers come into being.  The forker of their generation is asked
 * for them (forkers.h); each says that it has been born, and the kernel tells
 * its pid.  Until then its entry in the pool is `requested`.
 *
 * A request that fails is a failure of the forker or of the machine; it is
 * found here, and its consequences are the caller's.
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

/* Why workers that were requested will not come. */
struct spawn_failure {
	unsigned generation; /* 0: nobody has to do anything */
	unsigned lost;	     /* so many requests */
	int error;	     /* errno, when a clone has failed */
	bool early;	     /* the forker was not ready yet */
	int status;	     /* the exit status of the forker, if it has one */
	struct errbuf why;
};

/* Whether this generation has a forker. */
bool spawn_has_forker(struct pool *, const struct generation *);

/* Give it one.  -1 with errno. */
int spawn_forker(struct pool *, const struct generation *);

/* Request a worker, and give the generation a forker if it has none.  -1 with
 * errno. */
int spawn_worker(struct pool *, const struct generation *);

/*
 * Fork a drainer, which takes one connection that waits at these listeners, and
 * leaves.  They are few, and no forker has these listeners.  -1 with errno.
 */
int spawn_drainer(struct pool *, const struct generation *,
    const struct listener_set *);

/*
 * Hear the forkers: entries of workers that have been born get their pids.
 * True when something has failed: handle that, and call it again.
 */
bool spawn_hear(struct pool *, struct spawn_failure *);

/* The same for a forker that does not answer in time, which is killed. */
bool spawn_overdue(struct pool *, int64_t now_ms, struct spawn_failure *);

/* The clock_ms() at which the first request will be overdue, or INT64_MAX. */
int64_t spawn_deadline(const struct pool *);

/*
 * A child that nobody knows has been stopped, or has ended.  It may be a worker
 * that could not say any more that it was born: then one of the requests will
 * not be answered, and that shall be found out soon.
 */
void spawn_hurry(struct pool *, int64_t now_ms);

/* No more workers for the generations from `first` to `last`. */
void spawn_cancel(struct pool *, unsigned first, unsigned last);

/* A child has been stopped, or has ended.  False when it was no forker. */
bool spawn_stopped(struct pool *, pid_t, struct spawn_failure *);
bool spawn_reaped(struct pool *, pid_t, int wait_status,
    struct spawn_failure *);

#endif
