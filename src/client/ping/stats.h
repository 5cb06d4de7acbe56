/* SPDX-License-Identifier: ISC */
/*
 * stats: what ping has counted, in a fixed size, and how the run is judged.
 */
#ifndef ECHOC_STATS_H
#define ECHOC_STATS_H

#include <stdint.h>

#include "client/core/histogram.h"

struct answer;
struct failure;
struct options;
struct threshold;

/* A percentile needs so many replies above it; a ping is short. */
enum { STATS_ABOVE = 2 };

struct stats {
	uint64_t sent, received;
	uint64_t lost; /* in any way, corrupt and late ones too */
	uint64_t late; /* came after they were counted lost */
	uint64_t corrupt;
	uint64_t untimed;     /* received, but this client was late with them */
	uint64_t disconnects; /* connections lost, not closed by us */
	uint64_t connections; /* made after the first one */
	uint64_t failed_connections;
	int64_t began, ended; /* clock_ns() */
	double mean, squares; /* of the times: Welford's method */
	struct histogram times, connects;
};

/* Count what has become of one probe. */
void stats_answer(struct stats *, const struct answer *);

/* 0 to 100; 0 when nothing was sent. */
double stats_loss_percent(const struct stats *);

/* The standard deviation of the times, in nanoseconds; 0 without any. */
double stats_deviation(const struct stats *);

/* The figure of a --fail-if in its unit; NaN if it cannot be told. */
double stats_figure(const struct stats *, const struct threshold *);

/*
 * Judge the run.  Returns -1 with OUTCOME_MISMATCH for a corrupt echo, else
 * with OUTCOME_NEGATIVE for no or too few replies or a --fail-if that is true.
 */
int stats_judge(const struct stats *, const struct options *, struct failure *);

#endif
