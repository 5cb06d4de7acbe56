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

/* A state that lasts; the log tells when it begins and when it ends. */
struct episode {
	bool on;
	bool said; /* the log has told its beginning */
	int64_t since_ms;
};

struct autoscale {
	unsigned replace; /* workers that are gone, to be replaced */
	struct backoff backoff;
	int64_t shrink_ms;	/* next round of retiring; 0: none */
	struct episode full;	/* workers.max reached, and none idle */
	struct episode no_fork; /* fork fails */
	/* Counters: how often all workers.max were busy, for how long in all
	 * (without an episode that still lasts), and how often fork failed. */
	uint64_t at_max, fork_failures;
	int64_t at_max_ms;
	uint64_t born;	     /* pool.born when fork failed last */
	struct episode vain; /* clients wait beside idle workers */
	unsigned looks;	     /* that found clients waiting, in a row */
	int64_t looked_ms;
	uint64_t taken; /* connections served until looked_ms */
};

/*
 * Request workers, or tell idle ones to leave, as policy_plan() decides.
 * `launching`: workers of another generation are getting ready, and each of
 * them has to wake the master then.  Returns the clock_ms() to call this again
 * at, INT64_MAX: only at events.
 */
int64_t autoscale_maintain(struct autoscale *, struct pool *,
    const struct generation *, bool launching, int64_t now_ms);

/*
 * The master has looked at the accept queues, as it does once a second while
 * clients wait there.  If clients wait at two looks in a row although workers
 * call themselves idle, these workers do not work: they are told to leave, so
 * that others take their place.
 */
void autoscale_waiting(struct autoscale *, struct pool *,
    const struct generation *, unsigned waiting, int64_t now_ms);

/* Another configuration is in force: forget the failures under the old one. */
void autoscale_renew(struct autoscale *);

/*
 * A worker of any generation was stopped or has died.  A connection may have
 * woken this worker alone and would now wait for nobody, so another worker is
 * requested: it looks at the listeners when it starts.
 */
void autoscale_wake_lost(struct autoscale *);

/*
 * A worker of the generation in force has ended: request another, after a wait
 * if such deaths are frequent.
 */
void autoscale_ended(struct autoscale *, const struct pool_end *,
    int64_t now_ms);

/*
 * Requested workers of the generation in force will never be born: request
 * others, after a wait.
 */
void autoscale_lost_birth(struct autoscale *, const struct pool *,
    const struct spawn_failure *, int64_t now_ms);

#endif
