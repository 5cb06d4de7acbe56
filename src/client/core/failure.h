/* SPDX-License-Identifier: ISC */
/*
 * failure: why a run fails, carried to main(), which prints it once and exits.
 */
#ifndef ECHOC_FAILURE_H
#define ECHOC_FAILURE_H

#include "common/errbuf.h"

/* The exit statuses; see echoc(1). */
enum outcome {
	OUTCOME_OK = 0,
	OUTCOME_NEGATIVE = 1, /* the result is not good enough */
	OUTCOME_USAGE = 2,    /* the command line, or a local file */
	OUTCOME_RESOLVE = 3,
	OUTCOME_CONNECT = 4,
	OUTCOME_TIMEOUT = 5,
	OUTCOME_MISMATCH = 6,
	OUTCOME_ENDED = 7, /* by the server, before the echo was complete */
	OUTCOME_LIMIT = 8,
	OUTCOME_INTERRUPTED = 130,
};

struct failure {
	enum outcome outcome; /* OUTCOME_OK: nothing has failed */
	int error;	      /* errno, 0 if there was none */
	struct errbuf why;    /* one sentence */
};

/*
 * Replace a failure by this one, whose text is made as by printf(3).  Always
 * returns -1.  failure_sys() keeps errno and adds ": " and strerror(errno).
 */
int failure_set(struct failure *, enum outcome, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int failure_sys(struct failure *, enum outcome, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Let a failure of writing, if any, replace this, unless it is a mismatch. */
void failure_of_writing(struct failure *, const struct failure *writing);

/* The name of an outcome in JSON, as "ended_early". */
const char *failure_kind(enum outcome);

#endif
