/* SPDX-License-Identifier: ISC */
/*
 * probe: one echo through a listener of our own, as a client would have it.  It
 * is a connection in the event loop of the master, which never waits for it.
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
	PROBE_UNABLE, /* nothing is known: we cannot be a client here */
};

struct probe {
	int fd;	      /* -1: none is under way */
	int waiter;   /* the epoll of the master */
	bool limited; /* it may be refused, by a limit for client networks */
	size_t got;   /* bytes of the text that are back; */
	size_t sent;  /* 0: it is still to be sent */
	char text[PROBE_TEXT];
	int64_t began_ns, deadline_ms;
	unsigned number;
	struct errbuf why; /* of what was not good */
};

void probe_open(struct probe *, int waiter);

/*
 * Connect to a listener of the generation; it takes `ms` at most.  The outcome
 * is that of probe_step().
 */
enum probe_outcome probe_begin(struct probe *, const struct generation *,
    const struct listener *, int64_t ms, int64_t now_ms);

/* Go on, without waiting.  When it is not pending any more, it is over. */
enum probe_outcome probe_step(struct probe *, int64_t now_ms);

#endif
