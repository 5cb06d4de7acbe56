/* SPDX-License-Identifier: ISC */
/*
 * refusals: connections that are not served, counted for the status report and
 * summed up in the log: at most one line a second for each reason.
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
 * A worker refuses a connection.  True: the worker has to wake the master, so
 * that refusals_tell() is called.
 */
bool refusals_add(enum refusal, const struct addr *peer, int64_t now_ms);

/*
 * The master: write what no worker has written, when its second is over or, at
 * the end of echod, `all` of it.  Returns the clock_ms() to be called again at,
 * INT64_MAX: only after an event.
 */
int64_t refusals_tell(int64_t now_ms, bool all);

/* How many there were. */
uint64_t refusals_total(enum refusal);

#endif
