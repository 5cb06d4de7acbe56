/* SPDX-License-Identifier: ISC */
/*
 * account: what ping has counted.  Fixed in size, however long it runs.
 */
#ifndef ECHOC_ACCOUNT_H
#define ECHOC_ACCOUNT_H

#include <stdint.h>

#include "client/core/histogram.h"

struct answer;
struct failure;
struct options;
struct threshold;

/* A percentile needs so many replies above it; runs of ping are short. */
enum { ACCOUNT_ABOVE = 2 };

struct account {
	uint64_t sent, received;
	uint64_t lost; /* in whatever way, corrupt and late ones too */
	uint64_t late; /* came after they were counted lost */
	uint64_t corrupt;
	uint64_t untimed; /* of the received: this client was late with them */
	uint64_t disconnects; /* not by us */
	uint64_t connections; /* made after the first one */
	uint64_t failed_connections;
	int64_t began, ended; /* clock_ns() */
	double mean, squares; /* of the times: Welford's method */
	struct histogram times, connects;
};

/* What has become of one probe.  0 sent is 0 of everything. */
void account_answer(struct account *, const struct answer *);

/* 0 to 100; 0 when nothing was sent. */
double account_loss_percent(const struct account *);

/* The standard deviation of the times, ns. */
double account_deviation(const struct account *);

/* The figure of a --fail-if in its unit, NaN where it cannot be told. */
double account_figure(const struct account *, const struct threshold *);

/*
 * How the run counts as a whole.  Returns -1 with OUTCOME_MISMATCH for a
 * corrupt echo, else with OUTCOME_NEGATIVE for no or too few replies and for a
 * --fail-if.
 */
int account_judge(const struct account *, const struct options *,
    struct failure *);

#endif
