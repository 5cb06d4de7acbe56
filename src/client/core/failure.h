/* SPDX-License-Identifier: ISC */
/*
 * failure: why a run ends as it does, carried from the place that knows to
 * main(), which says it once and exits.  It never prints.
 */
#ifndef ECHOC_FAILURE_H
#define ECHOC_FAILURE_H

#include "common/errbuf.h"

/* The exit statuses; see echoc(1). */
enum outcome {
	OUTCOME_OK = 0,
	OUTCOME_NEGATIVE = 1, /* it ran, but not well enough */
	OUTCOME_USAGE = 2,    /* the command line, or a file of ours */
	OUTCOME_RESOLVE = 3,
	OUTCOME_CONNECT = 4,
	OUTCOME_TIMEOUT = 5,
	OUTCOME_MISMATCH = 6,
	OUTCOME_ENDED = 7, /* the connection, before the echo was complete */
	OUTCOME_LIMIT = 8,
	OUTCOME_INTERRUPTED = 130,
};

struct failure {
	enum outcome outcome; /* OUTCOME_OK: nothing has failed */
	int error;	      /* errno where there was one, else 0 */
	struct errbuf why;    /* one sentence */
};

/*
 * Note what failed, printf(3) fashion; whatever was there before is replaced.
 * Always returns -1.  The second form is for when errno has the reason: it
 * is kept, and ": " and strerror(errno) are added.
 */
int failure_set(struct failure *, enum outcome, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int failure_sys(struct failure *, enum outcome, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* For machines, "ended_early". */
const char *failure_kind(enum outcome);

#endif
