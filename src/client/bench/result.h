/* SPDX-License-Identifier: ISC */
/*
 * result: what a load has measured, all threads together, and whether that is
 * good.  Plain data; bench/out shows it.
 */
#ifndef ECHOC_RESULT_H
#define ECHOC_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "client/bench/counts.h"
#include "client/options.h"

struct failure;
struct histogram;
struct plan;

/* A percentile is only shown with so many values above it. */
enum { RESULT_ABOVE = 10 };

/* What was echoed in one --interval. */
struct interval {
	int64_t begin_ns; /* since the window began */
	int64_t length_ns;
	uint64_t echoed, bytes;
	uint64_t faults;		/* messages lost or not sent */
	int64_t p50_ns, p99_ns, max_ns; /* -1: too few echoes */
};

struct result {
	const struct plan *plan;
	bool interrupted;
	int64_t connect_ns;   /* until the last connection was made or failed */
	int64_t window_ns;    /* how long the window was in fact */
	struct counts counts; /* of all threads together */
	double *busy;	      /* of each thread, as in its counts */
	uint64_t due;	      /* open loop: messages that were due, else 0 */
	struct interval *intervals;
	unsigned interval_count;

	/* by result_judge */
	double rate;	   /* echoes a second, within the window */
	double error_rate; /* percent of what was sent or should have been */
	bool saturated;	   /* the client limits the result */
	double figure[OPTIONS_LIST]; /* of each --fail-if; NaN: not known */
	bool broken[OPTIONS_LIST];
};

/* Make one that is all zeros ready for that plan.  Returns -1 with errno. */
int result_init(struct result *, const struct plan *);

/* Add the counts of each thread, after their end. */
void result_gather(struct result *, const struct counts counts[]);

/* Add an interval; without memory for it, it is left out. */
void result_interval(struct result *, const struct interval *);

/* Drop intervals after the end of the window, and cut the last one there. */
void result_trim(struct result *);

/*
 * Work out the figures, and judge.  Returns -1: OUTCOME_MISMATCH before all
 * others, OUTCOME_NEGATIVE, or without any echo the most frequent error.
 */
int result_judge(struct result *, struct failure *);

/* The same when no connection was made, or none before the interruption. */
int result_unconnected(struct result *, struct failure *);

/* Whether the server may have too few workers: most got no first echo. */
bool result_lacks_workers(const struct result *);

/* In nanoseconds, exact for 100 %; -1 where too few values lie above. */
int64_t result_percentile(const struct histogram *, uint32_t percentile);

void result_free(struct result *);

#endif
