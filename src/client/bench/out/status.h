/* SPDX-License-Identifier: ISC */
/*
 * status: what a load says on standard error while it runs.
 */
#ifndef ECHOC_STATUS_H
#define ECHOC_STATUS_H

#include <stdint.h>

struct interval;
struct progress;

/* A load that waits for its first connections. */
struct waiting {
	uint64_t wanted, made; /* connections; made: with their first echo */
	uint64_t handshakes;   /* of the others, those that have begun */
	uint64_t unanswered;   /* of these, those that wait for their echo */
	int64_t timeout_ns;    /* of each */
};

/* Draw how many connections of how many are made. */
void status_connecting(struct progress *, uint64_t made, uint64_t wanted,
    int64_t now);

/* Say in a whole line what the load waits for, and the likely reason. */
void status_waiting(struct progress *, const struct waiting *);

/*
 * Draw the state of the load: `done` of `whole` nanoseconds (whole 0: no end;
 * done below 0: the warm-up), and what the last interval was like.
 */
void status_running(struct progress *, int64_t done, int64_t whole,
    uint64_t connections, const struct interval *, int64_t now);

/* Write the line of an interval that is over. */
void status_interval(const struct interval *);

#endif
