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

/* The `workers` settings, in Apache's meaning. */
struct policy_limits {
	unsigned min_spare; /* fewer idle than this: fork */
	unsigned max_spare; /* more idle than this: retire */
	unsigned max;	    /* never more of one generation */
};

/* What there is: the workers of one generation and its clients' queue. */
struct policy_view {
	unsigned starting; /* forked, not ready; spare already */
	unsigned idle;
	unsigned busy;
	unsigned waiting; /* connections in the accept queues */
	unsigned room;	  /* workers that the table can still take */
};

struct policy_plan {
	unsigned spawn;	 /* fork so many now */
	unsigned retire; /* retire so many idle ones */
	bool excess;	 /* too many are idle: look again soon */
	bool full;	 /* at max: clients have to wait */
	/* A worker wakes the master when its step leaves fewer than
	 * wake_below, or more than wake_above, idle workers. */
	unsigned wake_below;
	unsigned wake_above;
};

enum {
	/* Too many have to be idle for so long before one is retired: a load that
	 * comes and goes within this time finds its workers again. */
	POLICY_EXCESS_MS = 3000,
	POLICY_SHRINK_MS = 1000, /* between two rounds of retiring */
};

/*
 * What to do about the pool.  `was_full` is the `full` of the plan before:
 * an episode ends only when min_spare workers are idle again, so that a pool
 * on the edge does not report every connection.
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
