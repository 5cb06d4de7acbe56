/* SPDX-License-Identifier: ISC */
/*
 * autoscale: keeps enough idle workers in the generation in force, as policy.c
 * and backoff.c say, and tells the log when the pool is full.
 */
#ifndef ECHOD_AUTOSCALE_H
#define ECHOD_AUTOSCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/backoff.h"

struct generation;
struct pool;
struct pool_end;
struct spawn_failure;

/* Something that lasts, of which the log tells begin and end. */
struct episode {
	bool on;
	bool said; /* the log has told that it began */
	int64_t since_ms;
};

struct autoscale {
	unsigned replace; /* workers that are gone and not replaced yet */
	struct backoff backoff;
	int64_t shrink_ms;	/* next round of retiring; 0: none */
	struct episode full;	/* at max, and none idle */
	struct episode no_fork; /* fork fails */
	/* Counters: episodes at max, their length but for that of one that
	 * lasts, and failures to fork. */
	uint64_t at_max, fork_failures;
	int64_t at_max_ms;
	uint64_t born;	     /* workers, when it failed last */
	struct episode vain; /* clients wait beside idle workers */
	unsigned looks;	     /* in a row at which clients waited */
	int64_t looked_ms;
	uint64_t taken; /* connections until then */
};

/*
 * Request and retire as the moment asks.  `launching`: workers of another
 * generation are getting ready, each of which is to wake the master.  Returns
 * the clock_ms() at which to call it again at the latest, INT64_MAX when only
 * an event can change anything.
 */
int64_t autoscale_maintain(struct autoscale *, struct pool *,
    const struct generation *, bool launching, int64_t now_ms);

/*
 * The master has looked at the accept queues, as it does once a second while
 * clients wait.  If they do so for a second although workers say that they are
 * idle, these do not work: they are told to leave, which has them replaced.
 */
void autoscale_waiting(struct autoscale *, struct pool *,
    const struct generation *, unsigned waiting, int64_t now_ms);

/* Another configuration: what failed under the old one may not any more. */
void autoscale_renew(struct autoscale *);

/*
 * A worker of any generation was stopped or has died, perhaps just when a
 * connection had woken it alone: another worker must look at the listeners.
 */
void autoscale_wake_lost(struct autoscale *);

/* A worker of the generation has ended: replace it, perhaps after a wait. */
void autoscale_ended(struct autoscale *, const struct pool_end *,
    int64_t now_ms);

/* Workers of the generation will not come: request others, after a wait. */
void autoscale_lost_birth(struct autoscale *, const struct pool *,
    const struct spawn_failure *, int64_t now_ms);

#endif
