/* SPDX-License-Identifier: ISC */
/*
 * autoscale: keeps a generation at the size that its clients need.
 *
 * Asks policy.c how many and backoff.c when, and has pool.c fork; remembers
 * the rhythm of shrinking, and whether the log has been told that the pool is
 * full.
 */
#ifndef ECHOD_AUTOSCALE_H
#define ECHOD_AUTOSCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/backoff.h"

struct errbuf;
struct generation;
struct pool;
struct pool_end;

struct autoscale {
	bool awaiting;	   /* a launch: workers ring when ready */
	unsigned launched; /* by it, so far */
	unsigned replace;  /* workers that are gone and not replaced yet */
	struct backoff backoff;
	int64_t shrink_ms; /* next round of retiring; 0: none */
	bool full;	   /* at max, and nobody idle */
	bool full_said;	   /* and the log says so */
	int64_t full_since_ms;
	int64_t full_said_ms; /* 0: never */
};

enum autoscale_launch {
	AUTOSCALE_LAUNCHING,	 /* some are not ready yet */
	AUTOSCALE_LAUNCHED_MORE, /* all were, and more have been forked now */
	AUTOSCALE_LAUNCHED,
	AUTOSCALE_FAILED,
};

/*
 * Bring the first workers of a generation up, workers.start of them, beside
 * what runs: one at first, the others in batches when those before are ready,
 * so that what is wrong with all is said once and signals are seen in between.
 * Call launched() whenever a worker rings.
 * -1 and FAILED come with the reason in err.  Ends with launch_over().
 */
int autoscale_launch(struct autoscale *, struct pool *,
    const struct generation *, struct errbuf *);
enum autoscale_launch autoscale_launched(struct autoscale *, struct pool *,
    const struct generation *, struct errbuf *);
void autoscale_launch_over(struct autoscale *);

/*
 * Fork and retire as the moment asks.  Returns the clock_ms() at which it
 * wants to be called again, at the latest: now_ms for at once, INT64_MAX when
 * only an event can change anything.
 */
int64_t autoscale_maintain(struct autoscale *, struct pool *,
    const struct generation *, int64_t now_ms);

/* Another configuration: what failed under the old one may not any more. */
void autoscale_renew(struct autoscale *);

/* A worker was stopped, perhaps just when a connection had woken it. */
void autoscale_frozen(struct autoscale *);

/* A worker has ended; what it means for the next ones. */
void autoscale_ended(struct autoscale *, const struct pool_end *,
    int64_t now_ms);

/*
 * Listeners are about to be closed: fork workers that each take one of the
 * connections waiting in the queues of the generation's listeners, less
 * `takers` that others will take.  Returns how many will find nobody.
 */
unsigned autoscale_sweep(struct pool *, const struct generation *,
    unsigned takers);

#endif
