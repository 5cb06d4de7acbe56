/* SPDX-License-Identifier: ISC */
/*
 * plan: what a load will be, checked before the first connection is made.
 */
#ifndef ECHOC_PLAN_H
#define ECHOC_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "client/net/dial.h"
#include "client/options.h"

struct failure;

struct plan {
	const struct options *opt;
	struct addr peer;
	bool loopback;
	unsigned connections, threads, cpus;
	int64_t warmup_ns;
	int64_t duration_ns; /* INT64_MAX: until opt->messages are echoed */
	struct origin origin[OPTIONS_LIST];
	unsigned origins; /* 0: connect from any address */
	uint64_t files;	  /* the limit of descriptors, after it was raised */
};

/* Messages are sent at a rate (-R), whether echoes come back or not. */
static inline bool
plan_is_open_loop(const struct plan *plan)
{
	return plan->opt->rate > 0;
}

/* Use another address of the same target. */
void plan_set_peer(struct plan *, const struct addr *);

/*
 * Choose what the options leave open, raise the limit of descriptors, and check
 * that descriptors and ports suffice.  Returns -1 with OUTCOME_LIMIT, or
 * OUTCOME_USAGE for -I.
 */
int plan_make(struct plan *, const struct options *, const struct addr *peer,
    struct failure *);

#endif
