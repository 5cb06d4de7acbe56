/* SPDX-License-Identifier: ISC */
/*
 * sampler: looks at the counters of a load while it runs, and makes intervals
 * and progress of them.  Never asks the threads for anything.
 */
#ifndef ECHOC_SAMPLER_H
#define ECHOC_SAMPLER_H

#include <stdint.h>

#include "client/bench/result.h"
#include "client/core/progress.h"

struct control;
struct failure;
struct histogram;
struct thread;
struct plan;
struct destination;
struct terminal;

struct sampler {
	const struct plan *plan;
	const struct thread *loops; /* plan->threads of them */
	struct destination *product;
	struct progress progress;
	int64_t window;			/* clock_ns(); 0: it has not begun */
	int64_t began;			/* of the interval */
	uint64_t echoed, bytes, faults; /* until then */
	struct interval last;
	struct histogram *before; /* until then */
	struct histogram *since;  /* from then on, at the last look */
	uint64_t settled; /* first connections made or failed, until then */
	int64_t stuck;	  /* since when there were no more, and some waited */
	bool warned;
};

/* Returns -1 with errno. */
int sampler_init(struct sampler *, const struct plan *, const struct thread *,
    const struct terminal *, struct destination *);

/* Connections that are made and had their first echo. */
uint64_t sampler_established(const struct sampler *);

/*
 * The load waits for its connections.  Says once what for, and what may be the
 * reason, when for a second none has had its first echo.
 */
void sampler_wait(struct sampler *, const struct control *, int64_t now);

/* The first interval begins with the window. */
void sampler_begin(struct sampler *, int64_t window);

/*
 * An interval is over: keep it in the result, and show it where that was
 * asked for.  Returns -1 when it could not be written.
 */
int sampler_interval(struct sampler *, int64_t now, struct result *,
    struct failure *);

/* Draw the progress, if it is time. */
void sampler_show(struct sampler *, int64_t now);

/* Nothing of the progress stays. */
void sampler_end(struct sampler *);
void sampler_free(struct sampler *);

#endif
