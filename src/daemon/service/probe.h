/* SPDX-License-Identifier: ISC */
/*
 * probe: has some bytes echoed through a listener of our own, as a client
 * would.  The connection is in the event loop of the master, which never waits
 * for it.
 */
#ifndef ECHOD_PROBE_H
#define ECHOD_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/errbuf.h"

struct generation;
struct listener;

enum { PROBE_TEXT = 64 };

enum probe_outcome {
	PROBE_PENDING,
	PROBE_GOOD,
	PROBE_BAD,    /* a client would not have been served */
	PROBE_UNABLE, /* unknown: we cannot be a client here */
};

struct probe {
	int fd;	      /* -1: none is under way */
	int waiter;   /* the epoll of the master */
	bool limited; /* a limit for client networks may refuse it */
	size_t got;   /* bytes of the text that came back */
	size_t sent;  /* 0: the text is still to be sent */
	char text[PROBE_TEXT];
	int64_t began_ns, deadline_ms;
	unsigned number;
	struct errbuf why; /* of a bad outcome, or one unable */
};

void probe_open(struct probe *, int waiter);

/*
 * Connect to a listener of the generation.  The probe fails if it has not
 * succeeded after `ms`.  Returns what probe_step() returns.
 */
enum probe_outcome probe_begin(struct probe *, const struct generation *,
    const struct listener *, int64_t ms, int64_t now_ms);

/*
 * Go on, without waiting.  The probe is over unless PROBE_PENDING is returned.
 */
enum probe_outcome probe_step(struct probe *, int64_t now_ms);

#endif
