/* SPDX-License-Identifier: ISC */
#include "daemon/pool/policy.h"

#include <limits.h>

struct policy_plan
policy_plan(const struct policy_view *view, const struct policy_limits *limits,
    bool was_full)
{
	struct policy_plan plan = { 0 };
	unsigned spare = view->starting + view->idle;
	unsigned total = spare + view->busy;
	unsigned wanted = limits->min_spare + view->waiting;
	unsigned allowed = total < limits->max ? limits->max - total : 0;

	if (spare < wanted)
		plan.spawn = policy_least(policy_least(wanted - spare, allowed),
		    view->room);
	else if (view->idle > limits->max_spare && view->waiting == 0)
		plan.retire = (view->idle - limits->max_spare + 3) / 4;
	plan.excess = view->idle > limits->max_spare;

	/* Requested workers count as spare at once. */
	spare += plan.spawn;
	total += plan.spawn;
	plan.full = total >= limits->max &&
	    (spare == 0 ||
		(was_full &&
		    spare < policy_least(limits->min_spare, limits->max)));

	if (plan.full) {
		/* Nothing can be done before enough workers are idle again. */
		plan.wake_below = 0;
		plan.wake_above = policy_least(limits->min_spare, limits->max) -
		    1;
	} else if (total >= limits->max) {
		plan.wake_below = 1;
		plan.wake_above = limits->max_spare;
	} else {
		plan.wake_below = limits->min_spare;
		plan.wake_above = limits->max_spare;
	}
	/* While too many are idle, the master looks once a second by itself:
	 * some may be told to leave only when no client waits any more, and no
	 * worker wakes the master at that moment. */
	if (plan.excess)
		plan.wake_above = UINT_MAX;
	return plan;
}

uint64_t
policy_connections(uint64_t connections, uint32_t jitter)
{
	uint64_t tenth = connections / 10;

	/* Neighbours are far apart (Knuth's multiplicative hash). */
	return connections - (uint64_t)jitter * 2654435761U % (tenth + 1);
}
