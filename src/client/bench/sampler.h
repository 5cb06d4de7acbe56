/* SPDX-License-Identifier: ISC */
/*
 * sampler: reads the counts while a load runs, for intervals and progress.
 */
#ifndef ECHOC_SAMPLER_H
#define ECHOC_SAMPLER_H

#include <stdint.h>

#include "client/bench/result.h"
#include "client/core/progress.h"

struct counts;
struct failure;
struct load;
struct plan;
struct destination;
struct terminal;

struct sampler {
	const struct plan *plan;
	const struct counts *counts; /* of plan->threads threads */
	struct destination *output;
	struct progress progress;
	int64_t window; /* clock_ns(); 0: it has not begun */
	int64_t began;	/* when the interval did, the first with the window */
	uint64_t echoed, bytes, faults; /* before the interval */
	struct interval last;
	struct histogram before; /* response times before the interval */
	struct histogram since;	 /* and in it, when they were read last */
	uint64_t decided;	 /* first connections made or failed so far */
	int64_t stuck;		 /* since when `decided` has not grown */
	bool warned;
};

/* The sampler is all zeros before. */
void sampler_init(struct sampler *, const struct plan *, const struct counts *,
    const struct terminal *, struct destination *);

/* How many of the first connections have had their first echo. */
uint64_t sampler_established(const struct sampler *);

/* If no connection was made for a second, say once what the load waits for. */
void sampler_wait(struct sampler *, const struct load *, int64_t now);

/* Add and write an interval.  Returns -1 if it cannot be written. */
int sampler_interval(struct sampler *, int64_t now, struct result *,
    struct failure *);

/* Draw the progress, if it is time. */
void sampler_show(struct sampler *, int64_t now);

#endif
