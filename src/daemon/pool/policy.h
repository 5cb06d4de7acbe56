/* SPDX-License-Identifier: ISC */
/*
 * policy: how many workers there should be.  Pure functions.
 */
#ifndef ECHOD_POLICY_H
#define ECHOD_POLICY_H

#include <stdbool.h>
#include <stdint.h>

static inline unsigned
policy_least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The settings of `workers`; they mean what they mean in Apache's prefork. */
struct policy_limits {
	unsigned min_spare; /* fewer idle than this: request more */
	unsigned max_spare; /* more idle than this: retire */
	unsigned max;	    /* at most so many of one generation */
};

/* What there is now of one generation. */
struct policy_view {
	unsigned starting; /* requested, not ready; count as spare */
	unsigned idle;
	unsigned busy;
	unsigned waiting; /* connections in the accept queues */
	unsigned room;	  /* workers that the table can still take */
};

struct policy_plan {
	unsigned spawn;	 /* request so many now */
	unsigned retire; /* tell so many idle ones to leave */
	bool excess;	 /* too many are idle: look again soon */
	bool full;	 /* workers.max reached: clients have to wait */
	/* A worker wakes the master when its step leaves fewer than
	 * wake_below, or more than wake_above, idle workers. */
	unsigned wake_below;
	unsigned wake_above;
};

enum {
	/* Too many have to be idle for so long before one is told to leave, so
	 * that a load which comes back within this time finds its workers
	 * again. */
	POLICY_EXCESS_MS = 3000,
	POLICY_SHRINK_MS = 1000, /* between two rounds of retiring */
};

/*
 * Decide what to do about the pool.  `was_full` is the `full` of the plan
 * before.  A pool stays full until min_spare workers are idle again; otherwise
 * one that is almost full would be reported at every connection.
 */
struct policy_plan policy_plan(const struct policy_view *,
    const struct policy_limits *, bool was_full);

/*
 * How many connections a worker may serve of the `connections` it is allowed:
 * up to a tenth less, by jitter (its pid), so that workers born together do not
 * leave together.  0 stays 0, which is no bound.
 */
uint64_t policy_connections(uint64_t connections, uint32_t jitter);

#endif
