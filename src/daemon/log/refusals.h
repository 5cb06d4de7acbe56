/* SPDX-License-Identifier: ISC */
/*
 * refusals: counts connections that are refused, for the status report, and
 * sums them up in the log: at most one line a second for each reason.
 */
#ifndef ECHOD_REFUSALS_H
#define ECHOD_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct errbuf;

/* The reasons, which have the names of the settings. */
enum refusal {
	REFUSAL_ACCESS,		 /* access.allow and access.deny */
	REFUSAL_MAX_PER_SOURCE,	 /* access.max_per_source */
	REFUSAL_RATE_PER_SOURCE, /* access.rate_per_source */
	REFUSALS,
};

/* Make the memory that all workers share, once.  -1 with the reason in err. */
int refusals_open(struct errbuf *);

/*
 * For a worker: count a refused connection, and write a line if it is time.
 * True: the worker has to wake the master, so that refusals_tell() is called.
 */
bool refusals_add(enum refusal, const struct addr *peer, int64_t now_ms);

/*
 * For the master: write the numbers that no worker has written, when their
 * second is over; at the end of echod, `all` of them.  Returns the clock_ms()
 * to call this again at, INT64_MAX: only at events.
 */
int64_t refusals_tell(int64_t now_ms, bool all);

/* How many connections were refused for this reason. */
uint64_t refusals_total(enum refusal);

#endif
